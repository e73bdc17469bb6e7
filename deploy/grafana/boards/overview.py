"""The state at a glance: are the three promises kept, and as of when."""

from deploy.grafana.boards.shares import KEPT, THE_PROMISES, over_window, share
from deploy.grafana.boards.trust import TICK_AGE, WATERMARK
from deploy.grafana.model import HERE, IN_WINDOW, Board, Panel, Query, Row

OVERVIEW = Board(
    "overview",
    (
        Row(
            "promises",
            (
                Panel(
                    "as_of",
                    "stat",
                    "dateTimeAsIso",
                    (Query(f"min(timestamp(janseva_sla_heap_entries) - ({TICK_AGE})) * 1000", "as_of"),),
                    width=6,
                    height=5,
                ),
                Panel(
                    "kept",
                    "stat",
                    "percentunit",
                    (Query(share("clock", THE_PROMISES), "{{clock}}"),),
                    width=12,
                    height=5,
                    steps=KEPT,
                    top=1,
                ),
                Panel(
                    "decided",
                    "stat",
                    "short",
                    (Query(f"janseva:sla_decided:sum{{{IN_WINDOW}, {THE_PROMISES}}}", "{{clock}}"),),
                    width=6,
                    height=5,
                ),
                Panel(
                    "kept_over_time",
                    "timeseries",
                    "percentunit",
                    (
                        Query(f"janseva:sla_compliance:ratio{{{IN_WINDOW}, {THE_PROMISES}}}", "{{clock}}"),
                        Query("janseva:sla_compliance:target", "to_keep_clock", dashed=True),
                    ),
                    width=12,
                    top=1,
                ),
                Panel(
                    "open_and_overdue",
                    "timeseries",
                    "short",
                    (
                        Query(f"sum by (clock) (janseva_sla_clocks_open{{{HERE}, {THE_PROMISES}}})", "open_clock"),
                        Query(
                            f"sum by (clock) (janseva_sla_clocks_overdue{{{HERE}, {THE_PROMISES}}})", "overdue_clock"
                        ),
                    ),
                    width=12,
                ),
            ),
        ),
        Row(
            "today",
            (
                Panel(
                    "filed",
                    "table",
                    "short",
                    (Query(f"{over_window('janseva:submissions:increase1m', 'service_code')} > 0", instant=True),),
                    height=10,
                ),
                Panel(
                    "by_channel",
                    "bargauge",
                    "short",
                    (Query(f"{over_window('janseva:submissions:increase1m', 'channel')} > 0", "{{channel}}"),),
                    height=10,
                ),
                Panel(
                    "report_as_of",
                    "stat",
                    "dateTimeAsIso",
                    (Query(f"min({WATERMARK}) * 1000", "as_of"),),
                    height=10,
                ),
            ),
        ),
    ),
    ("window", "district"),
)
