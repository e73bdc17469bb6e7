"""Queries that several dashboards show: shares of kept promises, percentiles, growth over the chosen window."""

from typing import Any

from deploy.grafana.model import HERE, IN_WINDOW, NONE_IS_GOOD, Panel, Query, Step
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


def percentiles(buckets: str, by: str, *, instant: bool = False) -> tuple[Query, ...]:
    """Half, nine in ten and 99 in 100 of them, from a histogram's buckets; in the legend by the label, if any."""
    label = f"{{{{{by}}}}}" if by else ""
    return tuple(
        Query(quantile(part, buckets, by), f"{key} {label}".strip(), instant=instant)
        for part, key in ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"))
    )


def of_clocks(key: str, clocks: tuple[str, ...], *, metric: str = "open", **more: Any) -> Panel:
    """How many of these clocks are open, or overdue: of several each, of one clock by the panel's own key."""
    selected = of_clock(f"janseva_sla_clocks_{metric}", *clocks)
    one = len(clocks) == 1
    query = Query(f"sum({selected})", key) if one else Query(f"sum by (clock) ({selected})", "{{clock}}")
    steps = NONE_IS_GOOD if metric == "overdue" else ()
    return Panel(key, "stat", "short", (query,), height=6, steps=steps, **more)


def kept_of(clock: str, **more: Any) -> Panel:
    """The share of the clock's rounds in the window that were in time."""
    query = Query(f'janseva:sla_compliance:ratio{{{IN_WINDOW}, clock="{clock}"}}', "{{clock}}")
    return Panel("kept", "stat", "percentunit", (query,), height=6, steps=KEPT, top=1, **more)


def elapsed_of(key: str, clock: str, **more: Any) -> Panel:
    """How long the clock's rounds took, beside its target."""
    target = Query(f"max({of_clock('janseva_sla_target_seconds', clock)})", "target", dashed=True)
    took = percentiles(chosen(ELAPSED, f'clock="{clock}"'), "")
    return Panel(key, "timeseries", "s", (*took, target), **more)
