"""A fix that a device calls worse is trusted less, however bad it is."""

import math
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routing.domain import Decision, Filing, Point, Reason, Snapshot, assign_station
from routing.domain.bulk import assign_stations
from tests.routing.routing_places import BASE as SHIPPED

SNAPSHOTS = (
    Snapshot(SHIPPED),
    Snapshot(replace(SHIPPED, boundaries=())),
    Snapshot(replace(SHIPPED, outlines=(), boundaries=())),
    # One station with a point: no other is ever in doubt.
    Snapshot(replace(SHIPPED, stations=tuple(row for row in SHIPPED.stations if row.code == "5801016"), boundaries=())),
)
# 1,776 m inside its jurisdiction.
DEEP = (26.5163, 85.2962)

places = st.one_of(
    st.tuples(st.floats(24.2, 27.6), st.floats(83.2, 88.4)), st.tuples(st.floats(26.3, 26.7), st.floats(85.1, 85.5))
)
errors = st.one_of(st.floats(0, 20_000), st.floats(0, 1e12), st.just(math.inf))


def at(snapshot: Snapshot, place: tuple[float, float], accuracy: float | None) -> Decision:
    return assign_station(snapshot, Filing(emergency=False, point=Point(*place, accuracy)))


@pytest.mark.parametrize(
    ("accuracy", "confidence"),
    [(None, 0.99), (500.0, 0.99), (2_000.0, 0.96), (5_000.0, 0.76), (50_000.0, 0.53), (1e9, 0.5), (math.inf, 0.5)],
)
def test_an_error_larger_than_the_way_to_the_edge_leaves_a_doubt(accuracy: float | None, confidence: float) -> None:
    """The confidence is the chance that a place with this error is on this side of the edge; at the worst, one half."""
    decision = at(SNAPSHOTS[0], DEEP, accuracy)
    assert (decision.office.code, decision.reason) == ("5801016", Reason.JURISDICTION)
    assert decision.confidence == pytest.approx(confidence, abs=0.005)


def test_a_bad_fix_does_not_name_every_neighbour() -> None:
    """However large the error, only those within half a kilometre of the place are named."""
    assert at(SNAPSHOTS[0], DEEP, 1e9).ambiguous_with == ()


def test_a_station_alone_in_its_district_is_not_sure_beyond_what_was_looked_for() -> None:
    """Where a fix may be in a district that was not even looked for, having no rival says nothing."""
    near, far = (at(SNAPSHOTS[3], DEEP, accuracy).confidence for accuracy in (4_000.0, 6_000.0))
    assert far == pytest.approx(near / 2)


@settings(max_examples=300, deadline=None)
@given(snapshot=st.sampled_from(SNAPSHOTS), place=places, one=errors, other=errors)
@example(snapshot=SNAPSHOTS[0], place=DEEP, one=500.0, other=5_000.0)
@example(snapshot=SNAPSHOTS[1], place=DEEP, one=400.0, other=900.0)
@example(snapshot=SNAPSHOTS[1], place=DEEP, one=4_900.0, other=1e9)
def test_a_worse_fix_never_raises_the_confidence(
    snapshot: Snapshot, place: tuple[float, float], one: float, other: float
) -> None:
    """For the same place and office; a batch says the same as each alone."""
    accuracies = (None, *sorted((one, other)))
    filings = [Filing(emergency=False, point=Point(*place, accuracy)) for accuracy in accuracies]
    decisions = [assign_station(snapshot, filing) for filing in filings]
    assert assign_stations(snapshot, filings) == decisions
    assert len({decision.office.code for decision in decisions}) == 1
    confidences = [decision.confidence for decision in decisions]
    assert confidences == sorted(confidences, reverse=True)
