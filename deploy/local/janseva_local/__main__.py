"""`python -m janseva_local COMMAND`: what `make run`, `make up` and their kin call."""

import asyncio
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable

from chassis.commands import run_command
from janseva_local import background, options, screen
from janseva_local.folder import AlreadyRunning, DataFolder
from janseva_local.keys import load_or_create
from janseva_local.ports import PortsInUse
from janseva_local.process import ProcessFailed
from janseva_local.run import run
from janseva_local.support import Unsupported

FOR_PEOPLE = (AlreadyRunning, PortsInUse, ProcessFailed, Unsupported, FileNotFoundError, ValueError)


def main(arguments: list[str]) -> int:
    chosen = options.parse(arguments)
    return run_command("janseva-local", lambda: _done(chosen))


def _done(chosen: Namespace) -> int:
    try:
        return dispatch(chosen, DataFolder.from_environment())
    except KeyboardInterrupt:
        return 130
    except FOR_PEOPLE as problem:
        if os.environ.get("DEBUG"):
            raise
        screen.failure(str(problem))
        return 1


def dispatch(chosen: Namespace, folder: DataFolder) -> int:
    commands: dict[str, Callable[[], int]] = {
        "run": lambda: asyncio.run(run(chosen, folder)),
        "up": lambda: background.up(chosen, folder),
        "down": lambda: background.down(folder),
        "status": lambda: background.status(folder),
        "logs": lambda: background.logs(chosen, folder),
        "reset": lambda: background.reset(chosen, folder),
        "token": lambda: token(chosen, folder),
        "demo": lambda: demo(chosen),
    }
    return commands[chosen.command]()


def token(chosen: Namespace, folder: DataFolder) -> int:
    """Intake's own command, with the key of this data folder."""
    key = load_or_create(folder.keys).officer_key
    command = [sys.executable, "-m", "intake", "token", "--role", chosen.role, "--key-file", str(key)]
    for name in ("station", "district"):
        value = getattr(chosen, name)
        command += [f"--{name}", value] if value else []
    return subprocess.run(command, check=False).returncode


def demo(chosen: Namespace) -> int:
    from janseva_local.demo.__main__ import main as demo_main  # noqa: PLC0415  # it draws in matplotlib

    return demo_main(chosen.arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
