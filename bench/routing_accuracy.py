"""How often routing's answer is the known right one, on data that others made."""

from collections.abc import Callable, Mapping
from typing import Final

from bench.report import show
from bench.routing_ground import ground
from bench.routing_names import names
from bench.routing_replay import GEO, REPLAYS, Figure

OWN: Final[Mapping[str, Callable[[], list[Figure]]]] = {"names": names, "ground": ground}
"""Replays of what the project ships."""


async def run() -> bool:
    """True if every figure reaches what it must; without the data beside the project, on the shipped data alone."""
    figures = [figure for replay in OWN.values() for figure in replay()]
    if GEO.is_dir():
        figures += [figure for replay in REPLAYS.values() for figure in replay()]
    else:
        print(f"the public data set {GEO} is not beside this checkout: its replays are left out")
    show(
        "routing-accuracy",
        ("replay", "measured", "needed", "of"),
        [(figure.name, f"{figure.value:.2%}", f"{figure.least:.1%}", figure.of) for figure in figures],
        **{figure.name: round(figure.value, 5) for figure in figures},
    )
    return all(figure.fine for figure in figures)
