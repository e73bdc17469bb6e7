"""The visits of a case, as its own history shows them: pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chassis.bounds import bounded
from event_schemas import BeatVisitConfirmed, BeatVisitDisputed, BeatVisitMade, BeatVisitPromised
from event_schemas.times import read_time
from event_schemas.values import VisitOutcome
from intake.case.model import Case, TimelineEntry
from intake.case.situation import Situation

ANSWER_WINDOW: Final = timedelta(days=30)
"""So long after a visit its citizen may confirm or dispute it."""


class VisitState(StrEnum):
    """`owed`: the one before was disputed. `missed`: nobody was at home, so that it is still to be made."""

    PROMISED = "promised"
    OWED = "owed"
    MISSED = "missed"
    MADE = "made"
    DECLINED = "declined"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


_LONGEST_NUMBER: Final = 10
_OUTSTANDING: Final = frozenset({VisitState.PROMISED, VisitState.OWED, VisitState.MISSED})
_ANSWERABLE: Final = frozenset({VisitState.MADE, VisitState.DECLINED})
_AT_THE_DOOR: Final[Mapping[str, VisitState]] = {
    VisitOutcome.MET.value: VisitState.MADE,
    VisitOutcome.NOT_AT_HOME.value: VisitState.MISSED,
    VisitOutcome.DECLINED.value: VisitState.DECLINED,
}


@dataclass(frozen=True, slots=True)
class BeatVisit:
    """`at`: when an officer was last at the door."""

    visit_no: int
    state: VisitState
    visitor: str | None = None
    visit_by: datetime | None = None
    at: datetime | None = None


def visits_of(case: Case) -> tuple[BeatVisit, ...]:
    """By their numbers."""
    found: dict[int, BeatVisit] = {}
    for entry in case.history:
        for visit in _after(entry, found):
            found[visit.visit_no] = visit
    return tuple(found[number] for number in sorted(found))


def outstanding(case: Case) -> BeatVisit | None:
    """The visit that is promised or owed and not made yet; there is one at most."""
    return next((visit for visit in visits_of(case) if visit.state in _OUTSTANDING), None)


def next_number(case: Case) -> int:
    return max((visit.visit_no for visit in visits_of(case)), default=0) + 1


def answerable(case: Case, now: datetime) -> BeatVisit | None:
    """The newest visit, if it is recorded as made or declined, not answered yet, and not long ago."""
    newest = next((visit for visit in reversed(visits_of(case)) if visit.at is not None), None)
    if newest is None or newest.state not in _ANSWERABLE or newest.at is None or now - newest.at > ANSWER_WINDOW:
        return None
    return newest


def may_promise(situation: Situation) -> bool:
    """One at a time: a promise that is not kept stands until somebody has been there."""
    found = outstanding(situation.case)
    return found is None or (found.state is VisitState.OWED and found.visit_by is None)


def may_answer(situation: Situation) -> bool:
    return answerable(situation.case, situation.now) is not None


def _after(entry: TimelineEntry, known: Mapping[int, BeatVisit]) -> Iterator[BeatVisit]:
    """The visits as an entry of the history leaves them."""
    facts = entry.params
    if "visit_no" not in facts:
        return
    number = _number(facts["visit_no"])
    before = known.get(number, BeatVisit(number, VisitState.PROMISED))
    match entry.event:
        case BeatVisitPromised.type:
            state = before.state if before.state is VisitState.OWED else VisitState.PROMISED
            yield replace(before, state=state, visitor=facts["visitor"], visit_by=read_time(facts["visit_by"]))
        case BeatVisitMade.type:
            yield replace(before, state=_AT_THE_DOOR[facts["outcome"]], visitor=facts["visitor"], at=entry.at)
        case BeatVisitConfirmed.type:
            yield replace(before, state=VisitState.CONFIRMED)
        case BeatVisitDisputed.type:
            yield replace(before, state=VisitState.DISPUTED)
            yield BeatVisit(_number(facts["owed_no"]), VisitState.OWED)


def _number(text: str) -> int:
    return int(bounded(text, _LONGEST_NUMBER))
