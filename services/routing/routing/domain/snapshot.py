"""One version of the geography, indexed for decisions. Built whole, read by many, never changed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from routing.domain.blocks import BlockIndex
from routing.domain.boundaries import BoundaryIndex
from routing.domain.corridors import CorridorIndex, UnitOnLine
from routing.domain.districts import DistrictIndex
from routing.domain.model import (
    STATE,
    STATE_CONTROL_ROOM,
    STATE_OFFICE,
    Boundary,
    Dataset,
    Office,
    Point,
    PoliceDistrict,
    StationKind,
    StationRecord,
)
from routing.domain.nearest import PointsByArea, StationPoints
from routing.domain.sub_divisions import SubDivisions

# Kinds that answer for a territory. An outpost has no case desk of its own: its parent station answers.
TERRITORIAL_KINDS = frozenset({StationKind.TERRITORIAL})
DAY = timedelta(days=1)


class Snapshot:
    """Indexes over a Dataset. `dataset` is what it was made from.

    With a day, only the stations that work on it (`at_work`) and the jurisdictions in force on it decide; the other
    stations are still known by their code. `valid_until` is the last day on which the same ones do.
    """

    def __init__(self, dataset: Dataset, on: date | None = None) -> None:
        self.dataset = dataset
        self.version = dataset.version
        self.on = on
        self.stations = {station.code: station for station in dataset.stations}
        self.police_districts = {district.name: district for district in dataset.police_districts}
        self.districts = DistrictIndex(dataset.outlines)
        at_work = [station for station in dataset.stations if station.valid(on)]
        self.valid_until = _last_day((*dataset.stations, *dataset.boundaries), on)
        self.at_work = frozenset(station.code for station in at_work)
        self.jurisdictions = tuple(row for row in dataset.boundaries if row.station in self.at_work and row.valid(on))
        self._responsible = {station.code: self._who_answers(station) for station in dataset.stations}
        self.boundaries = BoundaryIndex(
            self.jurisdictions, {code: station.code for code, (station, _) in self._responsible.items()}
        )
        territorial = [station for station in at_work if station.kind in TERRITORIAL_KINDS]
        self.points = StationPoints(territorial)
        self._points_of = {
            district: StationPoints(stations) for district, stations in _by_district(territorial).items()
        }
        self.points_by_district = PointsByArea(self._points_of)
        self.blocks = BlockIndex(dataset.blocks, territorial)
        self._seats = _seats(dataset.police_districts)
        self._offices = {
            station.code: Office(
                station.code,
                station.name_en,
                station.district,
                station.police_district,
                "SHO",
                f"{station.name_hi} रेल" if station.name_hi and station.kind is StationKind.RAILWAY else station.name_hi,
            )
            for station in dataset.stations
        }
        self.with_boundaries = frozenset(self.stations[row.station].district for row in self.jurisdictions)
        self.sub_divisions = SubDivisions.of(dataset.stations, self.police_districts)
        self.corridors = CorridorIndex(row for row in dataset.corridors if row.station in self.at_work)
        offices = (*self.stations, *self.sub_divisions.by_code, *self.police_districts, STATE_OFFICE)
        self._office_codes = {code.casefold(): code for code in offices}
        self._units = _units(at_work)
        self._specialist = {(row.field, row.value): row.kind for row in dataset.specialists}
        self._district_names = {
            row.name_hi: row.district for row in dataset.outlines if row.name_hi and row.district in self._points_of
        } | {name.casefold(): name for name in self._points_of}

    def points_of(self, district: str) -> StationPoints:
        """The territorial stations of a revenue district that may be chosen by distance."""
        return self._points_of.get(district) or StationPoints(())

    def district_name(self, name: str) -> str | None:
        """The revenue district as the data spells it, None if there is no such district."""
        return self._district_names.get(name.strip().casefold())

    def districts_of_pin(self, pincode: str) -> tuple[str, ...]:
        """The districts that a PIN's post offices lie in, the main one first."""
        return self.dataset.pin_districts.get(pincode, ())

    def seat(self, district: str) -> PoliceDistrict | None:
        """The police district that has its headquarters at the revenue district's seat."""
        return self._seats.get(district)

    def specialist_kind(self, service_code: str, category: str | None) -> StationKind | None:
        by_category = self._specialist.get(("category", category)) if category else None
        return by_category or self._specialist.get(("service_code", service_code))

    def units(self, kind: StationKind, police_district: str | None, district: str | None) -> tuple[StationRecord, ...]:
        """Specialist units for a place: those of its police district; a railway's, of its revenue district."""
        if kind is StationKind.RAILWAY:
            return self._units.get((kind, district), ())
        return self._units.get((kind, police_district), ())

    def units_along(self, kind: StationKind, point: Point | None) -> tuple[UnitOnLine, ...]:
        """Units of a kind whose line passes the place, the nearest line first; none where no line is known."""
        found = self.corridors.find(point.lat, point.lon) if point is not None else ()
        return tuple(unit for unit in found if self.stations[unit.station].kind is kind)

    def responsible(self, code: str) -> tuple[StationRecord, tuple[str, ...]]:
        """Who answers on a jurisdiction's ground, with a note: an outpost's cases are its parent station's."""
        return self._responsible[code]

    def _who_answers(self, station: StationRecord) -> tuple[StationRecord, tuple[str, ...]]:
        """An outpost's parent may be an outpost: the first above it that is none answers, if that one works."""
        above, seen = station, {station.code}
        while above.kind is StationKind.OUTPOST:
            parent = self.stations.get(above.parent or "")
            if parent is None or parent.code in seen:
                break
            above = parent
            seen.add(parent.code)
        answers = above.kind is not StationKind.OUTPOST and above.code in self.at_work
        return (above, (f"outpost:{station.code}",)) if above is not station and answers else (station, ())

    def office_code(self, named: str | None) -> str | None:
        """The code of the office that answers for complaints, however its letters are written; None for no office."""
        if not named or self.knows(named):
            return named or None
        return self._office_codes.get(named.casefold())

    def answers_to(self, office: Office, superior: str) -> bool:
        """Whether an office is the one of that code, or under it."""
        station = self.stations.get(office.code)
        above: set[str | None] = {office.code, office.police_district}
        if station is not None:
            officer = self.sub_divisional_officer(station.code)
            above |= {station.parent, self.responsible(station.code)[0].code, officer.code if officer else None}
        return superior in above or (superior == STATE_OFFICE and office.code != STATE_CONTROL_ROOM)

    def knows(self, code: str) -> bool:
        """Whether it is the code of an office that answers for complaints: a station, an SDPO's or an SP's."""
        return code in self.stations or code in self.sub_divisions.by_code or code in self.police_districts

    def station_office(self, station: StationRecord) -> Office:
        return self._offices[station.code]

    def superintendent(self, police_district: str) -> Office:
        record = self.police_districts.get(police_district)
        if record is None:
            return self.range_office()
        hindi = f"पुलिस अधीक्षक कार्यालय, {record.name_hi}" if record.name_hi else ""
        return Office(record.name, f"SP Office, {record.name_en}", record.district or STATE, record.name, "SP", hindi)

    def sub_divisional_officer(self, station: str) -> Office | None:
        """The SDPO over a station; None where its sub-division is not known."""
        found = self.sub_divisions.of_station(station)
        return found.office if found is not None else None

    def range_office(self) -> Office:
        return Office(STATE_OFFICE, "Police Headquarters, Bihar", STATE, STATE, "DIG", "पुलिस मुख्यालय, बिहार")

    def control_room(self, police_district: str | None = None) -> Office:
        """The control room of a police district, or of the state when the district is unknown."""
        record = self.police_districts.get(police_district) if police_district else None
        if record is None:
            name, hindi = "State Control Room (Dial 112)", "राज्य नियंत्रण कक्ष (डायल 112), बिहार"
            return Office(STATE_CONTROL_ROOM, name, STATE, STATE, "HQ", hindi)
        name = f"District Control Room, {record.name_en}"
        hindi = f"जिला नियंत्रण कक्ष, {record.name_hi}" if record.name_hi else ""
        return Office(f"{STATE_CONTROL_ROOM}-{record.code}", name, record.district or STATE, record.name, "HQ", hindi)


def _last_day(dated: Iterable[StationRecord | Boundary], on: date | None) -> date | None:
    """The day before the next of these begins or ends; None if none does, a day long past without a day."""
    limited = [row for row in dated if row.valid_from or row.valid_to]
    if on is None:
        return date.min if limited else None
    days = [row.valid_from - DAY for row in limited if row.valid_from and row.valid_from > on]
    days += [row.valid_to for row in limited if row.valid_to and row.valid_to >= on]
    return min(days, default=None)


def _by_district(stations: Iterable[StationRecord]) -> dict[str, list[StationRecord]]:
    grouped: defaultdict[str, list[StationRecord]] = defaultdict(list)
    for station in stations:
        grouped[station.district].append(station)
    return grouped


def _seats(police_districts: Iterable[PoliceDistrict]) -> dict[str, PoliceDistrict]:
    """Of several police districts in one revenue district, the lowest code has the seat of the district."""
    seats: dict[str, PoliceDistrict] = {}
    for record in sorted(police_districts, key=lambda item: item.code):
        if record.district and record.seat_lat is not None:
            seats.setdefault(record.district, record)
    return seats


def _units(stations: Iterable[StationRecord]) -> dict[tuple[StationKind, str | None], tuple[StationRecord, ...]]:
    grouped: defaultdict[tuple[StationKind, str | None], list[StationRecord]] = defaultdict(list)
    for station in sorted(stations, key=lambda item: item.code):
        if station.kind not in TERRITORIAL_KINDS:
            area = station.district if station.kind is StationKind.RAILWAY else station.police_district
            grouped[station.kind, area].append(station)
    return {key: tuple(group) for key, group in grouped.items()}
