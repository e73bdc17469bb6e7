"""What the police and who gave a secret tip write to each other, inside its case."""

from typing import Annotated

from pydantic import Field, StringConstraints

from intake.case.command import CommandBody, Context, DeskCommandBody, EventDraft
from intake.case.model import Case, Message, Writer
from intake.case.situation import Situation

MOST_MESSAGES = 200
LONGEST_MESSAGE = 4_000
# Words and line ends: what else has no glyph says nothing to who reads it.
MessageText = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=LONGEST_MESSAGE, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*\S[^\x00-\x08\x0b-\x1f\x7f]*$"
    ),
]


class AnswerTip(DeskCommandBody):
    """The answer waits at the case key of who gave the tip: nothing is sent, as nobody knows to whom."""

    text: MessageText = Field(repr=False)


def answer_tip(body: AnswerTip, case: Case, context: Context) -> EventDraft:
    return EventDraft({}, {"message": _message(body.text, Writer.POLICE, case, context)})


class AddToTip(CommandBody):
    text: MessageText = Field(repr=False)


def add_to_tip(body: AddToTip, case: Case, context: Context) -> EventDraft:
    """No other service needs to hear of it: the desk reads it in the case."""
    return EventDraft(None, {"message": _message(body.text, Writer.CITIZEN, case, context)})


def has_room(situation: Situation) -> bool:
    return len(situation.case.messages) < MOST_MESSAGES


def _message(text: str, by: Writer, case: Case, context: Context) -> Message:
    return Message(context.event_id, context.now, by, context.seal(case.case_id, text.encode(), context.now))
