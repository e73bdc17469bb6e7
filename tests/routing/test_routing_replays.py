"""Routing against data that others made, with a known answer. The data lies beside the project where it is there."""

import os

import pytest

from bench.routing_replay import GEO, REPLAYS


@pytest.mark.parametrize("replay", REPLAYS)
def test_replay_reaches_its_figures(replay: str) -> None:
    """Real incidents, requests, jurisdictions and headquarters get the answers that are known to be right."""
    if not GEO.is_dir():
        # A checkout without the data beside it can't replay; where the folder is, nothing may be left out.
        assert not (os.environ.get("CI") == "true" and GEO.parent.is_dir()), f"{GEO} is missing beside the project"
        pytest.skip(f"the public data set {GEO} is not beside this checkout")
    figures = REPLAYS[replay]()
    assert figures
    missed = [
        f"{figure.name}: {figure.value:.4f} of {figure.of}, needs {figure.least}"
        for figure in figures
        if not figure.fine
    ]
    assert not missed
