"""Who hears of which event, in which words: the one table, and the messages it makes of an event. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from event_schemas import (
    AssignedToStation,
    CertificateIssued,
    ClockOwner,
    ComplaintAcknowledged,
    ComplaintFiled,
    Envelope,
    Event,
    InquiryCompleted,
    Post,
    ResponderDispatched,
    SLABreached,
    SLADueSoon,
    WithdrawalRequested,
    ids,
)

from .domain import CaseCard, Notice
from .templates import Audience, Channel, DigestKind, Language
from .values import (
    UNKNOWN_VALUE,
    Values,
    apology_values,
    breach_values,
    certificate_values,
    dispatch_values,
    due_values,
    filing_values,
    new_case_values,
    station_values,
)
from .words import Words

DUE_SOON_FRACTION: Final = 0.8
NO_DIGESTS: Final[Mapping[str, DigestKind]] = MappingProxyType({})

Posts = Callable[[Event, CaseCard], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: on an event of `event`, `audience` gets `template` with `values`, unless `when` says no.

    `others` names the offices of a row that speaks to more than the one that must act, each in a message of its own.
    """

    event: type[Event]
    audience: Audience
    template: str
    values: Values
    when: Callable[[Event], bool] = lambda _: True
    others: Posts | None = None


def plan(
    envelope: Envelope,
    card: CaseCard | None,
    *,
    emergency: bool,
    words: Words,
    office_language: Language,
    digests: Mapping[str, DigestKind] = NO_DIGESTS,
) -> tuple[Notice, ...]:
    """The messages an event gives rise to. Each has the id of its event, audience and channel, whoever plans it.

    `digests` says which templates an office in a storm gets as a digest; an emergency's message never is.
    """
    known = card or _unknown_card(envelope)
    chosen = {} if emergency else digests
    return tuple(
        _notice(rule, envelope, known, to, emergency=emergency, words=words, language=language, digests=chosen)
        for rule in RULES
        if type(envelope.data) is rule.event and rule.when(envelope.data) and _addressed(rule, known)
        for language in [known.language if rule.audience == "citizen" else office_language]
        for to in _addressees(rule, envelope.data, known)
    )


@dataclass(frozen=True, slots=True)
class _To:
    """Whom a message is for; `part` tells the messages of one event to several offices apart."""

    part: str
    post: str | None


def _addressees(rule: Rule, event: Event, card: CaseCard) -> Iterator[_To]:
    if rule.audience == "citizen":
        yield _To("citizen", None)
    elif rule.others is None:
        yield _To("office", _post(event, card))
    else:
        for post in dict.fromkeys(rule.others(event, card)):
            yield _To(f"office:{post}", post)


def _addressed(rule: Rule, card: CaseCard) -> bool:
    """Who filed anonymously is told nothing: the answer waits at the receipt."""
    return rule.audience == "office" or not card.anonymous


def _notice(
    rule: Rule,
    envelope: Envelope,
    card: CaseCard,
    to: _To,
    *,
    emergency: bool,
    words: Words,
    language: Language,
    digests: Mapping[str, DigestKind],
) -> Notice:
    channel: Channel = "sms"
    event = envelope.data
    return Notice(
        notification_id=ids.notification_id(envelope.event_id, to.part, channel),
        event_id=envelope.event_id,
        case_id=card.case_id,
        emergency=emergency,
        audience=rule.audience,
        channel=channel,
        template=rule.template,
        language=language,
        neutral=card.sensitive and rule.audience == "citizen",
        variables=rule.values(event, card, words, language),
        post=to.post,
        occurred_at=event.occurred_at,
        traceparent=envelope.traceparent,
        digest_kind=digests.get(rule.template),
        deadline=_deadline(event),
    )


def _post(event: Event, card: CaseCard) -> str | None:
    """The post that must act: the one an event names, else the one the case is with."""
    match event:
        case AssignedToStation():
            return event.officer_post
        case SLABreached():
            return event.escalate_to
    return card.officer_post


def _deadline(event: Event) -> datetime | None:
    return event.due_at if isinstance(event, SLABreached | SLADueSoon) else None


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


def _informed(event: Event, _: CaseCard) -> Sequence[str]:
    """Whom routing names besides the post in charge, because nobody at the station sees the desk."""
    assert isinstance(event, AssignedToStation)
    return [post for post in event.also_inform if post != event.officer_post]


def _nearby(event: Event, _: CaseCard) -> Sequence[str]:
    """The officers in charge of the patrols near an emergency, but for those who are told of it anyway."""
    assert isinstance(event, AssignedToStation)
    told = {event.officer_post, *event.also_inform}
    posts = [ids.post_id(Post.SHO, code) for code in event.nearest_stations]
    return [post for post in posts if post not in told]


def _is_online(event: Event) -> bool:
    return isinstance(event, AssignedToStation) and event.desk_online


def _is_offline(event: Event) -> bool:
    return isinstance(event, AssignedToStation) and not event.desk_online


def _citizens_turn(event: Event) -> bool:
    """The clock waits for something that the citizen has to do."""
    return isinstance(event, SLABreached | SLADueSoon) and event.owner is ClockOwner.CITIZEN


def _citizen_should_hurry(event: Event) -> bool:
    return _citizens_turn(event) and _is_last_warning(event)


def _office_should_hurry(event: Event) -> bool:
    return not _citizens_turn(event) and _is_last_warning(event)


def _is_last_warning(event: Event) -> bool:
    return isinstance(event, SLADueSoon) and abs(event.fraction - DUE_SOON_FRACTION) < 1e-9


def _owes_apology(event: Event) -> bool:
    return isinstance(event, SLABreached) and event.level == 0 and not _citizens_turn(event)


def _is_the_offices_fault(event: Event) -> bool:
    return not _citizens_turn(event)


RULES: tuple[Rule, ...] = (
    Rule(ComplaintFiled, "citizen", "filed", filing_values),
    Rule(AssignedToStation, "citizen", "assigned", station_values),
    Rule(AssignedToStation, "office", "new_case", new_case_values, when=_is_online),
    Rule(AssignedToStation, "office", "new_case_offline", new_case_values, when=_is_offline),
    Rule(AssignedToStation, "office", "new_case_offline", new_case_values, when=_is_offline, others=_informed),
    Rule(AssignedToStation, "office", "nearby_emergency", new_case_values, others=_nearby),
    Rule(ComplaintAcknowledged, "citizen", "acknowledged", station_values),
    Rule(ResponderDispatched, "citizen", "dispatched", dispatch_values),
    Rule(WithdrawalRequested, "office", "withdrawal_requested", filing_values),
    Rule(InquiryCompleted, "citizen", "inquiry_completed", station_values),
    Rule(CertificateIssued, "citizen", "certificate_issued", certificate_values),
    Rule(SLABreached, "citizen", "apology_delay", apology_values, when=_owes_apology),
    Rule(SLABreached, "citizen", "reminder_overdue", due_values, when=_citizens_turn),
    Rule(SLADueSoon, "citizen", "reminder_due_soon", due_values, when=_citizen_should_hurry),
    Rule(SLADueSoon, "office", "due_soon", due_values, when=_office_should_hurry),
    Rule(SLABreached, "office", "breach", breach_values, when=_is_the_offices_fault),
    Rule(SLABreached, "office", "citizen_overdue", due_values, when=_citizens_turn),
)
