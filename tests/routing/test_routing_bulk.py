"""A batch is decided as its filings would be one by one, to the last bit."""

import math
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.domain import Filing, Point, Snapshot, assign_station
from routing.domain.bulk import assign_stations
from tests.routing.routing_places import BASE as SHIPPED

SNAPSHOTS = (
    Snapshot(SHIPPED),
    Snapshot(replace(SHIPPED, boundaries=())),
    Snapshot(replace(SHIPPED, outlines=())),
    Snapshot(replace(SHIPPED, stations=SHIPPED.stations[:40], boundaries=())),
)
CODES = [station.code for station in SHIPPED.stations[::50]]

degrees = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(-90, 90))
points = st.one_of(
    st.builds(Point, st.floats(24.2, 27.6), st.floats(83.2, 88.4), st.none() | st.floats(0, 20_000)),
    st.builds(Point, st.floats(26.3, 26.7), st.floats(85.1, 85.5), st.none() | st.floats(0, 2_000)),
    # Turned round, and what no place on Earth has.
    st.builds(Point, st.floats(83.2, 88.4), st.floats(24.2, 27.6)),
    st.builds(Point, degrees, degrees, st.none() | st.floats(allow_nan=True)),
)
filings = st.builds(
    Filing,
    st.booleans(),
    st.sampled_from(["e-complaint", "e-fir", "lost-property", "cyber-crime"]),
    st.sampled_from([None, "theft", "cyber"]),
    st.none() | points,
    st.none() | st.sampled_from([*CODES, "unknown"]),
    st.none() | st.sampled_from(["Patna", "GAYA", "Nowhere"]),
    st.none() | st.sampled_from(["800001", "823001", "899999"]),
    st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(snapshot=st.sampled_from(SNAPSHOTS), batch=st.lists(filings, max_size=12))
def test_a_batch_is_decided_as_each_of_it_alone(snapshot: Snapshot, batch: list[Filing]) -> None:
    """Whatever lies beside a filing in its batch, its office, reason, doubts and figures are the same."""
    assert assign_stations(snapshot, batch) == [assign_station(snapshot, filing) for filing in batch]


def test_places_along_borders_and_at_stations_are_decided_alike() -> None:
    """Vertices of districts' outlines, places a few metres off them, and the stations' own points."""
    random = np.random.default_rng(5)
    corners = np.concatenate([np.asarray(part.geometry.envelope.exterior.coords) for part in SHIPPED.outlines])
    lines = [line for outline in SHIPPED.outlines for line in getattr(outline.geometry, "geoms", [outline.geometry])]
    borders = np.concatenate([np.asarray(line.exterior.coords)[::25, :2] for line in lines])
    near = borders + random.normal(0, 0.004, borders.shape)
    places = [(lat, lon) for lon, lat in np.concatenate((corners[:, :2], borders, near)).tolist()]
    places += [(row.lat, row.lon) for row in SHIPPED.stations if row.lat is not None and row.lon is not None]
    accuracy = [None, 25.0, 900.0, 3_000.0, math.inf]
    batch = [
        Filing(emergency=number % 2 == 0, point=Point(lat, lon, accuracy[number % len(accuracy)]))
        for number, (lat, lon) in enumerate(places)
    ]
    for snapshot in SNAPSHOTS[:2]:
        assert assign_stations(snapshot, batch) == [assign_station(snapshot, filing) for filing in batch]
