"""Commands of the packages that are installed beside this one, each imported when it is asked for.

A package names them as entry points of the group `janseva.commands`: `audit = "sla_monitor.command_line:app"`. What is
mounted under the name is the app's command of that name, or the whole app if it has none.
"""

from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from typer.core import TyperGroup
from typer.main import get_command

GROUP: Final = "janseva.commands"


class MountingGroup(TyperGroup):
    """The commands of its own app, and those that are mounted. An image of one service has that service's."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *self._mounted]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in self._mounted:
            return own
        if cmd_name not in self._loaded:
            self._loaded[cmd_name] = command_of(self._mounted[cmd_name])
        return self._loaded[cmd_name]

    @cached_property
    def _mounted(self) -> dict[str, EntryPoint]:
        return mounted()

    @cached_property
    def _loaded(self) -> dict[str, Any]:
        return {}


def mounted() -> dict[str, EntryPoint]:
    """By the name under which it is mounted, in the order of packages and names."""
    points = sorted(entry_points(group=GROUP), key=lambda point: (_package(point), point.name))
    return {point.name: point for point in points}


def command_of(point: EntryPoint) -> Any:
    command: Any = get_command(point.load())
    found = getattr(command, "commands", {}).get(point.name, command)
    # A server is started by `python -m`, which imports no more than it needs.
    getattr(found, "commands", {}).pop("serve", None)
    found.name = point.name
    found.rich_help_panel = f"Commands of {_package(point)}"
    return found


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""
