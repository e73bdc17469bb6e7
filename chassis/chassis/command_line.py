"""Operators' command lines as typer apps: what their help shows, how they end, how one is run.

A command is a function that returns its exit status. What can't be understood is one sentence on standard error and
status 2; what can't be done is `chassis.commands.run_command`'s to say. Modules of commands import what does the work
inside the command: help and completion are then quick.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import typer
from typer.core import TyperGroup
from typer.main import get_command

NOT_UNDERSTOOD: Final = 2
Read = TypeVar("Read")


def command_app(about: str, *, completes: bool = False, cls: type[TyperGroup] = TyperGroup) -> typer.Typer:
    """An app without commands. `about`: one line on what its commands are for."""
    return typer.Typer(
        cls=cls,
        help=about,
        add_completion=completes,
        # A bug shows where it is, as Python shows it: without the values of variables, which may be a person's.
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
        callback=_nothing,
    )


def _nothing() -> None:
    """A callback keeps an app of one command a group: the command keeps its name."""


def examples(*lines: str) -> str:
    """The end of a command's help: command lines to copy, as the operator's one command `janseva` takes them."""
    return "\n".join(["Examples:", *(f"  $ {line}" for line in lines)])


def reader(read: Callable[[str], Read]) -> Callable[[str | Read], Read]:
    """For `parser=`: the text of a ValueError names what was wrong with the value."""

    def parsed(text: str | Read) -> Read:
        # A default is passed through here too, and is no text.
        if not isinstance(text, str):
            return text
        try:
            return read(text)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None

    return parsed


def not_blank(text: str) -> str:
    """Who decided something and why: words, without the spaces around them. ValueError if there are none."""
    if text.strip():
        return text.strip()
    raise ValueError("the audit needs words")


def run_app(app: typer.Typer, arguments: Sequence[str], *, prog: str) -> int:
    """The exit status of the command that the arguments name; 2 if they can't be understood."""
    try:
        return int(get_command(app).main([*arguments], prog_name=prog, standalone_mode=False) or 0)
    except typer.TyperException as error:
        return _not_understood(error, prog)


def _not_understood(error: typer.TyperException, prog: str) -> int:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else prog
    sys.stderr.write(f"not understood: {' '.join(error.format_message().split())} (see {path} --help)\n")
    return NOT_UNDERSTOOD
