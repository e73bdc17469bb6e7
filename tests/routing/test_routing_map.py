"""What the operator's map finds doubtful in the shipped data and draws."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import shapely

from routing.domain import Boundary, Snapshot
from routing.map_doubts import find_doubts
from routing.map_page import KINDS, draw_map, evenly
from tests.routing.routing_places import BASE as SHIPPED


def test_every_known_doubt_of_the_shipped_data_is_found() -> None:
    """The misplaced stations, the slivers of Sheohar, its two stations off their ground, the districts without any."""
    doubts = find_doubts(SHIPPED)
    count = Counter(doubt.kind for doubt in doubts)
    assert count["misplaced"] == sum(not row.coord_ok for row in SHIPPED.stations if row.lat is not None) == 29
    assert {doubt.text.split(" (")[0] for doubt in doubts if doubt.kind == "lonely"} == {"Hiramma", "Tariyani Chhapra"}
    assert count["bare"] == 37
    assert count["gap"] > 20
    assert count["overlap"] > 0
    assert set(count) == set(KINDS)


def test_a_planted_gap_and_overlap_are_shown_with_their_size() -> None:
    """A hole between jurisdictions and ground that two of them claim are listed and drawn."""
    ring = shapely.box(85.10, 25.60, 85.14, 25.64).difference(shapely.box(85.11, 25.61, 85.12, 25.62))
    claims = (Boundary("5117044", ring), Boundary("5117064", shapely.box(85.13, 25.60, 85.15, 25.61)))
    dataset = replace(SHIPPED, boundaries=claims)
    texts = [doubt.text for doubt in find_doubts(dataset) if doubt.kind in {"gap", "overlap"}]
    assert len(texts) == 2
    assert texts[0].startswith("Patna: a gap of 11")
    assert "share 11" in texts[1]
    page = draw_map(Snapshot(dataset), [])
    assert page.count('class="gap"') == page.count('class="overlap"') == 1
    assert page.count("data-at=") == len(find_doubts(dataset))


@pytest.mark.parametrize(("there", "drawn"), [(0, 0), (5, 5), (19, 19), (20, 10), (1_000, 16)])
async def test_a_sample_of_decisions_is_spread_over_all_of_them(there: int, drawn: int) -> None:
    """A map of the last days shows the last day too, however many cases the first one had."""

    async def decisions() -> AsyncIterator[int]:
        for number in range(there):
            yield number

    kept, count = await evenly(decisions(), 10)
    assert (len(kept), count) == (drawn, there)
    assert kept == list(range(0, there, kept[1] if len(kept) > 1 else 1))
