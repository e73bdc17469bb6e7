"""The commands of the local stack. Options may come from the environment, as `make` passes them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from chassis.command_line import command_app
from event_schemas.officers import OfficerRole
from janseva_local.demo.options import LATE_S, MOST_CITIZENS, Options, Planted
from janseva_local.folder import DataFolder
from janseva_local.options import RunOptions
from janseva_local.services import NAMES

app = command_app(
    "The suite on one machine: Kafka, MongoDB, the services, a provider of messages. "
    "JANSEVA_DATA is the folder of its data."
)
usual = Options()

Policies = Annotated[
    Path | None, typer.Option(envvar="POLICIES", help="Another policy file.", show_default="the shipped one")
]
PortBase = Annotated[
    int | None, typer.Option(envvar="PORT_BASE", help="The services listen from this port on.", show_default="8000")
]
FreePorts = Annotated[bool, typer.Option("--free-ports", envvar="FREE_PORTS", help="Take any free ports.")]

Secure = Annotated[bool, typer.Option("--secure", envvar="SECURE", help="Kafka and MongoDB with TLS, names and ACLs.")]


@app.command("run")
def run_(
    policies: Policies = None,
    port_base: PortBase = None,
    *,
    free_ports: FreePorts = False,
    secure: Secure = False,
    detached: Annotated[bool, typer.Option("--detached", hidden=True)] = False,
) -> int:
    """Run the suite here until Ctrl-C."""
    from janseva_local.run import run

    options = RunOptions(policies, port_base, free_ports, detached, secure)
    return _done(lambda folder: asyncio.run(run(options, folder)))


@app.command()
def up(
    policies: Policies = None, port_base: PortBase = None, *, free_ports: FreePorts = False, secure: Secure = False
) -> int:
    """Start the suite in the background; returns when it is ready."""
    from janseva_local import background

    return _done(lambda folder: background.up(RunOptions(policies, port_base, free_ports, secure=secure), folder))


@app.command()
def down() -> int:
    """Stop the suite in the background; its data stay."""
    from janseva_local import background

    return _done(background.down)


@app.command()
def status() -> int:
    """What runs, where, since when. Status 0: all is up; 1: something is not; 3: nothing runs."""
    from janseva_local import background

    return _done(background.status)


@app.command()
def logs(
    service: Annotated[
        str | None,
        typer.Argument(help=f"One of {', '.join((*NAMES, 'kafka', 'mongo', 'stack'))}.", show_default="all"),
    ] = None,
    *,
    no_follow: Annotated[bool, typer.Option("--no-follow", help="Print what there is and end.")] = False,
) -> int:
    """Follow the logs, or one."""
    from janseva_local import background

    return _done(lambda folder: background.logs(service, folder, follow=not no_follow))


@app.command()
def reset(*, yes: Annotated[bool, typer.Option("--yes", envvar="YES", help="Do not ask.")] = False) -> int:
    """Stop the suite and delete its data; asks first."""
    from janseva_local import background

    return _done(lambda folder: background.reset(folder, confirmed=yes))


@app.command()
def token(
    role: Annotated[OfficerRole, typer.Option(envvar="ROLE", help="What the officer may do.")] = OfficerRole.SHO,
    station: Annotated[str | None, typer.Option(envvar="STATION", help="The station's code.")] = None,
    district: Annotated[str | None, typer.Option(envvar="DISTRICT", help="The police district.")] = None,
) -> int:
    """Print a development officer's token and nothing else: intake's own command, with the key of this data folder."""
    from janseva_local.keys import load_or_create

    def act(folder: DataFolder) -> int:
        key = load_or_create(folder.keys).officer_key
        command = [sys.executable, "-m", "intake", "token", "--role", role.value, "--key-file", str(key)]
        command += ["--station", station] if station else []
        command += ["--district", district] if district else []
        return subprocess.run(command, check=False).returncode

    return _done(act)


@app.command()
def demo(
    citizens: Annotated[int, typer.Option(min=1, max=MOST_CITIZENS, help="How many file.")] = usual.citizens,
    seed: Annotated[int, typer.Option(help="Another seed is another day.")] = usual.seed,
    over: Annotated[float, typer.Option(help="Seconds over which they come.")] = usual.over_s,
    plant: Annotated[
        Planted | None, typer.Option(help="Plant a fault: the demo must then find it and exit with 1.")
    ] = None,
    patience: Annotated[float, typer.Option(help="Seconds to wait for what is on its way.")] = usual.patience_s,
    late: Annotated[float, typer.Option(help="Seconds after its due time by which a breach is emitted.")] = LATE_S,
    *,
    kill: Annotated[bool, typer.Option("--kill", help="Kill each service with -9 while citizens file.")] = False,
) -> int:
    """Let citizens and officers use the running suite, then reconcile: nothing missing, doubled, late or wrong."""
    # It draws in matplotlib.
    from janseva_local.demo.run import run_demo

    options = Options(citizens, seed, over, plant, kill, patience, late)
    return _done(lambda folder: asyncio.run(run_demo(folder, options)))


@app.command()
def seed_data() -> int:
    """Fill the running suite with sample registers, FIRs and officers: made-up names, marked as samples."""
    from janseva_local.seed import seed_data as seed

    return _done(seed)


@app.command(hidden=True)
def pick(
    path: Annotated[str, typer.Argument(help="Names and numbers parted by dots: station.code.")],
    *,
    digits: Annotated[bool, typer.Option("--digits", help="The first run of six digits in the value.")] = False,
) -> int:
    """Pick a value out of JSON on stdin."""
    from janseva_local.pick import pick_from_stdin

    return pick_from_stdin(path, digits=digits)


def _done(act: Callable[[DataFolder], int]) -> int:
    from chassis.commands import run_command
    from janseva_local import screen
    from janseva_local.folder import AlreadyRunning
    from janseva_local.ports import PortsInUse
    from janseva_local.process import ProcessFailed
    from janseva_local.support import Unsupported

    def acted() -> int:
        try:
            return act(DataFolder.from_environment())
        except KeyboardInterrupt:
            return 130
        except (AlreadyRunning, PortsInUse, ProcessFailed, Unsupported, FileNotFoundError, ValueError) as problem:
            if os.environ.get("DEBUG"):
                raise
            screen.failure(str(problem))
            return 1

    return run_command("janseva-local", acted)
