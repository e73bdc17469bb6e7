"""The live table: what was filed, assigned, worked, met, breached and sent so far."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

from rich.console import Console
from rich.live import Live
from rich.table import Table

from janseva_local.demo.decisions import DOUBTS
from janseva_local.demo.tally import Tally

PLAIN_EVERY_S = 5.0
ROWS = ("filed", "assigned", "acknowledged", "met", "breached", "cancelled", "notified", "certificates")


async def show(tally: Tally, refresh: Callable[[], Awaitable[object]], done: asyncio.Event, total: int) -> None:
    """Redraws twice a second on a terminal; a line every few seconds elsewhere."""
    started = time.monotonic()
    if not sys.stdout.isatty():
        while not done.is_set():
            await _wait(done, PLAIN_EVERY_S)
            await refresh()
            sys.stdout.write(_line(tally, time.monotonic() - started, total) + "\n")
            sys.stdout.flush()
        return
    with Live(console=Console(), refresh_per_second=4) as live:
        while not done.is_set():
            await refresh()
            live.update(_table(tally, time.monotonic() - started, total))
            await _wait(done, 0.5)
        await refresh()
        live.update(_table(tally, time.monotonic() - started, total))


async def _wait(done: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(done.wait(), seconds)
    except TimeoutError:
        return


def _line(tally: Tally, elapsed_s: float, total: int) -> str:
    shown = "  ".join(f"{name} {tally.counts[name]}" for name in ROWS)
    why = "  ".join(f"{reason} {count}" for reason, count in tally.reasons.most_common())
    doubts = "  ".join(f"{doubt} {tally.doubts[doubt]}" for doubt in DOUBTS)
    return (
        f"{elapsed_s:5.0f} s of {total} citizens: {shown}"
        + (f"  [{why}; {doubts}]" if why else "")
        + (f"  problems {tally.problems.total()}" if tally.problems else "")
    )


def _table(tally: Tally, elapsed_s: float, total: int) -> Table:
    table = Table(title=f"Janseva demo: {total} citizens, {elapsed_s:.0f} s")
    table.add_column("what")
    table.add_column("so far", justify="right")
    table.add_column("", width=40)
    for name in ROWS:
        count = tally.counts[name]
        table.add_row(name, str(count), _bar(count, total))
    table.add_section()
    for reason, count in tally.reasons.most_common():
        table.add_row(f"station by {reason.replace('_', ' ')}", str(count), _bar(count, total))
    for doubt in DOUBTS:
        table.add_row(f"[dim]{doubt}", str(tally.doubts[doubt]), _bar(tally.doubts[doubt], total))
    for problem, count in tally.problems.most_common(4):
        table.add_row(f"[yellow]{problem[:60]}", str(count), "")
    return table


def _bar(count: int, total: int) -> str:
    return "█" * round(40 * min(1.0, count / max(total, 1)))
