"""What an operator reads when a command can't be done: a sentence that names the setting, no traceback, no password."""

from typing import NoReturn

import pytest
from aiokafka.errors import KafkaConnectionError
from pymongo.errors import InvalidURI, OperationFailure

from chassis.commands import run_command
from chassis.faults import StoreUnavailable, TransientFault, UnknownOutcome
from chassis.kafka.offsets import OffsetsUnknown
from chassis.settings import SettingsRefused


class NoSuchFile(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (SettingsRefused("HTTP_PORT: must be a number"), 2, "HTTP_PORT: must be a number"),
        (NoSuchFile("there is no such file"), 1, "there is no such file"),
        (OffsetsUnknown("no such topic: cases.routine"), 1, "at KAFKA_BOOTSTRAP (no such topic: cases.routine)"),
        (KafkaConnectionError(), 1, "KAFKA_BOOTSTRAP"),
        (StoreUnavailable("ServerSelectionTimeoutError"), 1, "does not answer at the address of MONGO_URI"),
        (UnknownOutcome("NetworkTimeout"), 1, "may or may not have been done"),
        (OperationFailure("Authentication failed.", 18), 1, "refuses the user or the password of MONGO_URI"),
        (OperationFailure("not authorized on admin", 13), 1, "does not let the user of MONGO_URI"),
        (OperationFailure("no such index", 27), 1, "MongoDB refuses (OperationFailure)"),
        (InvalidURI("mongodb://anna:secret@/?x"), 1, "MONGO_URI is not an address"),
        (TransientFault("busy"), 1, "may succeed later"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_what_a_person_can_mend_is_one_sentence(
    error: BaseException, status: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on standard error, and a status that is not 0."""

    def act() -> NoReturn:
        raise error

    assert run_command("tool", act, refusals=(NoSuchFile,)) == status
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert sentence in err
    assert "secret" not in err


def test_a_command_that_is_done_has_its_own_status() -> None:
    """Its return value is the exit status."""
    assert [run_command("tool", lambda: 0), run_command("tool", lambda: 3)] == [0, 3]


def test_a_bug_is_not_made_a_sentence() -> None:
    """A fault of the program shows where it is."""
    with pytest.raises(ZeroDivisionError):
        run_command("tool", lambda: 1 // 0)
