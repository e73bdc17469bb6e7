"""What a line of a document says to a command line, without doing it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command


@dataclass
class Understood:
    """A command by its names, and the values it would be called with."""

    path: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def understood(app: typer.Typer, arguments: Sequence[str]) -> Understood:
    """Raises typer.TyperException if the arguments can't be meant.

    They begin with a command's name: an option before it may act at once, as --install-completion does.
    """
    assert not [*arguments, ""][0].startswith("-")
    command, found = get_command(app), Understood()
    for path, leaf in leaves(command):
        leaf.callback = _recorder(found, path)
    command.main([*arguments], prog_name="janseva", standalone_mode=False)
    return found


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its names."""
    if not isinstance(command, TyperGroup):
        yield " ".join(path), command
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        # A recorder set on another object than the one that will be called would let the command act.
        assert below is not None
        assert below is command.get_command(context, name)
        yield from leaves(below, (*path, name))


def _recorder(found: Understood, path: str) -> Any:
    def record(**values: Any) -> int:
        found.path, found.values = path, values
        return 0

    return record
