"""An outpost's ground is its parent's: between the two there is no doubt, beside a third there is."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
import shapely
from shapely import Geometry

from routing.domain import Boundary, Decision, Filing, Point, Snapshot, StationKind, assign_station
from routing.domain.bulk import assign_stations
from routing.explain import explain
from tests.routing.routing_places import BASE as SHIPPED

OUTPOST, PARENT, THIRD = "5117044", "5117064", "5117028"
WEST, EAST = shapely.box(85.10, 25.60, 85.12, 25.62), shapely.box(85.12, 25.60, 85.14, 25.62)
NORTH = shapely.box(85.10, 25.62, 85.14, 25.64)
# A metre in degrees of latitude, and about one of longitude here.
METRE = 1 / 111_195


def snapshot(grounds: Mapping[str, Geometry], *, outpost: bool = True) -> Snapshot:
    stations = tuple(
        replace(row, kind=StationKind.OUTPOST, parent=PARENT) if outpost and row.code == OUTPOST else row
        for row in SHIPPED.stations
    )
    boundaries = tuple(Boundary(code, ground) for code, ground in grounds.items())
    return Snapshot(replace(SHIPPED, stations=stations, boundaries=boundaries))


def decide(snapshot: Snapshot, lat: float, lon: float, accuracy: float | None = None) -> Decision:
    """The decision on a place; a batch says the same."""
    filing = Filing(emergency=False, point=Point(lat, lon, accuracy))
    decision = assign_station(snapshot, filing)
    assert assign_stations(snapshot, [filing]) == [decision]
    return decision


@pytest.mark.parametrize("accuracy", [None, 300.0])
@pytest.mark.parametrize(("lon", "notes"), [(85.11997, (f"outpost:{OUTPOST}",)), (85.12003, ())])
def test_between_an_outpost_and_its_parent_there_is_no_doubt(
    lon: float, notes: tuple[str, ...], accuracy: float | None
) -> None:
    """On either side of their common edge the parent answers, as sure as deep inside."""
    decision = decide(snapshot({OUTPOST: WEST, PARENT: EAST, THIRD: NORTH}), 25.61, lon, accuracy)
    assert (decision.office.code, decision.ambiguous_with, decision.confidence) == (PARENT, (), 0.99)
    assert (decision.notes, decision.provisional) == (notes, False)
    assert decision.distance_to_edge_m == pytest.approx(0.01 / METRE, rel=0.01)


def test_two_stations_that_are_none_of_each_others_outposts_keep_their_doubt() -> None:
    """The same two grounds, with a station of its own instead of the outpost."""
    decision = decide(snapshot({OUTPOST: WEST, PARENT: EAST}, outpost=False), 25.61, 85.11997)
    assert (decision.office.code, decision.ambiguous_with) == (OUTPOST, (PARENT,))
    assert decision.confidence < 0.8


@pytest.mark.parametrize("lon", [85.11, 85.11997, 85.12003, 85.13])
def test_a_third_neighbour_is_named_beside_both(lon: float) -> None:
    """Three metres from it the doubt is the same on the outpost's ground, on the parent's and where the three meet."""
    decision = decide(snapshot({OUTPOST: WEST, PARENT: EAST, THIRD: NORTH}), 25.62 - 3 * METRE, lon)
    assert (decision.office.code, decision.ambiguous_with) == (PARENT, (THIRD,))
    assert decision.distance_to_edge_m == pytest.approx(3.0, abs=0.1)
    assert decision.confidence == pytest.approx(0.726, abs=0.01)


@pytest.mark.parametrize("lon", [85.11, 85.12, 85.13])
def test_the_third_names_the_office_and_not_its_outpost(lon: float) -> None:
    """Who may have the case instead is who would get it, once: an outpost has no desk."""
    decision = decide(snapshot({OUTPOST: WEST, PARENT: EAST, THIRD: NORTH}), 25.62 + 3 * METRE, lon)
    assert (decision.office.code, decision.ambiguous_with) == (THIRD, (PARENT,))


def test_slivers_between_an_outpost_and_its_parent_are_no_edge() -> None:
    """Polygons simplified one by one leave slivers: beside one the office is as sure, on it it is named alone."""
    apart = shapely.box(85.12 + 6 * METRE, 25.60, 85.14, 25.62)
    drawn = snapshot({OUTPOST: WEST, PARENT: apart, THIRD: NORTH})
    beside = decide(drawn, 25.61, 85.12 - 2 * METRE)
    assert (beside.office.code, beside.ambiguous_with, beside.confidence) == (PARENT, (), 0.99)
    within = decide(drawn, 25.61, 85.12 + 2 * METRE)
    assert (within.office.code, within.ambiguous_with) == (PARENT, ())


def test_a_strangers_strip_between_the_two_is_an_edge() -> None:
    """However narrow: what lies between is somebody else's, and named."""
    strip = shapely.box(85.12, 25.60, 85.12 + 6 * METRE, 25.62)
    apart = shapely.box(85.12 + 6 * METRE, 25.60, 85.14, 25.62)
    decision = decide(snapshot({OUTPOST: WEST, PARENT: apart, THIRD: strip}), 25.61, 85.12 - 2 * METRE)
    assert (decision.office.code, decision.ambiguous_with) == (PARENT, (THIRD,))
    assert decision.confidence < 0.8


@pytest.mark.parametrize(
    "ground",
    [shapely.box(85.125, 25.605, 85.135, 25.615), shapely.box(85.12, 25.605, 85.13, 25.615), EAST],
    ids=["in the middle", "at the edge", "all of it"],
)
def test_an_outposts_ground_drawn_over_its_parents_is_no_overlap(ground: Geometry) -> None:
    """Nobody else answers there, and the note still says which outpost's ground it is."""
    drawn = snapshot({OUTPOST: ground, PARENT: EAST})
    decision = decide(drawn, 25.61, 85.128)
    assert (decision.office.code, decision.ambiguous_with, decision.confidence) == (PARENT, (), 0.99)
    assert decision.notes == (f"outpost:{OUTPOST}",)
    edge = decide(drawn, 25.61, 85.12 + 2 * METRE)
    assert edge.confidence < 0.8


def test_an_overlap_with_a_third_is_one() -> None:
    """Of the two that share ground, the office is named once and the doubt is between two."""
    over = shapely.box(85.115, 25.60, 85.125, 25.64)
    decision = decide(snapshot({OUTPOST: WEST, PARENT: EAST, THIRD: over}), 25.61, 85.1202)
    assert "polygons_overlap" in decision.notes
    assert {decision.office.code, *decision.ambiguous_with} == {PARENT, THIRD}
    assert decision.confidence == 0.5


def test_the_same_place_has_the_same_note_however_the_file_is_ordered() -> None:
    """On the very edge between the two, and where one is drawn over the other, the outpost's ground is named."""
    for place, grounds in (
        (Point(25.61, 85.12), {OUTPOST: WEST, PARENT: EAST}),
        (Point(25.61, 85.12), {OUTPOST: EAST, PARENT: WEST}),
        (Point(25.61, 85.135), {OUTPOST: EAST, PARENT: shapely.union(WEST, EAST)}),
    ):
        for ordered in (grounds, dict(reversed(grounds.items()))):
            decision = decide(snapshot(ordered), place.lat, place.lon)
            assert (decision.office.code, decision.notes) == (PARENT, (f"outpost:{OUTPOST}",))


def test_the_map_of_a_decision_shows_the_outposts_ground_too() -> None:
    """A place on it lies in what is drawn as the answering station's ground."""
    drawn = snapshot({OUTPOST: WEST, PARENT: EAST, THIRD: NORTH})
    filing = Filing(emergency=False, point=Point(25.61, 85.11))
    features = explain(drawn, filing, assign_station(drawn, filing)).geojson["features"]
    grounds = {row["properties"]["code"] for row in features if row["properties"]["role"] == "station_boundary"}
    assert grounds == {OUTPOST, PARENT}
