"""What the local stack prints for the person at the terminal."""

import os
import shlex
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from janseva_local.folder import ROOT, DataFolder, RunningProcess, RunRecord
from janseva_local.secured import Secured
from janseva_local.services import ALL

console = Console(highlight=False, soft_wrap=True)
FIRST_STEPS = Path(__file__).with_name("first_steps.sh")
TRIAL_PHONE = "9199990001"
ABOUT = {service.name: service.about for service in ALL} | {"kafka": "the log of events", "mongo": "the documents"}


def progress(message: str) -> None:
    """One line of what happens now."""
    style = "bold red" if message.startswith("ATTENTION") else "cyan"
    console.print(Text(f"{datetime.now(UTC).astimezone():%H:%M:%S}", style="dim"), Text(message, style=style))
    sys.stdout.flush()


def failure(message: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(message, style="red"))


def ready(record: RunRecord) -> None:
    """What is up, where, and what to try next."""
    console.print()
    console.print(Text(f"Janseva is ready in {record.seconds.get('all', 0):.1f} s.", style="bold green"))
    if "web" in record.urls:
        console.print(
            Text.assemble(
                "Open ", (record.urls["web"], "bold"), " in a browser: the pages of citizens, officers and HQ."
            )
        )
    _print_parts(record)
    if record.policies:
        console.print(f"Policies: {record.policies}")
    if record.secured:
        console.print("Kafka and MongoDB know nobody without a name. A shell becomes the operator's by:")
        wire = DataFolder.from_environment().wire
        console.print(Text(f"set -a; source {shlex.quote(str(Secured(wire).operator_environment))}; set +a"))
    console.print(Text("What to try next (copy and paste into a shell at the project's root):", style="bold"))
    for title, commands in first_steps(record.urls, os.environ.get("JANSEVA_DATA")):
        console.print(Text(f"\n# {title}", style="green"))
        console.print(Text(commands))
    stop = "`make down` stops it" if record.detached else "Ctrl-C stops it"
    hint = f"{stop}; data stay. `make logs S=intake` follows a log, `make reset` deletes the data."
    console.print(Text(f"\n{hint}", style="bold"))


def status(record: RunRecord, healthy: dict[str, bool]) -> None:
    """The table of `make status`."""
    since = datetime.fromtimestamp(record.supervisor.created, UTC).astimezone()
    console.print(f"{record.state} since {since:%Y-%m-%d %H:%M:%S}, supervisor is process {record.supervisor.pid}")
    rows = [("part", "state", "process", "where", "restarts")]
    for name, process in record.processes.items():
        pid = str(process.pid or "-")
        rows.append((name, _state(process, healthy.get(name, True)), pid, _where(record, name), str(process.restarts)))
    _print_rows(rows)


def first_steps(urls: dict[str, str], data: str | None = None) -> list[tuple[str, str]]:
    """Titles and bash commands; each builds on those before it."""
    if not {"intake", "provider"} <= urls.keys():
        return []
    text = FIRST_STEPS.read_text("utf-8")
    here = f" JANSEVA_DATA={shlex.quote(data)}" if data else ""
    values = {"PYTHON": _relative(Path(sys.executable)), "PHONE": TRIAL_PHONE, "DATA": here}
    for name, value in {**values, "INTAKE": urls["intake"], "PROVIDER": urls["provider"]}.items():
        text = text.replace(f"@{name}@", value)
    sections = (section.partition("\n") for section in text.strip().split("\n\n"))
    return [(title.removeprefix("# "), commands) for title, _, commands in sections]


def _print_parts(record: RunRecord) -> None:
    rows = [("part", "where", "what", "ready after")]
    for name in dict.fromkeys((*record.processes, "kafka", "mongo")):
        seconds = record.seconds.get(name)
        after = f"{seconds:.1f} s" if seconds is not None else "given"
        rows.append((name, _where(record, name), ABOUT.get(name, ""), after))
    _print_rows(rows)


def _print_rows(rows: Sequence[Sequence[str]]) -> None:
    """Columns that are never cut or wrapped: addresses are there to be copied."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        console.print(Text(f"  {line.rstrip()}", style="dim" if number == 0 else _style(row)))


def _state(process: RunningProcess, healthy: bool) -> str:
    if process.gave_up:
        return "GIVEN UP"
    if process.find() is None:
        return "down"
    return "ready" if healthy else "not ready"


def _style(row: Sequence[str]) -> str:
    return "red" if row[1] in ("GIVEN UP", "down") else "yellow" if row[1] == "not ready" else ""


def _where(record: RunRecord, name: str) -> str:
    return {"kafka": record.kafka_bootstrap, "mongo": record.mongo_uri}.get(name) or record.urls.get(name, "")


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
