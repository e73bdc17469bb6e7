"""Start a service's program: without arguments it serves, with some it runs an operator's command.

Each imports only what it needs: a server starts without typer and its help, a command without the server.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

SERVES: Final[tuple[list[str], ...]] = ([], ["serve"])


def run_program(arguments: Sequence[str], *, prog: str, serve: str, commands: str) -> int:
    """The exit status. `serve` is a function and `commands` a typer app, both as "module:name"."""
    if [*arguments] in SERVES:
        return int(loaded(serve)())
    return run_commands(arguments, prog=prog, commands=commands)


def run_commands(arguments: Sequence[str], *, prog: str, commands: str) -> int:
    """The exit status of the command that the arguments name."""
    return int(import_module("chassis.command_line").run_app(loaded(commands), arguments, prog=prog))


def loaded(reference: str) -> Any:
    """What "module:name" stands for."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)
