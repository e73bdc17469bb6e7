"""The health of a suite for a person, on one screen, and for a program."""

from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from event_schemas.calendars import INDIA
from janseva_cli.status.judging import Health, Row

COLUMNS = ("service", "state", "lag", "outbox", "dead letters", "where")
WIDE = 400
STYLES = {"ready": "green", "not ready": "yellow", "no answer": "red"}


def show(health: Health) -> None:
    """On standard output; in colours only at a terminal."""
    # Addresses are there to be copied: a narrow terminal wraps the lines, nothing is cut.
    console = Console(highlight=False, soft_wrap=True, width=WIDE)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in COLUMNS:
        table.add_column(column, no_wrap=True, justify="left" if column in {"service", "state", "where"} else "right")
    for row in health.rows:
        table.add_row(*_cells(row))
    console.print(table)
    for finding in health.findings:
        console.print(Text(finding, style="red"))
    for note in health.notes:
        console.print(Text(note, style="dim"))
    at = f"{health.at.astimezone(INDIA):%Y-%m-%d %H:%M:%S} in India"
    count = len(health.findings)
    verdict = "it is well" if health.well else f"not well: {count} {'finding' if count == 1 else 'findings'}"
    console.print(Text(f"{at}: {verdict}", style="bold green" if health.well else "bold red"))


def as_json(health: Health) -> dict[str, Any]:
    """Everything, in seconds and numbers."""
    return {
        "at": health.at.isoformat(),
        "well": health.well,
        "services": [asdict(row) for row in health.rows],
        "findings": [*health.findings],
        "notes": [*health.notes],
    }


def _cells(row: Row) -> tuple[Text | str, ...]:
    outbox = "-"
    if row.outbox_waits is not None:
        age = f" for {row.outbox_age_s:.0f} s" if row.outbox_waits and row.outbox_age_s is not None else ""
        outbox = f"{row.outbox_waits:.0f}{age}"
    return (
        row.name,
        Text(row.state, style=STYLES[row.state]),
        "-" if row.lag is None else f"{row.lag:,.0f}",
        outbox,
        "-" if row.dead_letters is None else str(row.dead_letters),
        row.where,
    )
