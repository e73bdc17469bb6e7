"""Emergencies now: what runs by remaining time, how long call, dispatch and arrival took."""

from deploy.grafana.boards.shares import ELAPSED, KEPT, of_clock, over_window, percentiles
from deploy.grafana.model import HERE, IN_WINDOW, NONE_IS_GOOD, Board, Panel, Query, Row
from deploy.prometheus.expressions import quantile

CLOCK = "dial112_response"
PHASE = "janseva:emergency_phase_seconds_bucket:increase1m"

DIAL112 = Board(
    "dial112",
    (
        Row(
            "now",
            (
                Panel(
                    "running",
                    "stat",
                    "short",
                    (Query(f"sum({of_clock('janseva_sla_clocks_open', CLOCK)})", "running"),),
                    width=6,
                    height=6,
                ),
                Panel(
                    "overdue",
                    "stat",
                    "short",
                    (Query(f"sum({of_clock('janseva_sla_clocks_overdue', CLOCK)})", "overdue"),),
                    width=6,
                    height=6,
                    steps=NONE_IS_GOOD,
                ),
                Panel(
                    "next_due",
                    "stat",
                    "s",
                    (
                        Query(
                            f'min(janseva_sla_remaining_seconds{{clock="{CLOCK}", quantile="0"}})',
                            "next_due",
                            may_be_empty=True,
                        ),
                    ),
                    width=6,
                    height=6,
                ),
                Panel(
                    "kept",
                    "stat",
                    "percentunit",
                    (Query(f'janseva:sla_compliance:ratio{{{IN_WINDOW}, clock="{CLOCK}"}}', "{{clock}}"),),
                    width=6,
                    height=6,
                    steps=KEPT,
                    top=1,
                ),
                Panel(
                    "by_age",
                    "bargauge",
                    "short",
                    (Query(f"sum by (band) ({of_clock('janseva_sla_clocks_open_by_age', CLOCK)})", "{{band}}"),),
                    width=12,
                ),
                Panel(
                    "by_district",
                    "table",
                    "short",
                    (
                        Query(
                            f'sum by (district) (janseva_sla_clocks_open{{clock="{CLOCK}", {HERE}}}) > 0',
                            instant=True,
                            may_be_empty=True,
                        ),
                    ),
                    width=12,
                ),
            ),
        ),
        Row(
            "times",
            (
                Panel(
                    "elapsed",
                    "timeseries",
                    "s",
                    (
                        *percentiles(ELAPSED, selector=f'clock="{CLOCK}"'),
                        Query(f"max({of_clock('janseva_sla_target_seconds', CLOCK)})", "target", dashed=True),
                    ),
                    width=12,
                ),
                Panel(
                    "phases",
                    "table",
                    "s",
                    tuple(
                        Query(quantile(part, f"sum_over_time({PHASE}[$window:1m])", "phase"), key, instant=True)
                        for part, key in ((0.5, "p50 {{phase}}"), (0.9, "p90 {{phase}}"), (0.99, "p99 {{phase}}"))
                    ),
                    width=12,
                ),
                Panel(
                    "arrivals",
                    "bargauge",
                    "short",
                    (Query(over_window("janseva:emergency_arrivals:increase1m", "source"), "{{source}}"),),
                    width=12,
                ),
                Panel(
                    "event_age",
                    "timeseries",
                    "s",
                    (
                        Query(
                            quantile(
                                0.99,
                                'rate(janseva_event_age_seconds_bucket{topic="cases.emergency"}[$__rate_interval])',
                                "job",
                            ),
                            "{{job}}",
                        ),
                    ),
                    width=12,
                ),
            ),
        ),
    ),
    ("window", "district"),
)
