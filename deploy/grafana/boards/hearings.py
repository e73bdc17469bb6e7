"""Hearings: who waits now, how long people waited, how visits ended."""

from deploy.grafana.boards.shares import ELAPSED, KEPT, of_clock, or_nothing, over_window, percentiles
from deploy.grafana.model import IN_WINDOW, NONE_IS_GOOD, Board, Panel, Query, Row

CLOCK = "hearing"
COMMANDS = (
    'janseva:desk_commands:increase1m{command=~"check-in|start-hearing|hold-hearing|record-no-show|cancel-hearing"}'
)

HEARINGS = Board(
    "hearings",
    (
        Row(
            "now",
            (
                Panel(
                    "waiting",
                    "stat",
                    "short",
                    (Query(f"sum({of_clock('janseva_sla_clocks_open', CLOCK)})", "waiting"),),
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
                    "kept",
                    "stat",
                    "percentunit",
                    (Query(f'janseva:sla_compliance:ratio{{{IN_WINDOW}, clock="{CLOCK}"}}', "{{clock}}"),),
                    width=12,
                    height=6,
                    steps=KEPT,
                    top=1,
                ),
                Panel(
                    "by_district",
                    "table",
                    "short",
                    (Query(f"sum by (district) ({of_clock('janseva_sla_clocks_open', CLOCK)})", instant=True),),
                ),
                Panel(
                    "time_to_be_heard",
                    "timeseries",
                    "s",
                    (
                        *percentiles(ELAPSED, selector=f'clock="{CLOCK}"'),
                        Query(f"max({of_clock('janseva_sla_target_seconds', CLOCK)})", "target", dashed=True),
                    ),
                ),
                Panel(
                    "acts",
                    "bargauge",
                    "short",
                    (Query(or_nothing(over_window(COMMANDS, "command")), "{{command}}"),),
                ),
            ),
        ),
    ),
)
