"""The output of a benchmark: a table for people, one JSON line for machines."""

import json
import statistics
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

WIDE = 160


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0..1) of the values lie; nan without values."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else float("nan")


def show(name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], **figures: object) -> None:
    """Prints the rows, then the figures as one JSON line that starts with the benchmark's name."""
    table = Table(title=name)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*[f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in row])
    # A log file or a pipe has no width of its own: eighty columns would break every cell.
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)
    print(json.dumps({"benchmark": name, **figures}, default=str), flush=True)
