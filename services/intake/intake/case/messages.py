"""Opens the messages and the notes of a case."""

from dataclasses import dataclass, field

from chassis.sealing import KeyRing
from intake.case.model import Case, Message
from intake.case.officers import Note


@dataclass(frozen=True, slots=True)
class WrittenMessage:
    """A message with its words."""

    message: Message
    text: str = field(repr=False)


def messages_of(case: Case, ring: KeyRing) -> tuple[WrittenMessage, ...]:
    """The oldest first."""
    return tuple(WrittenMessage(message, ring.open(case.case_id, message.sealed).decode()) for message in case.messages)


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note with its words."""

    note: Note
    text: str = field(repr=False)


def notes_of(case: Case, ring: KeyRing) -> tuple[WrittenNote, ...]:
    """The oldest first."""
    return tuple(WrittenNote(note, ring.open(case.case_id, note.sealed).decode()) for note in case.notes)
