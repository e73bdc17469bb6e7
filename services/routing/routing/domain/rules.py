"""The rules that choose an office, in their order. Pure and deterministic: one snapshot and one filing, one answer."""

from collections.abc import Callable, Sequence

from routing.domain.boundaries import EDGE_TOLERANCE_M
from routing.domain.corridors import UnitOnLine
from routing.domain.model import STATE_OFFICE, Decision, Filing, Office, Reason, Territory
from routing.domain.snapshot import Snapshot
from routing.domain.territory import Surroundings, find_territory, true_place

# Services whose subject is an offence: a station that is not the place's own records them as a zero FIR.
OFFENCE_SERVICES = frozenset({"e-fir"})

# Filed without a name, and read by named posts alone; of what these posts might be accused.
TIP_SERVICES = frozenset({"secret-tip"})
ABOUT_POLICE = frozenset({"corrupt_police"})

# The station has no desk in the suite yet: people there are informed by telephone.
DESK_NOT_ONLINE = "desk_not_online"

Rule = Callable[[Snapshot, Filing, Territory], Decision | None]


def assign_station(snapshot: Snapshot, filing: Filing, known: Surroundings | None = None) -> Decision:
    """The office for a filing: the first rule that has an answer decides. `known` spares a search of its place."""
    territory = find_territory(snapshot, filing, known)
    for rule in RULES:
        decision = rule(snapshot, filing, territory)
        if decision is not None:
            return decision
    return control_room(snapshot, filing, territory)


def against_police(snapshot: Snapshot, filing: Filing, territory: Territory) -> Decision | None:
    """A complaint against police goes to the SDPO, without one to the SP; the accused appears nowhere in the answer."""
    if not filing.against_police:
        return None
    named = snapshot.office_code(filing.named_station)
    office = _above(snapshot, named) if named is not None else None
    accused = office is not None
    confidence = 1.0 if accused else territory.confidence
    if office is None and territory.station is not None:
        office = _above(snapshot, territory.station.code)
    if office is None and territory.police_district is not None:
        office = snapshot.superintendent(territory.police_district)
    return Decision(
        office or snapshot.range_office(),
        Reason.AGAINST_POLICE,
        provisional=territory.provisional and not accused,
        confidence=confidence if office is not None else 0.0,
        boundary_version=snapshot.version,
    )


def _above(snapshot: Snapshot, code: str) -> Office | None:
    """Who supervises an office: a station's SDPO or else its SP, an SDPO's SP, an SP's range, the range's control room.

    None for no office.
    """
    if code == STATE_OFFICE:
        return snapshot.control_room()
    station = snapshot.stations.get(code)
    if station is not None:
        return snapshot.sub_divisional_officer(code) or snapshot.superintendent(station.police_district)
    sub_division = snapshot.sub_divisions.by_code.get(code)
    if sub_division is not None:
        return snapshot.superintendent(sub_division.office.police_district)
    return snapshot.range_office() if code in snapshot.police_districts else None


def secret_tip(snapshot: Snapshot, filing: Filing, territory: Territory) -> Decision | None:
    """A secret tip goes to its district's superintendent, never to a station; about the police, or from no known
    district, to the office above the districts.
    """
    if filing.service_code not in TIP_SERVICES:
        return None
    about_police = filing.category in ABOUT_POLICE
    district = None if about_police else territory.police_district
    return Decision(
        snapshot.range_office() if district is None else snapshot.superintendent(district),
        Reason.AGAINST_POLICE if about_police else Reason.SPECIALIST,
        provisional=False,
        confidence=1.0 if about_police or district is not None else 0.0,
        boundary_version=snapshot.version,
    )


def named_station(snapshot: Snapshot, filing: Filing, territory: Territory) -> Decision | None:
    """The station a citizen names records the case, whose ever the ground is, on days when it is open.

    An emergency goes where the place is.
    """
    station = None if filing.emergency else snapshot.stations.get(filing.named_station or "")
    if station is None or station.code not in snapshot.at_work:
        return None
    own = territory.station
    elsewhere = (
        own is not None
        and own.code != station.code
        and not territory.provisional
        and station.code not in territory.ambiguous_with
    )
    return Decision(
        snapshot.station_office(station),
        Reason.ZERO_FIR if elsewhere and filing.service_code in OFFENCE_SERVICES else Reason.NAMED,
        provisional=False,
        confidence=1.0,
        boundary_version=snapshot.version,
        territorial_station=own,
        distance_to_edge_m=territory.distance_to_edge_m,
        notes=(*territory.notes, *desk_notes(snapshot, station.code)),
    )


def specialist_unit(snapshot: Snapshot, filing: Filing, territory: Territory) -> Decision | None:
    """The unit of the police district for this kind of matter; without one, the territorial station handles it."""
    kind = None if filing.emergency else snapshot.specialist_kind(filing.service_code, filing.category)
    if kind is None:
        return None
    on_line = snapshot.units_along(kind, true_place(filing, territory.notes))
    if on_line:
        return _unit_on_line(snapshot, filing, territory, on_line)
    units = snapshot.units(kind, territory.police_district, territory.district)
    if not units:
        return None
    unit = units[0]
    return Decision(
        snapshot.station_office(unit),
        Reason.SPECIALIST,
        # The unit serves the whole police district: a doubt between two stations of it does not matter.
        provisional=len(units) > 1 or _between_districts(snapshot, territory),
        confidence=1.0 / len(units),
        boundary_version=snapshot.version,
        territorial_station=territory.station,
        distance_to_edge_m=territory.distance_to_edge_m,
        ambiguous_with=tuple(other.code for other in units[1:]),
        notes=(*_named_notes(snapshot, filing), *territory.notes, *desk_notes(snapshot, unit.code)),
    )


def _unit_on_line(snapshot: Snapshot, filing: Filing, territory: Territory, units: Sequence[UnitOnLine]) -> Decision:
    """The unit whose line passes the place. Where the lines of several do, the nearest line's, with a doubt."""
    unit = units[0]
    sure = all(other.metres - unit.metres > EDGE_TOLERANCE_M for other in units[1:])
    return Decision(
        snapshot.station_office(snapshot.stations[unit.station]),
        Reason.SPECIALIST,
        provisional=not sure,
        confidence=1.0 / len(units),
        boundary_version=snapshot.version,
        territorial_station=territory.station,
        distance_to_edge_m=territory.distance_to_edge_m,
        ambiguous_with=tuple(other.station for other in units[1:]),
        notes=(*_named_notes(snapshot, filing), *territory.notes, unit.note, *desk_notes(snapshot, unit.station)),
    )


def territorial_station(snapshot: Snapshot, filing: Filing, territory: Territory) -> Decision | None:
    """The station whose ground it is, by polygon or by distance. An emergency needs more than a district's name."""
    station, notes = territory.station, territory.notes
    if station is None or (filing.emergency and "district_headquarters" in notes):
        return None
    if filing.named_station:
        notes = _named_notes(snapshot, filing) + notes
    if not station.desk_online:
        notes = (*notes, DESK_NOT_ONLINE)
    # By position: nearly every decision is made here, and names would double what making one costs.
    return Decision(
        snapshot.station_office(station),
        territory.reason,
        territory.provisional,
        territory.confidence,
        snapshot.version,
        station,
        territory.distance_to_edge_m,
        territory.ambiguous_with,
        None,
        notes,
    )


def control_room(snapshot: Snapshot, filing: Filing, territory: Territory) -> Decision:
    """People at a control room decide what no rule can: no usable place, or a place outside the state."""
    office: Office = snapshot.control_room(territory.police_district)
    hint = ("zero_fir_at_any_station",) if "outside_state" in territory.notes else ()
    return Decision(
        office,
        Reason.CONTROL_ROOM,
        provisional=True,
        confidence=territory.confidence,
        boundary_version=snapshot.version,
        notes=(*_named_notes(snapshot, filing), *territory.notes, *hint),
    )


def _between_districts(snapshot: Snapshot, territory: Territory) -> bool:
    own = territory.police_district
    return any(snapshot.stations[code].police_district != own for code in territory.ambiguous_with)


def _named_notes(snapshot: Snapshot, filing: Filing) -> tuple[str, ...]:
    if not filing.named_station:
        return ()
    if filing.named_station not in snapshot.stations:
        return ("named_station_unknown",)
    if filing.named_station not in snapshot.at_work:
        return ("named_station_not_open",)
    return ("named_station_not_for_emergencies",) if filing.emergency else ()


def desk_notes(snapshot: Snapshot, code: str) -> tuple[str, ...]:
    """Whether anybody sees the case at a desk. An office that is no station works at a desk of its own."""
    station = snapshot.stations.get(code)
    return () if station is None or station.desk_online else (DESK_NOT_ONLINE,)


RULES: tuple[Rule, ...] = (
    against_police,
    secret_tip,
    named_station,
    specialist_unit,
    territorial_station,
    control_room,
)
