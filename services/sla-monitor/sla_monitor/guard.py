"""The end of the process, at once: nothing that was not handled may be committed by an orderly shutdown."""

import os
import sys
from typing import NoReturn, Protocol

from chassis.telemetry.logs import get_logger

_log = get_logger(__name__)


class Die(Protocol):
    """Ends the process with status 1; a test's stand-in raises instead."""

    def __call__(self, reason: str, error: BaseException | None = None) -> NoReturn: ...


def die(reason: str, error: BaseException | None = None) -> NoReturn:
    """Exit with status 1 before another line of Faust can run: the supervisor starts a new worker, which replays."""
    _log.critical("worker_dies", reason=reason, exc_info=error)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
