"""Each message owed by an event is in the provider's log once, for the right phone, or in one digest; no other is."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from event_schemas import (
    AssignedToStation,
    CertificateIssued,
    ClockOwner,
    ComplaintAcknowledged,
    ComplaintFiled,
    DirectoryPost,
    Event,
    InquiryCompleted,
    ResponderDispatched,
    SLABreached,
    SLADueSoon,
)
from event_schemas.ids import notification_id
from event_schemas.topics import CASES_EMERGENCY
from janseva_local.demo.check_digests import check_digests
from janseva_local.demo.evidence import DIGEST, Evidence, Seen
from janseva_local.demo.findings import Case, Finding

LONGEST_LADDER = 8
LAST_FRACTION = 0.8  # the second warning is told, not the first


@dataclass(frozen=True, slots=True)
class Owed:
    """`due` is false for a message that may be sent and need not be: a warning told before anybody was in charge."""

    case_id: str
    to: str
    template: str
    due: bool = True
    emergency: bool = False


def check_messages(cases: dict[str, Case], others: dict[str, list[Seen]], evidence: Evidence) -> list[Finding]:
    """`others` are the events of earlier runs' cases, whose clocks may still speak: their messages are not ours."""
    foreign = {
        notification_id(seen.envelope.event_id, audience, "sms")
        for events in others.values()
        for seen in events
        for audience in ("citizen", "office", *(f"office:{post}" for post, _ in further_offices(seen.envelope.data)))
    }
    owed = {identity: one for case in cases.values() for identity, one in owed_by(case, evidence.posts)}
    sent = Counter(message.notification_id or "" for message in evidence.messages)
    findings = [
        Finding("missing", one.case_id, f"message {one.template} to {one.to}")
        for identity, one in owed.items()
        if one.due and not sent[identity] and not evidence.digested.get(identity)
    ]
    for message in evidence.messages:
        if message.template == DIGEST:
            continue
        one = owed.get(message.notification_id or "")
        if one is None and message.notification_id in foreign:
            continue
        if one is None:
            findings.append(_stray(message.to, message.text, cases))
        elif (message.to, message.template) != (one.to, one.template):
            findings.append(
                Finding("wrong-person", one.case_id, f"{message.template} went to {message.to}, not {one.to}")
            )
    findings += [
        Finding("doubled", one.case_id, f"message {one.template}: {count} times")
        for identity, one in owed.items()
        if (count := sent[identity] + evidence.digested.get(identity, 0)) > 1
    ]
    return findings + check_digests(owed, foreign, evidence)


def owed_by(case: Case, posts: dict[str, DirectoryPost]) -> Iterator[tuple[str, Owed]]:
    """(notification id, message) for each event somebody must hear of."""
    for seen in case.events:
        template = citizen_template(seen.envelope.data)
        if template is not None:
            yield _owed(seen, "citizen", case.intent.phone, template)
        office = office_template(seen, case)
        if office is not None:
            post, name = office
            phone = office_phone(post, posts)
            if phone is not None:
                yield _owed(seen, "office", phone, name, due=name != "due_soon" or _assigned_before(seen, case))
        for post, name in further_offices(seen.envelope.data):
            phone = office_phone(post, posts)
            if phone is not None:
                yield _owed(seen, f"office:{post}", phone, name)


def citizen_template(event: Event) -> str | None:
    if isinstance(event, SLABreached):
        if event.owner is ClockOwner.CITIZEN:
            return "reminder_overdue"
        return "apology_delay" if event.level == 0 else None
    if isinstance(event, SLADueSoon):
        reminds = event.owner is ClockOwner.CITIZEN and event.fraction == LAST_FRACTION
        return "reminder_due_soon" if reminds else None
    names: dict[type[Event], str] = {
        ComplaintFiled: "filed",
        AssignedToStation: "assigned",
        ComplaintAcknowledged: "acknowledged",
        ResponderDispatched: "dispatched",
        InquiryCompleted: "inquiry_completed",
        CertificateIssued: "certificate_issued",
    }
    return names.get(type(event))


def office_template(seen: Seen, case: Case) -> tuple[str, str] | None:
    """(post, template) of the message that an event owes to an office; a warning goes to the post in charge."""
    event = seen.envelope.data
    if isinstance(event, AssignedToStation):
        return event.officer_post, "new_case" if event.desk_online else "new_case_offline"
    if isinstance(event, SLABreached):
        return event.escalate_to, "citizen_overdue" if event.owner is ClockOwner.CITIZEN else "breach"
    if isinstance(event, SLADueSoon) and event.fraction == LAST_FRACTION and event.owner is not ClockOwner.CITIZEN:
        assigned = [one.envelope.data for one in case.of(AssignedToStation)]
        posts = [data.officer_post for data in assigned if isinstance(data, AssignedToStation)]
        return (posts[-1], "due_soon") if posts else None
    return None


def further_offices(event: Event) -> list[tuple[str, str]]:
    """(post, template) of those who are told of a new case besides the post in charge, each once."""
    if not isinstance(event, AssignedToStation):
        return []
    informed = [post for post in dict.fromkeys(event.also_inform) if post != event.officer_post]
    near = [f"SHO:{code}" for code in dict.fromkeys(event.nearest_stations)]
    told = {event.officer_post, *event.also_inform}
    offline = [] if event.desk_online else [(post, "new_case_offline") for post in informed]
    return offline + [(post, "nearby_emergency") for post in near if post not in told]


def office_phone(post: str, posts: dict[str, DirectoryPost]) -> str | None:
    """The phone of the post; while it is vacant, of who stands in or of the next post up; None when there is none."""
    title, _, place = post.partition(":")
    current = posts.get(f"{place}:{title}")
    for _ in range(LONGEST_LADDER):
        if current is None or not current.vacant:
            break
        following = current.acting or current.parent
        current = posts.get(following) if following else None
    return current.office_phone if current else None


def _owed(seen: Seen, audience: str, to: str, template: str, *, due: bool = True) -> tuple[str, Owed]:
    identity = notification_id(seen.envelope.event_id, audience, "sms")
    return identity, Owed(seen.envelope.subject, to, template, due, emergency=seen.topic == CASES_EMERGENCY)


def _assigned_before(seen: Seen, case: Case) -> bool:
    return any(one.offset < seen.offset for one in case.of(AssignedToStation))


def _stray(to: str, text: str, cases: dict[str, Case]) -> Finding:
    """A message that no event owes: about whose case, and to whom."""
    for case in cases.values():
        if case.accepted.tracking_number in text:
            kind = "unexpected" if to == case.intent.phone else "wrong-person"
            return Finding(kind, case.accepted.case_id, f"a message nobody owed went to {to}")
    return Finding("unexpected", "", f"a message nobody owed went to {to}")
