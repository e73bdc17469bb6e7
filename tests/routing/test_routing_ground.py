"""Ground of the whole state: where no jurisdiction is loaded the block's station answers, provisionally."""

from dataclasses import replace

import pytest
import shapely

from bench.routing_ground import ground
from routing.domain import Block, Boundary, Dataset, Filing, Point, Reason, Snapshot, StationKind, StationRecord
from routing.domain.bulk import assign_stations
from routing.domain.rules import assign_station
from routing.domain.territory import BLOCK_AGREEMENT, NEAREST_AGREEMENT
from routing.store.rows import content_name, from_rows, to_rows
from tests.routing.routing_places import BASE, decide

SNAPSHOT = Snapshot(BASE)
OUTLINES = {row.district: row.geometry for row in BASE.outlines}


def station(code: str, lat: float, lon: float) -> StationRecord:
    kind = StationKind.TERRITORIAL
    return StationRecord(code, f"S{code}", kind, "PATNA", "Patna", lat=lat, lon=lon, coord_ok=True)


# Two blocks side by side; the first one's station stands far from their border, the second one's near it.
WEST = Block("West", "Patna", shapely.box(85.0, 25.5, 85.2, 25.7))
EAST = Block("East", "Patna", shapely.box(85.2, 25.5, 85.4, 25.7))
FAR, NEAR = station("5117001", 25.6, 85.02), station("5117002", 25.6, 85.21)
SMALL = Dataset("small", (FAR, NEAR), BASE.police_districts, BASE.outlines, blocks=(WEST, EAST))
NEAR_THE_BORDER = (25.6, 85.19)


def test_the_blocks_station_answers_though_another_is_nearer() -> None:
    """The nearer one across the block's border is named as the likely other, and the answer is provisional."""
    decision = decide(SMALL, NEAR_THE_BORDER)
    assert (decision.office.code, decision.reason, decision.provisional) == (FAR.code, Reason.NEAREST, True)
    assert decision.ambiguous_with == (NEAR.code,)
    assert decision.confidence <= BLOCK_AGREEMENT / 2
    assert "station_of_the_block" in decision.notes
    assert decide(replace(SMALL, blocks=()), NEAR_THE_BORDER).office.code == NEAR.code


def test_of_several_stations_in_a_block_the_nearest_answers_with_less_trust() -> None:
    """How a block's ground is divided between its stations was not measured: no more than the nearest is worth."""
    two = replace(SMALL, stations=(FAR, NEAR, station("5117003", 25.6, 85.18)))
    assert decide(two, NEAR_THE_BORDER).office.code == "5117003"
    assert decide(two, NEAR_THE_BORDER).confidence <= NEAREST_AGREEMENT


def test_a_block_without_a_station_leaves_the_nearest_of_the_district() -> None:
    """And a station that stands in a block of another district than its own is no station of that block."""
    assert decide(replace(SMALL, stations=(NEAR,)), NEAR_THE_BORDER).office.code == NEAR.code
    stranger = replace(FAR, district="Saran", police_district="SARAN")
    assert decide(replace(SMALL, stations=(stranger, NEAR)), NEAR_THE_BORDER).office.code == NEAR.code


def test_a_jurisdiction_that_is_loaded_replaces_the_block() -> None:
    """What an import brings decides, and is not provisional."""
    known = replace(SMALL, boundaries=(Boundary(NEAR.code, shapely.box(85.1, 25.5, 85.4, 25.7)),))
    decision = decide(known, NEAR_THE_BORDER)
    assert (decision.office.code, decision.reason, decision.provisional) == (NEAR.code, Reason.JURISDICTION, False)


@pytest.mark.parametrize("district", sorted(OUTLINES))
def test_a_point_in_each_district_is_decided_there_and_no_surer_than_measured(district: str) -> None:
    """Several points of each district; only where real jurisdictions are loaded may an answer be surer."""
    outline = OUTLINES[district]
    west, south, east, north = outline.bounds
    places = [outline.representative_point(), outline.centroid]
    places += [
        shapely.Point(west + x * (east - west), south + y * (north - south)) for x in (0.4, 0.6) for y in (0.4, 0.6)
    ]
    decided = 0
    for place in places:
        if not outline.buffer(-0.01).contains(place):
            continue
        decision = assign_station(SNAPSHOT, Filing(emergency=True, point=Point(place.y, place.x)))
        assert decision.office.post == "SHO"
        assert decision.office.district == district
        if decision.reason is Reason.NEAREST:
            assert decision.provisional
            assert decision.confidence <= BLOCK_AGREEMENT
        else:
            assert district in SNAPSHOT.with_boundaries
        decided += 1
    assert decided


def test_central_patna_is_not_surer_than_the_nearest_station_is() -> None:
    """Twenty-two stations share its block: which of them answers is known by distance alone."""
    decision = decide(BASE, (25.6127, 85.1289))
    assert decision.office.district == "Patna"
    assert decision.confidence <= NEAREST_AGREEMENT


def test_many_points_are_decided_as_each_alone() -> None:
    """Blocks are asked for all at once in a batch: the same answers, to the last bit."""
    places = [Point(24.4 + 0.11 * row, 83.5 + 0.16 * column) for row in range(28) for column in range(28)]
    filings = [Filing(emergency=False, point=place) for place in places]
    assert assign_stations(SNAPSHOT, filings) == [assign_station(SNAPSHOT, filing) for filing in filings]


def test_the_rule_is_as_good_as_it_states() -> None:
    """On the real jurisdictions that the project ships, decided as if none were known."""
    assert not [figure for figure in ground() if not figure.fine]


def test_blocks_are_saved_with_a_version_and_rename_none_without() -> None:
    """A version of before has no blocks, and keeps its name."""
    again = from_rows(BASE.version, to_rows(BASE))
    assert {(row.name, row.district) for row in again.blocks} == {(row.name, row.district) for row in BASE.blocks}
    assert len(again.blocks) == 534
    assert content_name(again) == content_name(BASE) != content_name(replace(BASE, blocks=()))
    assert "blocks" not in {part for part, rows in to_rows(replace(BASE, blocks=())).items() if rows}
