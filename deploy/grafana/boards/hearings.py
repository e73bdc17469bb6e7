"""Hearings: who waits now, how long people waited, how visits ended."""

from deploy.grafana.boards.shares import elapsed_of, kept_of, of_clock, of_clocks, or_nothing, over_window
from deploy.grafana.model import Board, Panel, Query, Row

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
                of_clocks("waiting", (CLOCK,), width=6),
                of_clocks("overdue", (CLOCK,), metric="overdue", width=6),
                kept_of(CLOCK, width=12),
                Panel(
                    "by_district",
                    "table",
                    "short",
                    (Query(f"sum by (district) ({of_clock('janseva_sla_clocks_open', CLOCK)})", instant=True),),
                ),
                elapsed_of("time_to_be_heard", CLOCK),
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
