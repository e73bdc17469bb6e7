"""The one definition of a percentile here: exact, by nearest rank, no interpolation and no sketch."""

import math
from collections.abc import Sequence


def percentile(ordered: Sequence[int], fraction: float) -> int:
    """The smallest value that at least ``fraction`` of the values do not exceed. ``ordered`` rises and is not empty."""
    return ordered[max(0, math.ceil(fraction * len(ordered)) - 1)]
