"""Opens the messages of a case."""

from dataclasses import dataclass, field

from chassis.sealing import KeyRing
from intake.case.model import Case, Message


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    """A message with its words."""

    message: Message
    text: str = field(repr=False)


def messages_of(case: Case, ring: KeyRing) -> tuple[WrittenMessage, ...]:
    """The oldest first."""
    return tuple(WrittenMessage(message, ring.open(case.case_id, message.sealed).decode()) for message in case.messages)
