"""What the local stack tells the person at the terminal."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from janseva_local.folder import ROOT, RunRecord
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


def ready(record: RunRecord, *, detached: bool) -> None:
    """What is up, where, and what to try next."""
    console.print()
    console.print(Text(f"Janseva is ready in {record.seconds.get('all', 0):.1f} s.", style="bold green"))
    console.print(_parts(record))
    if record.policies:
        console.print(f"Policies: {record.policies}")
    console.print(Text("What to try next (copy and paste into a shell at the project's root):", style="bold"))
    for title, commands in first_steps(record.urls):
        console.print(Text(f"\n# {title}", style="green"))
        console.print(Text(commands))
    end = "`make down` stops it" if detached else "Ctrl-C stops it"
    console.print(
        Panel(f"{end}; data stay. `make logs S=intake` follows a log, `make reset` deletes the data.", expand=False)
    )


def status(record: RunRecord, healthy: dict[str, bool]) -> None:
    """The table of `make status`."""
    since = datetime.fromtimestamp(record.supervisor.created, UTC).astimezone()
    console.print(f"{record.state} since {since:%Y-%m-%d %H:%M:%S}, supervisor is process {record.supervisor.pid}")
    table = Table("part", "state", "process", "where", "restarts", box=None)
    for name, process in record.processes.items():
        if process.gave_up:
            state = Text("given up", style="bold red")
        elif process.find() is None:
            state = Text("down", style="red")
        else:
            state = Text("ready", style="green") if healthy.get(name, True) else Text("not ready", style="yellow")
        table.add_row(name, state, str(process.pid or "-"), _where(record, name), str(process.restarts))
    console.print(table)


def first_steps(urls: dict[str, str]) -> list[tuple[str, str]]:
    """Titles and bash commands; each builds on those before it."""
    if not {"intake", "provider"} <= urls.keys():
        return []
    text = FIRST_STEPS.read_text("utf-8")
    values = {"PYTHON": _relative(Path(sys.executable)), "PHONE": TRIAL_PHONE}
    for name, value in {**values, "INTAKE": urls["intake"], "PROVIDER": urls["provider"]}.items():
        text = text.replace(f"@{name}@", value)
    sections = (section.partition("\n") for section in text.strip().split("\n\n"))
    return [(title.removeprefix("# "), commands) for title, _, commands in sections]


def _parts(record: RunRecord) -> Table:
    table = Table("part", "where", "what", "ready after", box=None, padding=(0, 2))
    names = list(record.processes) + [name for name in ("kafka", "mongo") if name not in record.processes]
    for name in names:
        seconds = record.seconds.get(name)
        after = f"{seconds:.1f} s" if seconds is not None else "given"
        table.add_row(name, _where(record, name), ABOUT.get(name, ""), after)
    return table


def _where(record: RunRecord, name: str) -> str:
    return {"kafka": record.kafka_bootstrap, "mongo": record.mongo_uri}.get(name) or record.urls.get(name, "")


def _relative(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
