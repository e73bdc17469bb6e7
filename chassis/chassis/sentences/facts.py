"""The facts of an event that people may read: short clear values, no personal data, no free text of a citizen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from event_schemas import AssignedToStation, Event, Post, VerificationOutcome
from event_schemas.papers import is_letter, is_of_another_person

Facts = Mapping[str, str]

_HEARING: Final = ("hearing_id", "outcome", "confirmation", "party")
_CLOCK: Final = ("clock", "clock_id", "owner", "state", "due_at", "reason_code")
_FACT_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "ComplaintFiled": ("tracking_number", "service_code", "lane", "helped_by"),
    "TransferRequested": ("assignment_no", "reason_code", "by_post"),
    "ComplaintAcknowledged": ("by_post",),
    "ResponderDispatched": ("unit", "kind"),
    "ResponderArrived": ("unit", "kind", "proved"),
    "ResponderStoodDown": ("unit", "kind", "reason_code"),
    "EmergencyResolved": ("how",),
    "VisitorArrived": ("place", "hearing_id", "presence"),
    "HearingScheduled": ("hearing_id", "place", "officer_post", "starts_at", "ends_at", "mode", "join_url", "moved"),
    "HearingStarted": _HEARING,
    "HearingHeld": _HEARING,
    "HearingCancelled": _HEARING,
    "HearingNoShow": _HEARING,
    "HearingDisputed": _HEARING,
    "BeatVisitPromised": ("visit_no", "visitor", "visit_by", "again"),
    "BeatVisitMade": ("visit_no", "visitor", "outcome"),
    "BeatVisitConfirmed": ("visit_no",),
    "BeatVisitDisputed": ("visit_no", "owed_no"),
    "IdentityHeld": (),
    "IdentityReviewed": ("outcome", "method", "was_held"),
    # Not the remarks: what was found against a person is not for whoever reads the phone or the page.
    "VerificationCompleted": ("outcome", "by_post", "address_waiver"),
    "SubRequestMade": ("sub_request_id", "mode", "to_station", "to_state"),
    "SubRequestAnswered": ("sub_request_id", "outcome", "letter_number"),
    "VerificationDisputed": ("reason_code",),
    "DisputeDecided": ("decision", "by_post"),
    "CertificateApproved": ("kind", "by_post"),
    "CertificateRefused": ("kind", "by_post", "reason_code"),
    "CertificateRevocationOrdered": ("kind", "reason_code"),
    "DocumentsRequested": ("documents", "by_post"),
    "InquiryCompleted": ("finding", "fir_recommended"),
    "PreliminaryEnquiryOrdered": ("permitted_by_post",),
    "PreliminaryEnquiryCompleted": ("outcome",),
    "InformationSigned": ("method", "late"),
    "ProgressInformed": ("outcome",),
    "InvestigationCompleted": ("outcome",),
    "FIRRegistered": ("fir_number", "year", "zero_fir", "previous_fir", "own_statement"),
    "FIRPublished": ("portal",),
    "FIRDeclined": ("reason_code",),
    "ClockPaused": ("clock_id", "reason_code", "until"),
    "ClockResumed": ("clock_id",),
    "ClockEnded": ("clock_id", "reason_code", "ends_as"),
    "ComplaintClosed": ("outcome", "reason_code"),
    "ComplaintReopened": ("round", "reason_code"),
    "ComplaintWithdrawn": ("reason_code",),
    "ContactChanged": (),
    "WithdrawalRequested": ("reason_code",),
    "SLAClockStarted": _CLOCK,
    "SLAClockAdjusted": _CLOCK,
    "SLAClockStopped": _CLOCK,
    "SLADueSoon": ("clock", "clock_id", "owner", "due_at", "fraction"),
    "SLABreached": ("clock", "clock_id", "owner", "due_at", "level", "escalate_to"),
    "SLABreachRevoked": ("clock_id", "reason_code"),
    "CertificateIssued": ("certificate_id", "kind", "verify_url"),
    "CertificateRevoked": ("certificate_id", "kind"),
}
_ADVERSE, _UNABLE = VerificationOutcome.ADVERSE.value, VerificationOutcome.UNABLE.value
# What the person verified reads in place of an adverse result: the police explain it, face to face.
ASK_POLICE: Final = "ask_police"
# Up to here who has time is not reminded.
HALF: Final = 0.5
# Between the codes of a fact that is a list; no code holds it.
LIST_SEPARATOR: Final = ","
_LADDER: Final = [str(post) for post in Post.known()]
_OFFICE_KINDS: Final = {"SHO": "station", "HQ": "control_room"}
# Longer addresses do not fit a message.
LONGEST_LINK: Final = 100
ONLINE: Final = frozenset({"video", "facebook_live"})


def facts_of(event: Event) -> dict[str, str]:
    """What people may read of an event, as text; what it leaves open is left out."""
    if isinstance(event, AssignedToStation):
        return _of_assignment(event)
    values = ((name, getattr(event, name, None)) for name in _FACT_FIELDS.get(event.type, ()))
    return {name: _text(value) for name, value in values if value is not None}


def facts_of_answers(answers: Mapping[str, Any]) -> dict[str, str]:
    """Choices and ticks of a filing, as conditions name them; an answer of any other type is left out."""
    return {name: _text(value) for name, value in answers.items() if isinstance(value, bool | str)}


def enriched(facts: Facts, case: Facts, *, for_officers: bool = False) -> dict[str, str]:
    """The facts of an event and of its case, and what follows from both. `case` may name officer_post, station,
    station_hi, station_code, police_district, service_code, tracking_number, family and lane.

    Nobody but an officer reads that a result is adverse: the person himself is to ask the police, and who had another
    person verified reads the same as of a result that could not be had.
    """
    known = {**case, **facts}
    if not for_officers and facts.get("outcome") == _ADVERSE:
        known["outcome"] = _UNABLE if is_of_another_person(case.get("service_code", "")) else ASK_POLICE
    if "clock" not in known and "clock_id" in known:
        known["clock"] = known["clock_id"].partition(":")[0]
    known["office_kind"] = _OFFICE_KINDS.get(title_of(known.get("officer_post", "")), "office")
    if "escalate_to" in known:
        holder = case.get("officer_post", Post.SHO)
        higher = int(known.get("level", 0)) >= 1 and _rank(known["escalate_to"]) > _rank(holder)
        known["escalated"] = _text(higher)
    if "kind" in facts:
        known["paper_for"] = "office" if is_letter(facts["kind"]) else "citizen"
    if "fraction" in known:
        known["past_half"] = _text(float(known["fraction"]) > HALF)
    if "previous_fir" in known:
        known["completes_zero"] = "true"
    if "mode" in known:
        known["online"] = _text(known["mode"] in ONLINE)
        known["link"] = "long" if len(known.get("join_url", "")) > LONGEST_LINK else _text("join_url" in known)
    return known


def title_of(post: str) -> str:
    """`SHO` of `SHO:5140003`."""
    return post.partition(":")[0]


def _rank(post: str) -> int:
    """How high a post stands; officers of a station who are no post of the ladder stand below it."""
    title = title_of(post)
    return _LADDER.index(title) if title in _LADDER else -1


def _of_assignment(event: AssignedToStation) -> dict[str, str]:
    facts = {
        "assignment_no": str(event.assignment_no),
        "station": event.station.name,
        "station_code": str(event.station.code),
        "police_district": event.station.police_district,
        "officer_post": str(event.officer_post),
        "reason": str(event.reason),
        "provisional": _text(event.provisional),
        "desk_online": _text(event.desk_online),
    }
    more = {"station_hi": event.station.name_hi, "previous_station": event.previous_station}
    return facts | {name: str(value) for name, value in more.items() if value}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return LIST_SEPARATOR.join(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
