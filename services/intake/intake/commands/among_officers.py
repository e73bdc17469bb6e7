"""What officers do among themselves, of which no other service needs to hear: a note in a case, who works on it."""

from pydantic import Field

from intake.case.command import Context, DeskCommandBody, EventDraft, Id
from intake.case.model import Case
from intake.case.officers import Investigator, Note
from intake.case.situation import Situation
from intake.commands.tips import MessageText

MOST_NOTES = 200


class WriteNote(DeskCommandBody):
    """For officers alone: no citizen is shown the note, nor that there is one. It goes with the person's data."""

    note: MessageText = Field(repr=False)


def write_note(body: WriteNote, case: Case, context: Context) -> EventDraft:
    sealed = context.seal(case.case_id, body.note.encode(), context.now)
    return EventDraft(None, {"note": Note(context.event_id, context.now, context.by_post, sealed)})


def has_room(situation: Situation) -> bool:
    return len(situation.case.notes) < MOST_NOTES


class AssignOfficer(DeskCommandBody):
    """`officer` is the subject of the officer's login; without it the case goes to the one who gives the command."""

    officer: Id | None = None


def assign_officer(body: AssignOfficer, _case: Case, context: Context) -> EventDraft:
    officer = body.officer or context.sub
    return EventDraft(None, {"investigator": Investigator(officer, context.by_post, context.now)})
