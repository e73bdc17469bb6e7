"""How often routing's answer is the known right one, on data that others made."""

from bench.report import show
from bench.routing_replay import GEO, REPLAYS


async def run() -> bool:
    """True if every figure reaches what it must; without the data beside the project there is nothing to measure."""
    if not GEO.is_dir():
        print(f"the public data set {GEO} is not beside this checkout: nothing to replay")
        return True
    figures = [figure for replay in REPLAYS.values() for figure in replay()]
    show(
        "routing-accuracy",
        ("replay", "measured", "needed", "of"),
        [(figure.name, f"{figure.value:.2%}", f"{figure.least:.1%}", figure.of) for figure in figures],
        **{figure.name: round(figure.value, 5) for figure in figures},
    )
    return all(figure.fine for figure in figures)
