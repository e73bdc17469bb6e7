"""Each message owed by an event is in the provider's log once, for the right phone, or in one digest; no other is."""

from collections import Counter

from event_schemas.ids import notification_id
from janseva_local.demo.check_digests import check_digests
from janseva_local.demo.evidence import DIGEST, Evidence, Seen
from janseva_local.demo.findings import Case, Finding
from janseva_local.demo.owed import any_office, owed_by


def check_messages(cases: dict[str, Case], others: dict[str, list[Seen]], evidence: Evidence) -> list[Finding]:
    """`others` are the events of earlier runs' cases, whose clocks may still speak: their messages are not ours."""
    foreign = {
        notification_id(seen.envelope.event_id, audience, "sms")
        for events in others.values()
        for seen in events
        for audience in ("citizen", "person", "office", *(f"office:{post}" for post in any_office(seen, events)))
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


def _stray(to: str, text: str, cases: dict[str, Case]) -> Finding:
    """A message that no event owes: about whose case, and to whom."""
    for case in cases.values():
        if case.accepted.tracking_number in text:
            kind = "unexpected" if to == case.intent.phone else "wrong-person"
            return Finding(kind, case.accepted.case_id, f"a message nobody owed went to {to}")
    return Finding("unexpected", "", f"a message nobody owed went to {to}")
