"""Breaches: how many, of which level, how late they were reported, and what was not answered."""

from deploy.grafana.boards.shares import or_nothing, over_window
from deploy.grafana.model import HERE, IN_WINDOW, NONE_IS_GOOD, Board, Panel, Query, Row
from deploy.prometheus.expressions import quantile

LATENESS = f"janseva:sla_breach_lateness_seconds_bucket:sum{{{IN_WINDOW}}}"
FOUND = "janseva:sla_reconciler_findings:increase1m"

BREACHES = Board(
    "breaches",
    (
        Row(
            "breaches",
            (
                Panel(
                    "by_clock",
                    "bargauge",
                    "short",
                    (
                        Query(
                            f'sum by (clock) (janseva:sla_escalated:sum{{{IN_WINDOW}, level="0", {HERE}}})',
                            "{{clock}}",
                        ),
                    ),
                ),
                Panel(
                    "by_level",
                    "table",
                    "short",
                    (
                        Query(
                            f"sum by (clock, level) (janseva:sla_escalated:sum{{{IN_WINDOW}, {HERE}}}) > 0",
                            instant=True,
                        ),
                    ),
                ),
                Panel(
                    "overdue",
                    "timeseries",
                    "short",
                    (Query(f"sum by (clock) (janseva_sla_clocks_overdue{{{HERE}}})", "{{clock}}"),),
                ),
                Panel(
                    "lateness",
                    "timeseries",
                    "s",
                    (
                        Query(quantile(0.5, LATENESS, "lane"), "p50 {{lane}}"),
                        Query(quantile(0.99, LATENESS, "lane"), "p99 {{lane}}"),
                    ),
                ),
                Panel(
                    "revoked",
                    "stat",
                    "short",
                    (Query(or_nothing(over_window("janseva:sla_revoked:increase1m")), "revoked"),),
                ),
                Panel(
                    "ping_pong",
                    "bargauge",
                    "short",
                    (
                        Query(
                            or_nothing(over_window('janseva:desk_commands:increase1m{command="transfer"}')),
                            "transferred",
                        ),
                        Query(
                            or_nothing(over_window('janseva:desk_commands:increase1m{command="reopen"}')), "reopened"
                        ),
                    ),
                ),
                Panel(
                    "found",
                    "stat",
                    "short",
                    (
                        Query(or_nothing(over_window(FOUND)), "found_all"),
                        Query(over_window(FOUND, "kind, mended"), "found_kind", may_be_empty=True),
                    ),
                    steps=NONE_IS_GOOD,
                ),
            ),
        ),
    ),
    ("window", "district"),
)
