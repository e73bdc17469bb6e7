"""Reads the data set that the project ships. The version is the content's hash: same files, same name."""

import csv
import hashlib
import json
from datetime import date
from pathlib import Path

from shapely.geometry import shape

from routing.build_data import SHIPPED
from routing.domain import (
    Block,
    Boundary,
    Dataset,
    NameOrigin,
    Outline,
    PoliceDistrict,
    Specialist,
    StationKind,
    StationRecord,
)

FILES = (
    "blocks.geojson",
    "boundaries.geojson",
    "districts.geojson",
    "pin_districts.csv",
    "police_districts.csv",
    "specialists.csv",
    "stations.csv",
)


def load_shipped(folder: Path = SHIPPED) -> Dataset:
    """The shipped stations, outlines and boundaries as one version, `shipped-` and ten hex digits."""
    boundaries = _features(folder / "boundaries.geojson")
    stations = [_station(row) for row in _rows(folder / "stations.csv")]
    known = {station.code for station in stations}
    # A jurisdiction whose station has no row yet still has an office: it is known by name and has no point.
    stations += [
        StationRecord(
            code=properties["station"],
            name_en=properties["name"],
            kind=StationKind.TERRITORIAL,
            police_district=properties["police_district"],
            district=properties["district"],
            name_source=properties["name"],
            name_hi=properties["name_hi"],
            name_hi_origin=NameOrigin(properties["name_hi_origin"]) if properties["name_hi"] else None,
            name_hi_confidence=float(properties["name_hi_confidence"] or 0.0),
        )
        for properties, _ in boundaries
        if properties["station"] not in known
    ]
    return Dataset(
        version=f"shipped-{_digest(folder)}",
        stations=tuple(sorted(stations, key=lambda station: station.code)),
        police_districts=tuple(_police_district(row) for row in _rows(folder / "police_districts.csv")),
        outlines=tuple(
            Outline(p["district"], shape(g), p["name_hi"]) for p, g in _features(folder / "districts.geojson")
        ),
        boundaries=tuple(Boundary(p["station"], shape(g), p["name"], *_days(p)) for p, g in boundaries),
        blocks=tuple(Block(p["block"], p["district"], shape(g)) for p, g in _features(folder / "blocks.geojson")),
        pin_districts={row["pincode"]: _pin_row(row) for row in _rows(folder / "pin_districts.csv")},
        specialists=tuple(
            Specialist(row["field"], row["value"], StationKind(row["kind"]))
            for row in _rows(folder / "specialists.csv")
        ),
    )


def _station(row: dict[str, str]) -> StationRecord:
    return StationRecord(
        code=row["code"],
        name_en=row["name_en"],
        name_hi=row["name_hi"],
        name_source=row["name_source"],
        kind=StationKind(row["kind"]),
        police_district=row["police_district"],
        district=row["district"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        coord_ok=row["coord_ok"] == "1",
        coord_shared=row["coord_shared"] == "1",
        name_hi_origin=NameOrigin(row["name_hi_origin"]) if row["name_hi"] else None,
        name_hi_confidence=float(row["name_hi_confidence"]) if row["name_hi"] else 0.0,
    )


def _days(properties: dict[str, str]) -> tuple[date | None, date | None]:
    first, last = (properties.get(name) for name in ("valid_from", "valid_to"))
    return (date.fromisoformat(first) if first else None), (date.fromisoformat(last) if last else None)


def _police_district(row: dict[str, str]) -> PoliceDistrict:
    return PoliceDistrict(
        name=row["name"],
        code=row["code"],
        name_en=row["name_en"],
        name_hi=row["name_hi"],
        district=row["district"] or None,
        seat_lat=float(row["seat_lat"]) if row["seat_lat"] else None,
        seat_lon=float(row["seat_lon"]) if row["seat_lon"] else None,
    )


def _pin_row(row: dict[str, str]) -> tuple[str, ...]:
    return (row["district"], *(name for name in row["other_districts"].split("|") if name))


def _features(path: Path) -> list[tuple[dict[str, str], dict[str, object]]]:
    features = json.loads(path.read_text("utf-8"))["features"]
    return [(feature["properties"], feature["geometry"]) for feature in features]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in FILES:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:10]
