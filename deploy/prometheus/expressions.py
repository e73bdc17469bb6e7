"""PromQL that is written once: exact growth of a counter, windows over it, compliance."""

# How long a target may be away before its counters are taken for new ones.
GAP = "2h"
WINDOWS = {"1h": "1m", "1d": "1m", "7d": "5m", "30d": "5m"}  # the window, and how often it is worked out


def grown(counter: str) -> str:
    """What a counter gained in the last minute, exactly.

    `increase()` extrapolates, and loses what a series was born with; most series here are born with their
    only count (one district, one clock, one outcome). A series nobody saw within GAP has gained all it shows; one
    that fell was restarted and has gained what it shows.
    """
    return f"(({counter} - last_over_time({counter}[{GAP}] offset 1m)) >= 0 or {counter})"


def gained(recorded: str, window: str, by: str) -> str:
    """The sum of a recorded growth over a window; the subquery's step picks each minute once."""
    return f"sum by ({by}) (sum_over_time({recorded}[{window}:1m]))"


def or_zero(expression: str, *others: str) -> str:
    """The expression, and 0 where only the others have a series."""
    return " or ".join([expression, *(f"({other}) * 0" for other in others)])


def quantile(share: float, buckets: str, by: str = "") -> str:
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({share}, sum by ({labels}) ({buckets}))"
