"""The operator's map as a page and as a picture: layers, search, lines, and the day it shows."""

import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from chassis.importing.report import ImportRefused, Report
from routing.domain import Snapshot
from routing.importing.features import LINEAR, read_features
from routing.importing.lines import import_lines
from routing.map_assets import LEGEND
from routing.map_page import draw_map
from routing.map_picture import draw_picture
from tests.routing.routing_places import BASE

DAY = date(2026, 12, 1)
LINES = Path(__file__).with_name("railway_lines.geojson")
WITH_LINES = import_lines(read_features(LINES, Report(), LINEAR), BASE, Report())


def test_every_layer_of_the_legend_is_drawn_and_can_be_hidden() -> None:
    """Each entry has its box, and each class that a box speaks of is in the page, but what there is none of."""
    page = draw_map(Snapshot(WITH_LINES, DAY), [])
    assert page.count('type="checkbox"') == len(LEGEND)
    drawn = set(re.findall(r'class="([a-z]+)"', page.partition("<svg")[2]))
    listed = {name for _, _, _, classes in LEGEND for name in classes.split()}
    assert listed - drawn == {"sure", "provisional"}  # no decisions here
    assert 'id="search"' in page
    assert f"as on {DAY}" in page


def test_lines_of_units_are_drawn_with_their_names() -> None:
    """One track for each line of the file, area or line."""
    page = draw_map(Snapshot(WITH_LINES, DAY), [])
    assert page.count('class="track"') == len(WITH_LINES.corridors) == 4
    assert "Patna - Gaya (5132007)" in page


def test_only_the_jurisdictions_of_the_day_are_drawn() -> None:
    """What ends before or begins after the day is no ground on it."""
    first, *others = BASE.boundaries
    dataset = replace(BASE, boundaries=(replace(first, valid_to=date(2026, 11, 30)), *others))
    assert draw_map(Snapshot(dataset, DAY), []).count('class="boundary"') == len(others)
    assert draw_map(Snapshot(dataset, date(2026, 11, 30)), []).count('class="boundary"') == len(BASE.boundaries)


def test_a_name_can_not_break_out_of_the_page() -> None:
    """Names are data of others: they are shown, never run."""
    stations = tuple(replace(row, name_en="<script>x</script>") for row in BASE.stations)
    page = draw_map(Snapshot(replace(BASE, stations=stations), DAY), [])
    assert "<script>x" not in page


def test_a_picture_without_its_library_names_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The service's image has no drawing library: the refusal names the extra and the page that needs none."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportRefused, match=r"routing\[picture\]"):
        draw_picture(Snapshot(BASE, DAY), [], tmp_path / "map.png")
    assert not (tmp_path / "map.png").exists()
