"""Each message owed by an event is in the provider's log once, for the right phone, and nothing else is."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from event_schemas import (
    AssignedToStation,
    CertificateIssued,
    ComplaintAcknowledged,
    ComplaintFiled,
    DirectoryPost,
    Event,
    InquiryCompleted,
    ResponderDispatched,
    SLABreached,
)
from event_schemas.ids import notification_id
from janseva_local.demo.evidence import Evidence, Seen
from janseva_local.demo.findings import Case, Finding

OFFICE_FRACTION = 0.8  # an office hears of the second warning, not of the first


@dataclass(frozen=True, slots=True)
class Owed:
    case_id: str
    to: str
    template: str


def check_messages(cases: dict[str, Case], evidence: Evidence) -> list[Finding]:
    owed = {identity: one for case in cases.values() for identity, one in owed_by(case, evidence.posts)}
    sent = Counter(message.notification_id or "" for message in evidence.messages)
    findings = [
        Finding("missing", one.case_id, f"message {one.template} to {one.to}")
        for identity, one in owed.items()
        if not sent[identity]
    ]
    for message in evidence.messages:
        one = owed.get(message.notification_id or "")
        if one is None:
            findings.append(_stray(message.to, message.text, cases))
        elif (message.to, message.template) != (one.to, one.template):
            findings.append(
                Finding("wrong-person", one.case_id, f"{message.template} went to {message.to}, not {one.to}")
            )
    return findings + [
        Finding("doubled", owed[identity].case_id, f"message {owed[identity].template}: {count} times")
        for identity, count in sent.items()
        if count > 1 and identity in owed
    ]


def owed_by(case: Case, posts: dict[str, DirectoryPost]) -> Iterator[tuple[str, Owed]]:
    """(notification id, message) for each event somebody must hear of."""
    for seen in case.events:
        template = citizen_template(seen.envelope.data)
        if template is not None:
            yield _owed(seen, "citizen", case.intent.phone, template)
        office = office_template(seen.envelope.data)
        if office is not None:
            post, name = office
            phone = office_phone(post, posts)
            if phone is not None:
                yield _owed(seen, "office", phone, name)


def citizen_template(event: Event) -> str | None:
    if isinstance(event, SLABreached):
        return "apology_delay" if event.level == 0 else None
    names: dict[type[Event], str] = {
        ComplaintFiled: "filed",
        AssignedToStation: "assigned",
        ComplaintAcknowledged: "acknowledged",
        ResponderDispatched: "dispatched",
        InquiryCompleted: "inquiry_completed",
        CertificateIssued: "certificate_issued",
    }
    return names.get(type(event))


def office_template(event: Event) -> tuple[str, str] | None:
    """(post, template) of the message that an event owes to an office."""
    if isinstance(event, AssignedToStation):
        return event.officer_post, "new_case"
    if isinstance(event, SLABreached):
        return event.escalate_to, "breach"
    return None


def office_phone(post: str, posts: dict[str, DirectoryPost]) -> str | None:
    """The phone of the post, or of the next post up while one is vacant; None when the directory has none."""
    title, _, place = post.partition(":")
    current: DirectoryPost | None = posts.get(f"{place}:{title}")
    for _ in range(6):
        if current is None or not current.vacant:
            break
        current = posts.get(current.parent) if current.parent else None
    return current.office_phone if current else None


def _owed(seen: Seen, audience: str, to: str, template: str) -> tuple[str, Owed]:
    return notification_id(seen.envelope.event_id, audience, "sms"), Owed(seen.envelope.subject, to, template)


def _stray(to: str, text: str, cases: dict[str, Case]) -> Finding:
    """A message that no event owes: about whose case, and to whom."""
    for case in cases.values():
        if case.accepted.tracking_number in text:
            kind = "unexpected" if to == case.intent.phone else "wrong-person"
            return Finding(kind, case.accepted.case_id, f"a message nobody owed went to {to}")
    return Finding("unexpected", "", f"a message nobody owed went to {to}")
