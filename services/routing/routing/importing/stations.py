"""A CSV of stations becomes a new version of them. Rows add to what is there, or replace a station of the same code."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from chassis.importing.cells import LONGEST_NAME, clean_code, yes_or_no
from chassis.importing.report import ImportRefused, Report
from chassis.importing.spelt import KnownSpellings, fault_of, fault_of_hindi, tidy
from chassis.importing.table import Columns, Row, read_table
from routing.build_data import clean_name
from routing.domain import Dataset, NameOrigin, PoliceDistrict, StationKind, StationRecord
from routing.domain.districts import DistrictIndex
from routing.importing.days import read_days, report_days

# The names of a column in the project's own files, in the ministry's layer and in spreadsheets that people keep.
COLUMNS: Final[Columns] = {
    "code": ("code", "ps_cd", "station_code"),
    "name": ("name_en", "name", "station_name"),
    "name_hi": ("name_hi",),
    "name_hi_origin": ("name_hi_origin",),
    "name_hi_confidence": ("name_hi_confidence",),
    "name_source": ("name_source",),
    "kind": ("kind", "type"),
    "police_district": ("police_district",),
    "district": ("district", "revenue_district"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "lng", "longitude"),
    "coord_ok": ("coord_ok",),
    "parent": ("parent", "parent_station"),
    "desk_online": ("desk_online",),
    "sub_division": ("sub_division", "subdivision", "sdpo"),
    "valid_from": ("valid_from",),
    "valid_to": ("valid_to",),
}
NEEDED: Final = ("code", "name", "kind", "police_district")
NAMES: Final = ("name", "name_hi", "name_source", "district", "sub_division")
# Without these a station is no less known: it is taken without a name that is not readable.
SPARED: Final = ("name_hi", "name_source")
SHARE: Final = re.compile(r"0(?:\.[0-9]+)?|1(?:\.0+)?")
NOT_IN_A_KIND: Final = re.compile(r"[ /-]+")


def import_stations(
    path: Path, base: Dataset, report: Report, progress: Callable[[int], None] = lambda _count: None
) -> Dataset:
    """The base with the stations of a file. Raises ImportRefused if the file is no list of stations."""
    rows = read_table(path, COLUMNS, NEEDED, report)
    known = {district.name.casefold(): district for district in base.police_districts}
    districts = DistrictIndex(base.outlines)
    spellings = KnownSpellings(station.name_en for station in base.stations)
    found: dict[str, StationRecord] = {}
    for count, (where, row) in enumerate(rows, start=1):
        progress(count)
        names = _names(row, report, where)
        station = _station({**row, **names}, known, districts, report, where) if names is not None else None
        if station is not None and station.code in found:
            report.reject("duplicate_code", where, f"{station.code} is in the file twice")
        elif station is not None:
            found[station.code] = station
            if spellings.strange(station.name_source):
                report.suspect("strange_spelling", station.code, f"{station.name_source[:60]}: Hindi for an old font?")
    if not found:
        raise ImportRefused("the file has no usable station: nothing was changed")
    before = {station.code: station for station in base.stations}
    found = {code: _with_hindi_name(station, before.get(code)) for code, station in found.items()}
    merged = before | found
    for code in sorted(found.keys() & before.keys()):
        old, new = before[code].name_en, found[code].name_en
        if old.casefold() != new.casefold():
            report.suspect("renamed_station", code, f"{old} is replaced by {new}: is the code right?")
    _check_parents(merged, report)
    ground = [boundary for boundary in base.boundaries if boundary.station in found]
    report_days(ground, merged, {station.district for station in found.values()}, report)
    stations = _shared(merged.values(), report, found.keys())
    report.figures |= {
        "rows": len(rows),
        "stations accepted": len(found),
        "stations new": len(found.keys() - before.keys()),
        "stations in the version": len(merged),
    }
    return replace(base, stations=tuple(sorted(stations, key=lambda station: station.code)))


def _names(row: Row, report: Report, where: str) -> dict[str, str] | None:
    """The names of a row; None, and reported, where one that it needs was lost on its way."""
    names = {field: tidy(row[field]) for field in NAMES}
    for field, name in names.items():
        fault = fault_of_hindi(name) if name and field == "name_hi" else fault_of(name)
        if fault is None:
            continue
        detail = f"{field}: {fault}"
        if field not in SPARED:
            report.reject("broken_name", where, detail)
            return None
        report.suspect("broken_name", where, f"{detail}; taken without it")
        names[field] = ""
    return names


def _station(
    row: Row, known: Mapping[str, PoliceDistrict], districts: DistrictIndex, report: Report, where: str
) -> StationRecord | None:
    found = _code_and_kind(row, report, where)
    days = read_days(row["valid_from"], row["valid_to"], report, where) if found is not None else None
    if found is None or days is None:
        return None
    code, kind = found
    police_district = known.get(row["police_district"].casefold())
    if police_district is None:
        report.reject("unknown_police_district", where, row["police_district"])
        return None
    lat, lon, trusted = _coordinates(row, code, report, where)
    at = districts.find(lat, lon) if lat is not None and lon is not None else None
    district = police_district.district or row["district"] or (at.district if at is not None else "")
    if not district:
        report.reject("no_district", where, code)
        return None
    if lat is not None and trusted and len(districts):
        trusted = _in_its_district(code, district, at.district if at else None, report)
    return StationRecord(
        code=code,
        name_en=clean_name(row["name"]),
        kind=kind,
        police_district=police_district.name,
        district=district,
        name_hi=row["name_hi"],
        name_source=row["name_source"] or row["name"],
        lat=lat,
        lon=lon,
        coord_ok=lat is not None and trusted,
        parent=clean_code(row["parent"]) or row["parent"] or None,
        desk_online=_flag("desk_online", row, code, report),
        sub_division=row["sub_division"],
        valid_from=days[0],
        valid_to=days[1],
        **_origin(row),
    )


def _origin(row: Row) -> dict[str, Any]:
    """A Hindi name in an operator's file is right, unless the file says itself where the name is from."""
    if not row["name_hi"]:
        return {}
    origin, confidence = row["name_hi_origin"], row["name_hi_confidence"]
    if origin not in set(NameOrigin) or origin == NameOrigin.IMPORT or not SHARE.fullmatch(confidence):
        return {"name_hi_origin": NameOrigin.IMPORT, "name_hi_confidence": 1.0}
    return {"name_hi_origin": NameOrigin(origin), "name_hi_confidence": float(confidence)}


def _with_hindi_name(station: StationRecord, before: StationRecord | None) -> StationRecord:
    """A file without a Hindi name takes none away, unless the station gets another name."""
    if before is None or station.name_hi or before.name_en.casefold() != station.name_en.casefold():
        return station
    return replace(
        station,
        name_hi=before.name_hi,
        name_hi_origin=before.name_hi_origin,
        name_hi_confidence=before.name_hi_confidence,
    )


def _code_and_kind(row: Row, report: Report, where: str) -> tuple[str, StationKind] | None:
    """What a row must have, in a form that events can carry; None, and reported, without."""
    missing = [name for name in NEEDED if not row[name]]
    if missing:
        report.reject("missing_value", where, ", ".join(missing))
        return None
    code, kind = clean_code(row["code"]), NOT_IN_A_KIND.sub("_", row["kind"].casefold())
    if code is None:
        report.reject("unusable_code", where, f"{row['code'][:60]}: at most 40 letters and digits")
        return None
    if kind not in set(StationKind):
        report.reject("unknown_kind", where, row["kind"])
        return None
    long = [f"{name} has {len(row[name])} characters" for name in NAMES if len(row[name]) > LONGEST_NAME]
    if long:
        report.reject("too_long", where, f"{', '.join(long)}; at most {LONGEST_NAME}")
        return None
    return code, StationKind(kind)


def _coordinates(row: Row, code: str, report: Report, where: str) -> tuple[float | None, float | None, bool]:
    """The point and whether it may be trusted. Latitude and longitude in the wrong columns are put right."""
    if not row["lat"] or not row["lon"]:
        report.suspect("no_coordinates", code, where)
        return None, None, False
    try:
        lat, lon = float(row["lat"]), float(row["lon"])
    except ValueError:
        report.suspect("unreadable_coordinates", code, where)
        return None, None, False
    # India reaches from 6 to 38 degrees north and from 68 to 98 degrees east: the two never overlap.
    if 68 <= lat <= 98 and 6 <= lon <= 38:
        report.suspect("swapped_coordinates", code, f"{where}: taken as {lon}, {lat}")
        lat, lon = lon, lat
    if not (math.isfinite(lat) and math.isfinite(lon) and 6 <= lat <= 38 and 68 <= lon <= 98):
        report.suspect("coordinates_outside_india", code, where)
        return None, None, False
    trusted = _flag("coord_ok", row, code, report)
    if not trusted:
        report.suspect("marked_misplaced", code, "the file itself says that the point is wrong")
    return lat, lon, trusted


def _flag(field: str, row: Row, code: str, report: Report) -> bool:
    """What a column says with yes or no; a word that is neither is reported, and means the careful answer: no."""
    found = yes_or_no(row[field])
    if found is None:
        report.suspect("neither_yes_nor_no", code, f"{field} is '{row[field][:40]}': taken as no")
    return bool(found)


def _in_its_district(code: str, district: str, at: str | None, report: Report) -> bool:
    if at == district:
        return True
    report.suspect("misplaced", code, f"of {district}, but its point is in {at or 'no district of the state'}")
    return False


def _check_parents(stations: Mapping[str, StationRecord], report: Report) -> None:
    for station in stations.values():
        if station.parent is not None and station.parent not in stations:
            report.suspect("unknown_parent", station.code, station.parent)
        if station.kind is StationKind.OUTPOST and station.parent is None:
            report.suspect("outpost_without_parent", station.code)


def _shared(stations: Iterable[StationRecord], report: Report, imported: Iterable[str]) -> list[StationRecord]:
    """The stations, marked where another one has exactly the same point."""
    rows = list(stations)
    count = Counter(_point(station) for station in rows if station.lat is not None)
    of_file = frozenset(imported)
    marked = []
    for station in rows:
        shared = count[_point(station)] > 1
        if shared and station.code in of_file:
            report.suspect("shared_coordinates", station.code, f"{station.lat}, {station.lon}")
        marked.append(replace(station, coord_shared=shared))
    return marked


def _point(station: StationRecord) -> tuple[float | None, float | None]:
    return station.lat, station.lon
