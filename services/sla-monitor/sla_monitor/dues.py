"""How much of their time the open clocks have used up, and how much is left: counted, not looked through."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from typing import Final

# By clock and due time (epoch s, as coarse as ``codec`` counts it).
Dues = Tally[tuple[str, int]]

# The bands end at these shares of the promised time; the warnings of the shipped policies stand at the first two.
BANDS: Final = ((0.5, "under 50%"), (0.8, "50-80%"), (1.0, "80-100%"), (2.0, "100-200%"))
LAST_BAND: Final = "over 200%"
ALL_BANDS: Final = (*(name for _, name in BANDS), LAST_BAND)
QUANTILES: Final = (0.0, 0.1, 0.5)


def by_age(
    dues: Iterable[tuple[tuple[str, int], int]], targets: Mapping[str, float], now: float
) -> Tally[tuple[str, str]]:
    """Open clocks by (clock, band): the share of the promised time that is over, pauses left out."""
    found: Tally[tuple[str, str]] = Tally()
    for (clock, due), number in dues:
        if clock in targets and number > 0:
            found[clock, _band(1 - (due - now) / targets[clock])] += number
    return found


def remaining(dues: Iterable[tuple[tuple[str, int], int]], now: float) -> dict[tuple[str, float], float]:
    """Seconds left, by clock and quantile of the clocks whose time is not over."""
    ahead: dict[str, list[tuple[int, int]]] = {}
    for (clock, due), number in dues:
        if due > now and number > 0:
            ahead.setdefault(clock, []).append((due, number))
    return {
        (clock, quantile): _at(sorted(found), quantile) - now
        for clock, found in ahead.items()
        for quantile in QUANTILES
    }


def _band(share: float) -> str:
    return next((name for end, name in BANDS if share < end), LAST_BAND)


def _at(ascending: list[tuple[int, int]], quantile: float) -> int:
    wanted = quantile * sum(number for _, number in ascending)
    passed = 0
    for due, number in ascending:
        passed += number
        if passed > wanted:
            return due
    return ascending[-1][0]
