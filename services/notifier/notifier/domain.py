"""Who hears of which event, in which words, and what becomes of a message that was not accepted. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from event_schemas import (
    AssignedToStation,
    CertificateIssued,
    ComplaintAcknowledged,
    ComplaintFiled,
    Envelope,
    Event,
    InquiryCompleted,
    ResponderDispatched,
    SLABreached,
    SLADueSoon,
    ids,
)

from .templates import Audience, Channel, Language
from .words import Words

INDIA = ZoneInfo("Asia/Kolkata")
DUE_SOON_FRACTION = 0.8
UNKNOWN_VALUE = "-"


class State(StrEnum):
    """A dispatch is queued or claimed until it is accepted (and later perhaps undelivered) or has failed."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    FAILED = "failed"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True, slots=True)
class CaseCard:
    """What the notifier keeps of a case; the citizen's contact stays sealed."""

    case_id: str
    tracking_number: str
    service_code: str
    language: Language
    sensitive: bool
    anonymous: bool
    sealed: str | None = field(repr=False)
    station_name: str | None = None
    officer_post: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to be sent, without its recipient's address: that is looked up when it is sent."""

    notification_id: str
    event_id: str
    case_id: str
    emergency: bool
    audience: Audience
    channel: Channel
    template: str
    language: Language
    neutral: bool
    variables: Mapping[str, str]
    post: str | None
    occurred_at: datetime
    traceparent: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: on an event of `event`, `audience` gets `template` with `values`, unless `when` says no."""

    event: type[Event]
    audience: Audience
    template: str
    values: Callable[[Event, CaseCard, Words, Language], dict[str, str]]
    when: Callable[[Event], bool] = lambda _: True


def plan(
    envelope: Envelope, card: CaseCard | None, *, emergency: bool, words: Words, office_language: Language
) -> tuple[Notice, ...]:
    """The messages an event gives rise to. Each has the id of its event, audience and channel, whoever plans it."""
    known = card or _unknown_card(envelope)
    return tuple(
        _notice(rule, envelope, known, emergency=emergency, words=words, office_language=office_language)
        for rule in RULES
        if type(envelope.data) is rule.event and rule.when(envelope.data) and _addressed(rule, known)
    )


def _addressed(rule: Rule, card: CaseCard) -> bool:
    """Who filed anonymously is told nothing: the answer waits at the receipt."""
    return rule.audience == "office" or not card.anonymous


def _notice(
    rule: Rule, envelope: Envelope, card: CaseCard, *, emergency: bool, words: Words, office_language: Language
) -> Notice:
    language = card.language if rule.audience == "citizen" else office_language
    channel: Channel = "sms"
    return Notice(
        notification_id=ids.notification_id(envelope.event_id, rule.audience, channel),
        event_id=envelope.event_id,
        case_id=card.case_id,
        emergency=emergency,
        audience=rule.audience,
        channel=channel,
        template=rule.template,
        language=language,
        neutral=card.sensitive and rule.audience == "citizen",
        variables=rule.values(envelope.data, card, words, language),
        post=_post(envelope.data, card) if rule.audience == "office" else None,
        occurred_at=envelope.data.occurred_at,
        traceparent=envelope.traceparent,
    )


def _post(event: Event, card: CaseCard) -> str | None:
    """The post that must act: the one an event names, else the one the case is with."""
    match event:
        case AssignedToStation():
            return event.officer_post
        case SLABreached():
            return event.escalate_to
    return card.officer_post


def _unknown_card(envelope: Envelope) -> CaseCard:
    """For a case whose filing was never seen: offices are still told, the citizen can't be."""
    return CaseCard(
        case_id=envelope.data.case_id,
        tracking_number=UNKNOWN_VALUE,
        service_code="",
        language="hi",
        sensitive=True,
        anonymous=False,
        sealed=None,
    )


def india_time(at: datetime) -> str:
    return f"{at.astimezone(INDIA):%d.%m.%Y %H:%M}"


def _filed(_: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    return {"tracking_number": card.tracking_number, "service": words.service(card.service_code, language)}


def _at_station(event: Event, card: CaseCard, _words: Words, _language: Language) -> dict[str, str]:
    name = event.station.name if isinstance(event, AssignedToStation) else card.station_name
    return {"tracking_number": card.tracking_number, "station": name or UNKNOWN_VALUE}


def _dispatched(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, ResponderDispatched)
    return {
        "tracking_number": card.tracking_number,
        "unit": event.unit,
        "kind": words.kind(event.kind, language),
    }


def _certificate(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, CertificateIssued)
    return {
        "tracking_number": card.tracking_number,
        "certificate": words.certificate(event.kind, language),
        "link": event.verify_url,
    }


def _apology(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, SLABreached)
    return {"tracking_number": card.tracking_number, "clock": words.clock(event.clock, language)}


def _new_case(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, AssignedToStation)
    return _filed(event, card, words, language) | {"station": event.station.name}


def _due_soon(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, SLADueSoon | SLABreached)
    return {
        "tracking_number": card.tracking_number,
        "clock": words.clock(event.clock, language),
        "due": india_time(event.due_at),
    }


def _breach(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, SLABreached)
    return _due_soon(event, card, words, language) | {
        "level": str(event.level),
        "station": card.station_name or UNKNOWN_VALUE,
    }


def _is_last_warning(event: Event) -> bool:
    return isinstance(event, SLADueSoon) and abs(event.fraction - DUE_SOON_FRACTION) < 1e-9


def _is_first_breach(event: Event) -> bool:
    return isinstance(event, SLABreached) and event.level == 0


RULES: tuple[Rule, ...] = (
    Rule(ComplaintFiled, "citizen", "filed", _filed),
    Rule(AssignedToStation, "citizen", "assigned", _at_station),
    Rule(AssignedToStation, "office", "new_case", _new_case),
    Rule(ComplaintAcknowledged, "citizen", "acknowledged", _at_station),
    Rule(ResponderDispatched, "citizen", "dispatched", _dispatched),
    Rule(InquiryCompleted, "citizen", "inquiry_completed", _at_station),
    Rule(CertificateIssued, "citizen", "certificate_issued", _certificate),
    Rule(SLABreached, "citizen", "apology_delay", _apology, when=_is_first_breach),
    Rule(SLADueSoon, "office", "due_soon", _due_soon, when=_is_last_warning),
    Rule(SLABreached, "office", "breach", _breach),
)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon an unaccepted message is tried again. Emergencies are tried sooner."""

    max_attempts: int = 8
    first_delay: timedelta = timedelta(seconds=1)
    longest_delay: timedelta = timedelta(minutes=5)
    longest_emergency_delay: timedelta = timedelta(seconds=15)

    def next_delay(self, attempts: int, *, emergency: bool, jitter: float | None = None) -> timedelta | None:
        """The wait after `attempts` failed attempts, between half and all of a doubling step; None: give up."""
        if attempts >= self.max_attempts:
            return None
        longest = self.longest_emergency_delay if emergency else self.longest_delay
        step = min(self.first_delay * (1 << (attempts - 1)), longest)
        part = random.random() if jitter is None else jitter  # noqa: S311  spreads load, guards no secret
        return step * (0.5 + part / 2)
