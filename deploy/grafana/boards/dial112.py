"""Emergencies now: what runs by remaining time, how long call, dispatch and arrival took."""

from deploy.grafana.boards.shares import elapsed_of, kept_of, of_clock, of_clocks, over_window, percentiles
from deploy.grafana.model import HERE, Board, Panel, Query, Row
from deploy.prometheus.expressions import quantile

CLOCK = "dial112_response"
PHASE = "janseva:emergency_phase_seconds_bucket:increase1m"

DIAL112 = Board(
    "dial112",
    (
        Row(
            "now",
            (
                of_clocks("running", (CLOCK,), width=6),
                of_clocks("overdue", (CLOCK,), metric="overdue", width=6),
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
                kept_of(CLOCK, width=6),
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
                elapsed_of("elapsed", CLOCK, width=12),
                Panel(
                    "phases",
                    "table",
                    "s",
                    percentiles(f"sum_over_time({PHASE}[$window:1m])", "phase", instant=True),
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
