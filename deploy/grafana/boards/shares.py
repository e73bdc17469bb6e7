"""Queries that several dashboards show: shares of kept promises, percentiles, growth over the chosen window."""

from deploy.grafana.model import HERE, IN_WINDOW, Query, Step
from deploy.prometheus.expressions import quantile
from deploy.prometheus.promises import PROMISES

TARGET = min(promise.kept_share for promise in PROMISES)
KEPT = (Step(None, "red"), Step(round(TARGET - 0.05, 3), "orange"), Step(TARGET, "green"))
# A rank rests on so many decided clocks.
ENOUGH_FOR_A_RANK = 30
ELAPSED = f"janseva:sla_elapsed_seconds_bucket:sum{{{IN_WINDOW}}}"
MET = f"janseva:sla_met:sum{{{IN_WINDOW}, {HERE}}}"
MISSED = f"janseva:sla_missed:sum{{{IN_WINDOW}, {HERE}}}"


THE_PROMISES = f'clock=~"{"|".join(promise.clock for promise in PROMISES)}"'


def share(by: str, of: str = "") -> str:
    """Of the clocks decided in the window the part that was met; `of`: only those with these labels."""
    met, missed = (f"sum by ({by}) ({chosen(counted, of)})" for counted in (MET, MISSED))
    return f"{met} / (({met} + {missed}) > 0)"


def chosen(selected: str, of: str) -> str:
    """A selection with further labels."""
    return selected.replace("}", f", {of}}}", 1) if of else selected


def of_clock(expression: str, *clocks: str) -> str:
    """The expression's series of these clocks; `expression` names a metric without labels."""
    return f'{expression}{{clock=~"{"|".join(clocks)}"}}'


def over_window(counter_growth: str, by: str = "") -> str:
    """What a recorded growth by the minute adds up to in the chosen window."""
    total = f"sum_over_time({counter_growth}[$window:1m])"
    return f"sum by ({by}) ({total})" if by else f"sum({total})"


def or_nothing(expression: str) -> str:
    """0 in place of no series."""
    return f"{expression} or vector(0)"


def percentiles(buckets: str, by: str = "", selector: str = "") -> tuple[Query, ...]:
    """Half, nine in ten and 99 in 100 of them, from a histogram's recorded or rated buckets."""
    wanted = chosen(buckets, selector)
    label = f"{{{{{by}}}}}" if by else ""
    return tuple(
        Query(quantile(part, wanted, by), f"{key} {label}".strip())
        for part, key in ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"))
    )
