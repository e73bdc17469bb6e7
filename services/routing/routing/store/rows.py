"""A version as rows for the database, and back. Geometries travel as WKB, so that not a bit of them changes."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

import shapely

from routing.domain import (
    Block,
    Boundary,
    Corridor,
    Dataset,
    NameOrigin,
    Outline,
    PoliceDistrict,
    Specialist,
    StationKind,
    StationRecord,
)

Row = dict[str, Any]
Rows = Mapping[str, list[Row]]

DAYS: Final = ("valid_from", "valid_to")
LATER: Final = ("sub_division", *DAYS, "name_hi_origin", "name_hi_confidence")
PARTS: Final = (
    "stations",
    "police_districts",
    "outlines",
    "boundaries",
    "pin_districts",
    "specialists",
    "corridors",
    "blocks",
)
# Parts that came later: without a row they must not rename what was saved before.
LATER_PARTS: Final = frozenset({"corridors", "blocks"})


def to_rows(dataset: Dataset) -> Rows:
    """Everything but the name, in one order whatever order it came in."""
    return {
        "stations": [_record(station) for station in sorted(dataset.stations, key=lambda item: item.code)],
        "police_districts": [_record(row) for row in sorted(dataset.police_districts, key=lambda item: item.name)],
        "outlines": [
            {"district": row.district, "wkb": _wkb(row.geometry)} | ({"name_hi": row.name_hi} if row.name_hi else {})
            for row in sorted(dataset.outlines, key=lambda item: item.district)
        ],
        "boundaries": sorted(
            (_boundary_row(row) for row in dataset.boundaries),
            key=lambda row: (row["station"], row["wkb"], row.get("valid_from", ""), row.get("valid_to", "")),
        ),
        "pin_districts": [
            {"pincode": pincode, "districts": list(districts)}
            for pincode, districts in sorted(dataset.pin_districts.items())
        ],
        "specialists": [_record(row) for row in sorted(dataset.specialists, key=lambda item: (item.field, item.value))],
        "corridors": sorted(
            ({"station": row.station, "line": row.line, "wkb": _wkb(row.geometry)} for row in dataset.corridors),
            key=lambda row: (row["station"], row["line"], row["wkb"]),
        ),
        "blocks": sorted(
            ({"name": row.name, "district": row.district, "wkb": _wkb(row.geometry)} for row in dataset.blocks),
            key=lambda row: (row["district"], row["name"], row["wkb"]),
        ),
    }


def from_rows(version: str, rows: Rows) -> Dataset:
    return Dataset(
        version=version,
        stations=tuple(_station(row) for row in rows["stations"]),
        police_districts=tuple(PoliceDistrict(**row) for row in rows["police_districts"]),
        outlines=tuple(
            Outline(row["district"], shapely.from_wkb(row["wkb"]), row.get("name_hi", "")) for row in rows["outlines"]
        ),
        boundaries=tuple(
            Boundary(row["station"], shapely.from_wkb(row["wkb"]), row["name"], **_days(row))
            for row in rows["boundaries"]
        ),
        pin_districts={row["pincode"]: tuple(row["districts"]) for row in rows["pin_districts"]},
        specialists=tuple(
            Specialist(row["field"], row["value"], StationKind(row["kind"])) for row in rows["specialists"]
        ),
        corridors=tuple(
            Corridor(row["station"], row["line"], shapely.from_wkb(row["wkb"])) for row in rows.get("corridors", [])
        ),
        blocks=tuple(
            Block(row["name"], row["district"], shapely.from_wkb(row["wkb"])) for row in rows.get("blocks", [])
        ),
    )


def content_name(dataset: Dataset) -> str:
    """The name of a version by its content: the same data always has the same name."""
    digest = hashlib.sha256()
    rows = to_rows(dataset)
    for part in (part for part in PARTS if rows[part] or part not in LATER_PARTS):
        digest.update(json.dumps(rows[part], default=bytes.hex, sort_keys=True, ensure_ascii=False).encode())
    return f"v-{digest.hexdigest()[:12]}"


def chunks(rows: list[Row], limit: int = 4_000_000) -> Iterable[list[Row]]:
    """Pieces well under the database's 16 MB for one document; one empty piece for no rows."""
    piece: list[Row] = []
    size = 0
    for row in rows:
        weight = len(row.get("wkb", b"")) + 400
        if piece and size + weight > limit:
            yield piece
            piece, size = [], 0
        piece.append(row)
        size += weight
    yield piece


def _record(value: "StationRecord | PoliceDistrict | Specialist") -> Row:
    row = asdict(value)
    if "kind" in row:
        row["kind"] = row["kind"].value
    if row.get("name_hi_origin"):
        row["name_hi_origin"] = row["name_hi_origin"].value
    for name in LATER:
        # The database knows no days, and an empty field that came later must not rename what was saved before.
        if name in row and not row[name]:
            del row[name]
        elif name in DAYS and name in row:
            row[name] = row[name].isoformat()
    return row


def _boundary_row(boundary: Boundary) -> Row:
    days = {"valid_from": boundary.valid_from, "valid_to": boundary.valid_to}
    dated = {name: day.isoformat() for name, day in days.items() if day is not None}
    return {"station": boundary.station, "name": boundary.name, "wkb": _wkb(boundary.geometry), **dated}


def _station(row: Row) -> StationRecord:
    origin = {"name_hi_origin": NameOrigin(row["name_hi_origin"])} if row.get("name_hi_origin") else {}
    return StationRecord(**{**row, **_days(row), **origin, "kind": StationKind(row["kind"])})


def _days(row: Row) -> dict[str, date]:
    return {name: date.fromisoformat(row[name]) for name in DAYS if row.get(name)}


def _wkb(geometry: shapely.Geometry) -> bytes:
    return bytes(shapely.to_wkb(geometry, byte_order=1, include_srid=False))
