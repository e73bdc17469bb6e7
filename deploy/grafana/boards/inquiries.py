"""Inquiries, enquiries, FIRs and investigations: how old they get, and what became of complaints."""

from deploy.grafana.boards.shares import elapsed_of, kept_of, of_clock, of_clocks, or_nothing, over_window
from deploy.grafana.model import Board, Panel, Query, Row

LONG_CLOCKS = ("inquiry", "preliminary_enquiry", "investigation", "efir_signature", "progress_to_victim")


def _acts(*commands: str) -> str:
    return f'janseva:desk_commands:increase1m{{command=~"{"|".join(commands)}"}}'


FIRS = or_nothing(over_window(_acts("register-fir")))

INQUIRIES = Board(
    "inquiries",
    (
        Row(
            "age",
            (
                kept_of("inquiry"),
                of_clocks("open", LONG_CLOCKS),
                of_clocks("overdue", LONG_CLOCKS, metric="overdue"),
                Panel(
                    "by_age",
                    "table",
                    "short",
                    (
                        Query(
                            f"sum by (clock, band) ({of_clock('janseva_sla_clocks_open_by_age', *LONG_CLOCKS)})",
                            instant=True,
                        ),
                    ),
                    height=10,
                ),
                elapsed_of("elapsed", "inquiry", width=16, height=10),
            ),
        ),
        Row(
            "outcomes",
            (
                Panel(
                    "fir_ratio",
                    "stat",
                    "percentunit",
                    (
                        Query(
                            f"({FIRS}) / (sum(sum_over_time(janseva:submissions:increase1m"
                            '{service_code=~"e-complaint|e-fir"}[$window:1m])) > 0)',
                            "fir_ratio",
                        ),
                    ),
                    top=1,
                ),
                Panel(
                    "firs",
                    "bargauge",
                    "short",
                    (
                        Query(FIRS, "firs"),
                        Query(or_nothing(over_window(_acts("decline-fir"))), "declined"),
                        Query(or_nothing(over_window(_acts("sign-information", "e-sign"))), "signed"),
                    ),
                ),
                Panel(
                    "pauses",
                    "bargauge",
                    "short",
                    (
                        Query(or_nothing(over_window(_acts("pause-clock"))), "paused"),
                        Query(or_nothing(over_window(_acts("resume-clock"))), "resumed"),
                    ),
                ),
            ),
        ),
    ),
)
