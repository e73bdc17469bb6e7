"""Run an operator's command: what a person can mend is one sentence on standard error, never a traceback."""

import logging
import sys
from collections.abc import Callable
from typing import Final

from aiokafka.errors import KafkaError
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError

from chassis.faults import PublishFailed, StoreUnavailable, TransientFault, UnknownOutcome
from chassis.kafka.offsets import GroupsUnavailable, OffsetsUnknown
from chassis.run import REFUSED
from chassis.settings import SettingsRefused
from chassis.telemetry.logs import configure_logging

NOT_DONE: Final = 1
INTERRUPTED: Final = 130
# The first row that fits: classes, MongoDB's code for it (None: any), the sentence.
_SENTENCES: Final[tuple[tuple[tuple[type[Exception], ...], int | None, str], ...]] = (
    ((StoreUnavailable,), None, "MongoDB does not answer at the address of MONGO_URI ({text})"),
    ((UnknownOutcome,), None, "MongoDB did not confirm in time, so this may or may not have been done ({text})"),
    ((OperationFailure,), 18, "MongoDB refuses the user or the password of MONGO_URI"),
    ((OperationFailure,), 13, "MongoDB does not let the user of MONGO_URI do this"),
    ((ConfigurationError,), None, "MONGO_URI is not an address that MongoDB's client can use"),
    ((PyMongoError,), None, "MongoDB refuses ({kind})"),
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
    settings won't do. 130: interrupted. Anything else is a bug, and raised.
    """
    configure_logging(service, "error")
    # aiokafka logs each broker that it could not reach as an error: the sentence takes the place of that.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        return act()
    except SettingsRefused as refused:
        return _end(f"not done: {refused}", REFUSED)
    except refusals as refused:
        return _end(str(refused), NOT_DONE)
    except (TransientFault, KafkaError, PyMongoError) as error:
        return _end(f"not done: {sentence_of(error)}", NOT_DONE)
    except KeyboardInterrupt:
        return _end("interrupted", INTERRUPTED)


def sentence_of(error: TransientFault | KafkaError | PyMongoError) -> str:
    """What is wrong with a server and which setting names it; never an address, which may hold a password."""
    kind, code = type(error).__name__, getattr(error, "code", None)
    return next(
        sentence.format(kind=kind, text=str(error) or kind)
        for classes, only_code, sentence in _SENTENCES
        if isinstance(error, classes) and only_code in {None, code}
    )


def _end(sentence: str, status: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return status
