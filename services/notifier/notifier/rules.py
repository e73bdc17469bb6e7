"""Who hears of which event, in which text: the triggers of templates.yaml, and the messages made by them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from chassis.sentences import CodeNames, Facts, Values, choose, enriched, facts_of
from chassis.settings import load_yaml
from event_schemas import (
    AssignedToStation,
    ComplaintFiled,
    DisputeDecided,
    Envelope,
    Event,
    IdentityReviewed,
    Post,
    SLABreached,
    SLADueSoon,
    SubRequestMade,
    VerificationCompleted,
    ids,
)
from event_schemas.values import Language as EventLanguage

from .domain import CaseCard, Notice
from .templates import (
    DEFAULT_PATH,
    Addressee,
    Audience,
    Channel,
    DigestKind,
    Frozen,
    Language,
    TemplateBook,
    Trigger,
)

SILENT_PATH: Final = Path(__file__).with_name("silent.yaml")
NO_DIGESTS: Final[Mapping[str, DigestKind]] = MappingProxyType({})
UNKNOWN_VALUE: Final = "-"
# Who takes the calls of Dial 112.
DISPATCHER: Final = ids.post_id(Post.HQ, "control-room")

# Citizens: who filed, and who is named by the event besides.
PEOPLE: Final = frozenset({"citizen", "holder", "person", "helper"})
Posts = Callable[[Event, CaseCard], Sequence[str]]


class Rule(Trigger):
    """A trigger with its template."""

    template: str

    @property
    def audience(self) -> Audience:
        return "citizen" if self.to in PEOPLE else "office"


class Rules(Frozen):
    messages: tuple[Rule, ...]
    silent: Mapping[str, str]

    @classmethod
    def load(cls, templates: Path = DEFAULT_PATH, silent: Path = SILENT_PATH) -> Self:
        """Errors: OSError, yaml.YAMLError, TemplateError, pydantic.ValidationError."""
        messages = [
            Rule(template=template.id, event=one.event, to=one.to, when=one.when, useless_from=one.useless_from)
            for template in TemplateBook.load(templates).templates
            for one in template.sent_on
        ]
        return cls(messages=tuple(messages), silent=load_yaml(silent))

    def triggers_of(self, template_id: str) -> tuple[Trigger, ...]:
        return tuple(
            Trigger(event=rule.event, to=rule.to, when=rule.when, useless_from=rule.useless_from)
            for rule in self.messages
            if rule.template == template_id
        )

    def of(self, event: Event, facts: Facts) -> Iterator[Rule]:
        """The rule that holds for each addressee of the event."""
        for rules in self._by_addressee.get(event.type, {}).values():
            rule = choose(rules, facts)
            if rule is not None:
                yield rule

    @cached_property
    def _by_addressee(self) -> Mapping[str, Mapping[Addressee, list[Rule]]]:
        """By event and addressee, in the order of the file."""
        found: dict[str, dict[Addressee, list[Rule]]] = {}
        for rule in self.messages:
            found.setdefault(rule.event, {}).setdefault(rule.to, []).append(rule)
        return found

    @property
    def event_types(self) -> frozenset[str]:
        return frozenset(rule.event for rule in self.messages)


RULES: Final = Rules.load()


def plan(
    envelope: Envelope,
    card: CaseCard | None,
    *,
    emergency: bool,
    code_names: CodeNames,
    office_language: Language,
    book: TemplateBook,
    digests: Mapping[str, DigestKind] = NO_DIGESTS,
) -> tuple[Notice, ...]:
    """The messages an event gives rise to. Each has the id of its event, audience and channel, whoever plans it.

    `digests` says which templates an office in a storm gets as a digest; an emergency's message never is.
    """
    known, event = card or _unknown_card(envelope), envelope.data
    facts = facts_for(event, known, emergency=emergency)
    chosen = {} if emergency else digests
    return tuple(
        _notice(
            rule,
            envelope,
            known,
            to,
            Values(facts, code_names, language),
            emergency=emergency,
            book=book,
            digests=chosen,
        )
        for rule in RULES.of(event, facts)
        if _addressed(rule, known)
        for language in [_language(rule, event, known, office_language)]
        for to in _addressees(rule, event, known)
    )


def facts_for(event: Event, card: CaseCard, *, emergency: bool) -> dict[str, str]:
    """What the event and the card prove; `moved_on`: the case lay with another office before."""
    case = {
        "tracking_number": card.tracking_number,
        "service_code": card.service_code,
        "lane": "emergency" if emergency else "routine",
        "officer_post": card.officer_post,
        "station": card.station_name,
        "station_hi": card.station_name_hi,
        "station_code": card.station_code,
        "police_district": card.police_district,
        "moved_on": "true" if _previous(event, card) else "false",
    }
    return enriched(facts_of(event), {name: value for name, value in case.items() if value})


@dataclass(frozen=True, slots=True)
class _To:
    """Whom a message is for; `part` distinguishes the messages of one event to several offices."""

    part: str
    post: str | None
    # How a citizen who is not the case's own is reached: sealed for the case.
    contact: str | None = None


def _addressees(rule: Rule, event: Event, card: CaseCard) -> Iterator[_To]:
    if rule.to == "citizen":
        yield _To("citizen", None)
    elif rule.to == "holder":
        # Nobody who is not of the case may learn that there is a sensitive one.
        if isinstance(event, IdentityReviewed) and event.sealed_holder is not None and not card.sensitive:
            yield _To("holder", None, event.sealed_holder)
    elif rule.to == "person":
        # Who was verified at somebody else's request, by the number that was given for him.
        if isinstance(event, VerificationCompleted | DisputeDecided) and event.sealed_person and not card.sensitive:
            yield _To("person", None, event.sealed_person)
    elif rule.to == "helper":
        # Who helped in a sensitive case hears nothing of it, whatever the event carries.
        if isinstance(event, ComplaintFiled) and event.sealed_helper is not None and not card.sensitive:
            yield _To("helper", None, event.sealed_helper)
    elif rule.to in {"in_charge", "escalated"}:
        yield _To("office", _post(event, card))
    else:
        for post in dict.fromkeys(_OTHERS[rule.to](event, card)):
            yield _To(f"office:{post}", post)


def _addressed(rule: Rule, card: CaseCard) -> bool:
    """Who filed anonymously gets no message: the answer waits at the receipt."""
    return rule.to != "citizen" or not card.anonymous


def _language(rule: Rule, event: Event, card: CaseCard, office_language: Language) -> Language:
    if rule.audience == "office":
        return office_language
    if isinstance(event, IdentityReviewed) and rule.to == "holder":
        return "en" if event.holder_language == EventLanguage.EN else "hi"
    return card.language


def _notice(
    rule: Rule,
    envelope: Envelope,
    card: CaseCard,
    to: _To,
    values: Values,
    *,
    emergency: bool,
    book: TemplateBook,
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
        language=values.language,
        neutral=card.sensitive and rule.audience == "citizen",
        variables={name: values[name] for name in book.get(rule.template).variables},
        post=to.post,
        occurred_at=event.occurred_at,
        traceparent=envelope.traceparent,
        contact=to.contact,
        digest_kind=digests.get(rule.template),
        deadline=_deadline(event),
        useless_from=getattr(event, rule.useless_from) if rule.useless_from else None,
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
    """For a case whose filing was never seen: offices are still notified, the citizen can't be."""
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
    """The officers in charge of the patrols near an emergency, but for those who are notified of it anyway."""
    assert isinstance(event, AssignedToStation)
    informed = {event.officer_post, *event.also_inform}
    posts = [ids.post_id(Post.SHO, code) for code in event.nearest_stations]
    return [post for post in posts if post not in informed]


def _previous(event: Event, card: CaseCard) -> Sequence[str]:
    """The post that the assignment before named, unless it is notified of the case anyway."""
    if not isinstance(event, AssignedToStation):
        return ()
    before = card.posts.get(str(event.assignment_no - 1))
    return [before] if before and before not in {event.officer_post, *event.also_inform} else []


def _dispatcher(_: Event, card: CaseCard) -> Sequence[str]:
    return [] if card.officer_post == DISPATCHER else [DISPATCHER]


def _asked(event: Event, _: CaseCard) -> Sequence[str]:
    """The officer in charge of the station that is asked about a person."""
    assert isinstance(event, SubRequestMade)
    return [] if event.to_station is None else [ids.post_id(Post.SHO, event.to_station)]


_OTHERS: Final[Mapping[str, Posts]] = {
    "informed": _informed,
    "nearby": _nearby,
    "previous": _previous,
    "dispatcher": _dispatcher,
    "asked": _asked,
}
