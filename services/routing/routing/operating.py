"""Run one command of an operator with a connection of its own, and say in a sentence what he can put right."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from chassis.clock import SystemClock
from chassis.commands import run_command
from chassis.importing.report import ImportRefused
from chassis.mongo.client import Mongo
from chassis.settings import load
from routing.cli import CommandContext, refuse
from routing.settings import RoutingSettings
from routing.store.versions import EmptyVersion, Versions, VersionUnknown

INTERRUPTED: Final = 130
FORESEEN: Final = (VersionUnknown, UnicodeDecodeError, ImportRefused, EmptyVersion, OSError)


def run_with_database(act: Callable[[CommandContext], Awaitable[int]]) -> int:
    """The exit status of `act` on the database that MONGO_URI and MONGO_DATABASE name."""

    async def acted(settings: RoutingSettings) -> int:
        clock = SystemClock()
        mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="routing-cli")
        try:
            return await act(CommandContext(mongo, Versions(mongo, clock), clock))
        finally:
            mongo.close()

    return run(lambda: asyncio.run(acted(load(RoutingSettings))))


def run(act: Callable[[], int]) -> int:
    """A database that is away and a reader that has gone are chassis.commands' to name."""

    def guarded() -> int:
        try:
            return act()
        except KeyboardInterrupt:
            refuse("interrupted; the same command takes up what was saved")
            return INTERRUPTED
        except BrokenPipeError:
            raise
        except FORESEEN as error:
            return refuse(_sentence(error))

    return run_command("routing", guarded)


def _sentence(error: Exception) -> str:
    match error:
        case VersionUnknown():
            return f"there is no version {error}"
        case UnicodeDecodeError():
            return "the file is not UTF-8 text"
        case OSError(filename=str(name), strerror=str(why)):
            return f"{name}: {why}"
    return str(error)
