"""Facts derived from a case's own history: who came, what was found and decided, which clocks were paused and when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from event_schemas import (
    CertificateApproved,
    CertificateRefused,
    ClockPaused,
    ClockResumed,
    ComplaintClosed,
    ComplaintReopened,
    DisputeDecided,
    InquiryCompleted,
    ResponderArrived,
    ResponderDispatched,
    ResponderStoodDown,
    SubRequestAnswered,
    SubRequestMade,
    VerificationCompleted,
    VerificationDisputed,
)
from event_schemas.clock_policy import ClockPolicy
from event_schemas.papers import is_letter
from event_schemas.times import epoch_ms, read_time
from intake.case.model import Case, TimelineEntry

DEFAULT_KINDS = ("police",)
_DECISIONS = {CertificateApproved.type: "approved", CertificateRefused.type: "refused"}


ENDS = frozenset({ComplaintClosed.type, InquiryCompleted.type, CertificateRefused.type})
"""What ends a case that can be opened again; a test holds them against the command table."""


def ended_at(case: Case) -> datetime | None:
    """When the present round came to its newest end; None while it has none."""
    return next((entry.at for entry in newest_of_round(case) if entry.event in ENDS), None)


def decision(case: Case) -> str | None:
    """Approved or refused, in the case's present round; opened again it is undecided. A letter decides nothing."""
    decided = (entry for entry in newest_of_round(case) if entry.event in _DECISIONS)
    return next((_DECISIONS[entry.event] for entry in decided if not is_letter(entry.params.get("kind"))), None)


def verification(case: Case) -> str | None:
    """The outcome of the newest verification of the present round."""
    found = (entry for entry in newest_of_round(case) if entry.event == VerificationCompleted.type)
    return next((entry.params.get("outcome") for entry in found), None)


def verified_by(case: Case) -> str | None:
    """The post whose verification is the newest of the present round; None where that is not known."""
    found = (entry for entry in newest_of_round(case) if entry.event == VerificationCompleted.type)
    return next((entry.params.get("by_post") for entry in found), None)


_RESULTS = {VerificationCompleted.type: "found", VerificationDisputed.type: "open", DisputeDecided.type: "decided"}


def result_standing(case: Case) -> str | None:
    """Of the newest result of the present round: found, objected to (open), or that decided; None without one."""
    return next((_RESULTS[entry.event] for entry in newest_of_round(case) if entry.event in _RESULTS), None)


@dataclass(frozen=True, slots=True)
class SubRequest:
    """The police of another place were asked. `to_station`: a code; none for a letter. `outcome`: of the answer."""

    sub_request_id: str
    at: datetime
    mode: str
    to_station: str | None
    to_state: str | None
    outcome: str | None = None
    answered_at: datetime | None = None
    letter_number: str | None = None

    @property
    def is_open(self) -> bool:
        return self.answered_at is None


def sub_requests(case: Case) -> tuple[SubRequest, ...]:
    """In the order in which they were made; an answer holds for every later round too."""
    found: dict[str, SubRequest] = {}
    for entry in case.history:
        facts = entry.params
        if entry.event == SubRequestMade.type:
            one = SubRequest(
                facts["sub_request_id"], entry.at, facts["mode"], facts.get("to_station"), facts.get("to_state")
            )
            found[one.sub_request_id] = one
        elif entry.event == SubRequestAnswered.type and facts["sub_request_id"] in found:
            found[facts["sub_request_id"]] = replace(
                found[facts["sub_request_id"]],
                outcome=facts["outcome"],
                answered_at=entry.at,
                letter_number=facts.get("letter_number"),
            )
    return tuple(found.values())


def newest_of_round(case: Case) -> Iterator[TimelineEntry]:
    """The entries of the present round, the newest first."""
    for entry in reversed(case.history):
        if entry.event == ComplaintReopened.type:
            return
        yield entry


def kinds_out(case: Case) -> tuple[str, ...]:
    """The kinds of help that were asked for or sent, and have neither arrived nor been stood down."""
    last: dict[str, str] = {}
    for entry in case.history:
        if entry.event in (ResponderDispatched.type, ResponderArrived.type, ResponderStoodDown.type):
            kind = entry.params["kind"]
            if last.get(kind) != ResponderArrived.type:
                last[kind] = entry.event
    kinds = dict.fromkeys((*(case.kinds or DEFAULT_KINDS), *last))
    return tuple(kind for kind in kinds if last.get(kind) not in (ResponderArrived.type, ResponderStoodDown.type))


def kinds_on_the_way(case: Case) -> tuple[str, ...]:
    """Kinds out of which a unit was sent."""
    sent = {entry.params["kind"] for entry in case.history if entry.event == ResponderDispatched.type}
    return tuple(kind for kind in kinds_out(case) if kind in sent)


def pause_left(case: Case, clock_id: str, policy: ClockPolicy, now: datetime) -> tuple[bool, int]:
    """If the clock is paused at ``now``, and how much its pauses may still add (ms), as the SLA monitor reckons it."""
    entries = [
        entry
        for entry in case.history
        if entry.event in (ClockPaused.type, ClockResumed.type) and entry.params.get("clock_id") == clock_id
    ]
    left, calendar, moment = policy.pause_cap_ms, policy.counting, epoch_ms(now)
    paused = False
    for entry, following in pairwise([*entries, None]):
        if entry is None or entry.event == ClockResumed.type:
            paused = False
            continue
        begin = epoch_ms(entry.at)
        ends = [calendar.after(begin, left)]
        if "until" in entry.params:
            ends.append(epoch_ms(read_time(entry.params["until"])))
        end = min(*ends, moment if following is None else epoch_ms(following.at))
        left -= calendar.counted(begin, max(begin, end))
        paused = following is None and moment < min(ends)
    return paused, left
