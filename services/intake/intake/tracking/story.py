"""A case's timeline with what each entry proves, its outcome, and the facts that its next step rests on: pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.http.problems import Language
from chassis.sentences import Facts, enriched
from event_schemas.papers import is_letter
from intake.case import past
from intake.case.derived import is_granted, states_a_result
from intake.case.model import Case, TimelineEntry
from intake.case.situation import valid_certificates
from intake.case.states import Role
from intake.commands.table import Act, acts_by_table
from intake.reopening.rules import is_in_window, reopens_until
from intake.texts import Texts

_ASSIGNED = "AssignedToStation"
_OFFICE = ("officer_post", "station", "station_hi", "station_code", "police_district")


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """An entry with its own facts and those of the case as it stood then."""

    entry: TimelineEntry
    facts: Facts


@dataclass(frozen=True, slots=True)
class DecidedOutcome:
    code: str
    text: str
    at: datetime


def story_of(case: Case, entries: Sequence[TimelineEntry], *, for_officers: bool = False) -> list[StoryEntry]:
    """The entries in order, as their reader may know them; the office of each is the one that had the case then."""
    office: dict[str, str] = {}
    story = []
    for entry in entries:
        if entry.event == _ASSIGNED:
            office = {name: entry.params[name] for name in _OFFICE if name in entry.params}
        facts = enriched(entry.params, {**_of_case(case), **office}, for_officers=for_officers)
        story.append(StoryEntry(entry, facts))
    return story


def outcome(case: Case, story: Sequence[StoryEntry], texts: Texts, language: Language) -> DecidedOutcome | None:
    """What was decided in this round and, behind it, why the case was closed; None while nothing is."""
    decided = list(_decisions(story, texts))
    if not decided:
        return None
    closing = decided[-1] if decided[-1].entry.event == "ComplaintClosed" else None
    before = [one for one in decided if one.entry.event != "ComplaintClosed"]
    main = before[-1] if before else decided[-1]
    here = {**main.facts, **current_office(case)}
    parts = [
        texts.of_event(main.entry.event, main.facts, language),
        texts.advice(main.entry.event, here, language),
        texts.of_event(closing.entry.event, closing.facts, language) if closing and closing is not main else None,
    ]
    stop = "।" if language == "hi" else "."
    sentences = [part.rstrip(f" {stop}") + stop for part in parts if part]
    if not sentences:
        return None
    return DecidedOutcome(texts.outcome_code(main.entry.event, main.facts), " ".join(sentences), main.entry.at)


def next_step_facts(case: Case, story: Sequence[StoryEntry], now: datetime) -> dict[str, str]:
    """What the next step rests on besides the state."""
    reopens = is_in_window(case, now) and Act.REOPEN in acts_by_table(case.state, case.family, Role.CITIZEN)
    until = reopens_until(case)
    events = [one.entry for one in story]
    arrived = {entry.params.get("kind"): entry.params.get("proved") for entry in events if entry.event == _ARRIVED}
    stood_down = {entry.params.get("kind") for entry in events if entry.event == "ResponderStoodDown"}
    awaited = set(case.kinds) - set(arrived) - stood_down
    booked = [record for record in case.hearings.values() if record.status == "booked"]
    following = min(booked, key=lambda record: record.starts_at, default=None)
    valid = any(not is_letter(one.kind) for one in valid_certificates(case))
    facts = {
        "state": case.state.value,
        "reopen": _yes(reopens),
        "certificate": _yes(valid),
        "all_arrived": _yes(bool(arrived) and not awaited),
        "proved": _yes(bool(arrived) and all(proved == "true" for proved in arrived.values())),
        "identity": "none" if case.identity is None else case.identity.state.value,
        "joined": _yes(any(one.event == "EmergencyResolved" and one.params.get("how") == _JOINED for one in events)),
        "requested": _yes(any(one.event == "WithdrawalRequested" for one in events)),
        "declined": _yes(any(one.event == "FIRDeclined" for one in events)),
        "online": _yes(following is not None and following.mode in ("video", "facebook_live")),
    }
    if until is not None:
        facts["reopens_until"] = until.isoformat()
    decided = past.decision(case)
    return {**_of_case(case), **current_office(case), **facts, **({"decided": decided} if decided else {})}


def current_office(case: Case) -> dict[str, str]:
    assignment = case.assignment
    if assignment is None:
        return {}
    facts = {"officer_post": assignment.officer_post}
    if assignment.station is not None:
        station = assignment.station
        facts |= {"station": station.name, "station_code": station.code, "police_district": station.police_district}
        facts |= {"station_hi": station.name_hi} if station.name_hi else {}
    return facts


_ARRIVED = "ResponderArrived"
_JOINED = "duplicate_of"


def _of_case(case: Case) -> Mapping[str, str]:
    return {
        "tracking_number": case.tracking_number,
        "service_code": case.service_code,
        "family": case.family.value,
        "lane": case.lane.value,
    }


def _decisions(story: Sequence[StoryEntry], texts: Texts) -> Iterator[StoryEntry]:
    """Those of the newest round: what was decided before a reopening is undecided again."""
    start = max((index for index, one in enumerate(story) if one.entry.event == "ComplaintReopened"), default=-1)
    return (one for one in story[start + 1 :] if one.entry.event in texts.outcomes and _decides(one.entry))


def _decides(entry: TimelineEntry) -> bool:
    """A receipt decides nothing, and the paper of a verification's result says no more than the result."""
    kind = entry.params.get("kind")
    match entry.event:
        case "CertificateIssued":
            return is_granted(kind)
        case "CertificateRevoked":
            return not states_a_result(kind) and not is_letter(kind)
    return True


def _yes(value: bool) -> str:
    return "true" if value else "false"
