"""Run an operator's command: what a person can mend is one sentence on standard error, never a traceback."""

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from typing import Final

from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError

from chassis.faults import PublishFailed, StoreUnavailable, TransientFault, UnknownOutcome
from chassis.kafka.offsets import GroupsUnavailable, OffsetsUnknown
from chassis.run import REFUSED
from chassis.settings import SettingsRefused
from chassis.telemetry.logs import configure_logging

NOT_DONE: Final = 1
INTERRUPTED: Final = 130
SERVER_FAULTS: Final = (TransientFault, KafkaError, PyMongoError)
"""A server is away or refuses: `sentence_of` says which and names its setting."""
# The first row that fits: classes, MongoDB's code for it (None: any), the sentence.
_SENTENCES: Final[tuple[tuple[tuple[type[Exception], ...], int | None, str], ...]] = (
    ((StoreUnavailable,), None, "MongoDB does not answer at the address of MONGO_URI ({text})"),
    ((UnknownOutcome,), None, "MongoDB did not confirm in time, so this may or may not have been done ({text})"),
    (
        (OperationFailure,),
        18,
        "MongoDB refuses the user or the password of MONGO_URI, or of MONGO_USERNAME and MONGO_PASSWORD_FILE",
    ),
    ((OperationFailure,), 13, "MongoDB does not let the user of MONGO_URI, or MONGO_USERNAME, do this"),
    ((ConfigurationError,), None, "MONGO_URI is not an address that MongoDB's client can use"),
    ((PyMongoError,), None, "MongoDB refuses ({kind})"),
    (
        (TopicAuthorizationFailedError, GroupAuthorizationFailedError, ClusterAuthorizationFailedError),
        None,
        "Kafka does not let the user of KAFKA_USERNAME do this ({text})",
    ),
    # aiokafka keeps to itself why a broker closed the door.
    (
        (KafkaConnectionError,),
        None,
        "Kafka does not answer at KAFKA_BOOTSTRAP, or does not accept KAFKA_USERNAME with its password ({kind})",
    ),
    (
        (OffsetsUnknown, GroupsUnavailable, PublishFailed, KafkaError),
        None,
        "Kafka does not answer as it should at KAFKA_BOOTSTRAP ({text})",
    ),
    ((TransientFault,), None, "it may succeed later ({kind}: {text})"),
)


def run_command(service: str, act: Callable[[], int], *, refusals: tuple[type[Exception], ...] = ()) -> int:
    """The exit status of `act`, which returns its own. Errors alone are logged, in the name of `service`.

    1: a server is away or refuses, or `act` raised one of `refusals`, whose text is written as it stands. 2: the
    settings won't do. 130: interrupted. Anything else is a bug, and raised; a file that can't be had and a reader that
    has gone, as `head` does, are not.
    """
    configure_logging(service, "error")
    # aiokafka logs each broker that it could not reach as an error: the sentence takes the place of that.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        return _acted(act)
    except KeyboardInterrupt:
        return _end("interrupted", INTERRUPTED)
    except Exception as error:
        ending = _ending_of(error, refusals)
        if ending is None:
            raise
        return _end(*ending)


def _acted(act: Callable[[], int]) -> int:
    status = act()
    # What is still held back may find its reader gone.
    sys.stdout.flush()
    return status


def _ending_of(error: Exception, refusals: tuple[type[Exception], ...]) -> tuple[str, int] | None:
    """The sentence and the status for what a person can mend; None for a bug."""
    ending = None
    match error:
        case SettingsRefused():
            ending = f"not done: {error}", REFUSED
        case _ if isinstance(error, refusals):
            ending = str(error), NOT_DONE
        case TransientFault() | KafkaError() | PyMongoError():
            ending = f"not done: {sentence_of(error)}", NOT_DONE
        case BrokenPipeError():
            _write_nowhere()
            ending = "not all was written: who read it has gone", NOT_DONE
        case FileNotFoundError() | PermissionError() | IsADirectoryError() | NotADirectoryError() if error.filename:
            ending = f"not done: {error.filename}: {error.strerror}", NOT_DONE
    return ending


def sentence_of(error: TransientFault | KafkaError | PyMongoError) -> str:
    """What is wrong with a server and which setting names it; never an address, which may hold a password."""
    kind, code = type(error).__name__, getattr(error, "code", None)
    return next(
        sentence.format(kind=kind, text=str(error) or kind)
        for classes, only_code, sentence in _SENTENCES
        if isinstance(error, classes) and only_code in {None, code}
    )


def _write_nowhere() -> None:
    """What is still to be written would fail once more at the end of the process."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end(sentence: str, status: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return status
