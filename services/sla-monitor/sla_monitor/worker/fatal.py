"""End the process by ``os._exit(1)``, and the errors that do: an orderly shutdown could commit what was not handled."""

import os
import sys
from typing import NoReturn, Protocol

from chassis.telemetry.logs import get_logger

_log = get_logger(__name__)


class ExitProcess(Protocol):
    """Ends the process with status 1; a test's stand-in raises instead."""

    def __call__(self, reason: str, error: BaseException | None = None) -> NoReturn: ...


def exit_process(reason: str, error: BaseException | None = None) -> NoReturn:
    """Exit with status 1 before another line of Faust can run: the supervisor starts a new worker, which replays."""
    _log.critical("worker_dies", reason=reason, exc_info=error)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


class Stalled(Exception):
    """The process stood still for so long that another worker may own its partitions by now."""

    safe_to_log = True


class LostEvents(Exception):
    """The log begins behind what was committed: it is an operator's decision to go on (``lost-events``)."""

    safe_to_log = True


class LostRecord(Exception):
    """An input record was skipped on its way here: nothing after it may be committed."""

    safe_to_log = True
