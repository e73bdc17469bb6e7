"""Makes the data set in routing/data from a folder of the public sources that SOURCES.md names.

Run as `python -m routing build-data FOLDER`; the same sources give the same bytes.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import shapely
from shapely.geometry import mapping, shape

from routing.naming.names import HindiName, Witnesses, hindi_names

SHIPPED = Path(__file__).parent / "data"
RAILWAY, RAILWAY_HI = "RLY ", "रेल"
# Words that a plain title case would spoil.
KEPT_WORDS = frozenset({"SC/ST", "NTPC", "L.N.M.", "P.S.", "PS"})
# 1e-5 degrees is about a metre, far below what the digitisation is worth.
OUTLINE_GRID = 1e-5
# Half a kilometre or so: in Sheohar as many points get their true station as with the blocks as they are drawn.
BLOCK_TOLERANCE, BLOCK_GRID = 0.006, 1e-4
# The two police districts that are no revenue district sit where the station of this name is.
SEAT_STATIONS = {"BAGAHA": "BAGAHA", "NAUGHACHHIA": "NAUGACHHIA"}
DISTRICT_NAMES = {
    "Kaimur (Bhabua)": "Kaimur",
    "Pashchim Champaran": "West Champaran",
    "Purba Champaran": "East Champaran",
}

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What was written, and which rows of the sources a reader should distrust."""

    stations: int
    misplaced: tuple[str, ...]
    shared_coordinates: tuple[str, ...]
    districts: int
    boundaries: int


def build_data(sources: Path, target: Path = SHIPPED) -> BuildReport:
    """Reads the sources, writes the five files of the data set, returns what is suspicious in them."""
    stations = _read(sources / "bihar_police_stations_mha.csv")
    shared = shared_coordinates(stations)
    witnesses = Witnesses(_read(sources / "bihar_names_hi.csv"), _read(sources / "bihar_name_parts_hi.csv"))
    names = hindi_names(stations, witnesses)
    _write(target / "stations.csv", [_station_row(row, shared, names[row["ps_cd"]]) for row in stations])
    _write(target / "police_districts.csv", _police_districts(sources, stations, names, witnesses))
    _write(target / "pin_districts.csv", _pin_rows(_read(sources / "bihar_pin_district.csv")))
    districts = _write_outlines(
        sources / "bihar_districts_from_blocks.geojson", target / "districts.geojson", witnesses
    )
    _write_blocks(sources / "bihar_blocks_534.geojson", target / "blocks.geojson")
    boundaries = _write_boundaries(
        sources / "bihar_thana_polygons_sheohar_7.geojson", target / "boundaries.geojson", stations, witnesses
    )
    misplaced = tuple(row["ps_cd"] for row in stations if row["coord_ok"] == "0")
    return BuildReport(len(stations), misplaced, tuple(sorted(shared)), districts, boundaries)


def clean_name(source: str) -> str:
    """'SHYAMPUR BHATAHA' -> 'Shyampur Bhataha'; the spelling stays, abbreviations stay."""
    return " ".join(word if word in KEPT_WORDS else word.capitalize() for word in source.split())


def shared_coordinates(stations: Iterable[Row]) -> frozenset[str]:
    """Codes of the stations whose exact point another station has too."""
    rows = list(stations)
    count = Counter((row["lat"], row["lon"]) for row in rows)
    return frozenset(row["ps_cd"] for row in rows if count[row["lat"], row["lon"]] > 1)


def _station_row(row: Row, shared: frozenset[str], name: HindiName) -> dict[str, str]:
    return {
        "code": row["ps_cd"],
        "name_en": clean_name(row["name"]),
        **_hindi(name),
        "name_source": row["name"],
        "kind": row["kind"],
        "police_district": row["police_district"],
        # A railway police district spans revenue districts: its stations stand where they stand.
        "district": row["revenue_district"] or row["district_by_coords"],
        "lat": row["lat"],
        "lon": row["lon"],
        # 0: known to be wrong. A railway station has no revenue district to check it against.
        "coord_ok": row["coord_ok"] or "1",
        "coord_shared": "1" if row["ps_cd"] in shared else "0",
    }


def _hindi(name: HindiName) -> dict[str, str]:
    confidence = f"{name.confidence:g}" if name.text else ""
    return {"name_hi": name.text, "name_hi_origin": name.origin, "name_hi_confidence": confidence}


def _police_districts(
    sources: Path, stations: list[Row], names: Mapping[str, HindiName], witnesses: Witnesses
) -> list[dict[str, str]]:
    seats = {
        DISTRICT_NAMES.get(row["district"], row["district"]): row
        for row in _read(sources / "bihar_headquarters.csv")
        if row["level"] == "district"
    }
    rows = []
    for row in _read(sources / "bihar_police_districts.csv"):
        name, district = row["police_district"], row["revenue_district"]
        seat = _seat_station(name, stations) if name in SEAT_STATIONS else seats.get(district)
        rows.append(
            {
                "name": name,
                "code": row["police_district_cd"],
                "name_en": clean_name(name),
                "name_hi": _police_district_hi(name, district, stations, names, witnesses),
                "district": district,
                "seat_lat": seat["lat"] if seat else "",
                "seat_lon": seat["lon"] if seat else "",
            }
        )
    return rows


def _police_district_hi(
    name: str, district: str, stations: list[Row], names: Mapping[str, HindiName], witnesses: Witnesses
) -> str:
    """By its own name, the station at its seat, or its revenue district; a railway's by its seat's."""
    if name in SEAT_STATIONS:
        return names[_seat_station(name, stations)["ps_cd"]].text
    if name.startswith(RAILWAY):
        return f"{RAILWAY_HI} {witnesses.of_district(name.removeprefix(RAILWAY)).text}"
    return witnesses.of_district(name).text or witnesses.of_district(district).text


def _seat_station(police_district: str, stations: list[Row]) -> Row:
    name = SEAT_STATIONS[police_district]
    return next(row for row in stations if row["police_district"] == police_district and row["name"] == name)


def _pin_rows(rows: list[Row]) -> list[dict[str, str]]:
    return [
        {"pincode": row["pincode"], "district": row["district"], "other_districts": "|".join(_other_districts(row))}
        for row in rows
        if row["district"]
    ]


def _other_districts(row: Row) -> list[str]:
    """The source writes 'Arwal:7|Jehanabad:3|:1': with post offices counted, also those of no district."""
    return [name for part in row["other_districts"].split("|") if (name := part.partition(":")[0])]


def _write_outlines(source: Path, target: Path, witnesses: Witnesses) -> int:
    features = json.loads(source.read_text("utf-8"))["features"]
    outlines = shapely.set_precision([shape(feature["geometry"]) for feature in features], OUTLINE_GRID)
    if not shapely.coverage_is_valid(outlines):
        raise ValueError("rounding broke the districts' common borders")
    _write_features(
        target,
        [
            {
                "type": "Feature",
                "properties": {
                    "district": feature["properties"]["district"],
                    "name_hi": witnesses.of_district(feature["properties"]["district"]).text,
                },
                "geometry": mapping(outline),
            }
            for feature, outline in zip(features, outlines, strict=True)
        ],
    )
    return len(features)


def _write_blocks(source: Path, target: Path) -> None:
    """Coarser than the outlines: a block only says which station is the likelier one."""
    features = json.loads(source.read_text("utf-8"))["features"]
    simpler = shapely.coverage_simplify([shape(feature["geometry"]) for feature in features], BLOCK_TOLERANCE)
    blocks = shapely.set_precision(simpler, BLOCK_GRID)
    if not shapely.coverage_is_valid(blocks):
        raise ValueError("simplifying broke the blocks' common borders")
    rows = sorted(zip(features, blocks, strict=True), key=lambda row: int(row[0]["properties"]["block_cd"]))
    _write_features(
        target,
        [
            {
                "type": "Feature",
                "properties": {name: feature["properties"][name] for name in ("block", "district")},
                "geometry": mapping(block),
            }
            for feature, block in rows
        ],
    )


def _write_boundaries(source: Path, target: Path, stations: list[Row], witnesses: Witnesses) -> int:
    police_district = {row["ps_cd"]: row["police_district"] for row in stations}
    of_district = {row["revenue_district"]: row["police_district"] for row in stations if row["kind"] == "territorial"}
    features = json.loads(source.read_text("utf-8"))["features"]
    _write_features(
        target,
        [
            {
                "type": "Feature",
                "properties": {
                    "station": str(properties["ps_code_bhugoal"]),
                    "name": clean_name(properties["name"]),
                    **_hindi(witnesses.of_station(str(properties["ps_code_bhugoal"]), properties["name"])),
                    "district": properties["district"],
                    "police_district": police_district.get(
                        str(properties["ps_code_bhugoal"]), of_district[properties["district"]]
                    ),
                },
                "geometry": feature["geometry"],
            }
            for feature in features
            for properties in (feature["properties"],)
        ],
    )
    return len(features)


def _write_features(target: Path, features: list[dict[str, object]]) -> None:
    lines = ",\n".join(json.dumps(feature, separators=(",", ":"), ensure_ascii=False) for feature in features)
    target.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', "utf-8")


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
