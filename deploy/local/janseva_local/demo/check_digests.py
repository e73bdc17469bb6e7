"""What an office got as a digest: only what a digest may hold, each message in one, and the counts add up."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from janseva_local.demo.evidence import DIGEST, Evidence, SentMessage
from janseva_local.demo.findings import Finding

# By the count of a digest's text that counts them, in the order of the counts.
COUNTED: Final = (
    ("new_case", "transferred_here", "sub_request_here"),
    ("due_soon",),
    ("breach",),
    ("citizen_overdue",),
    (
        "transferred_away",
        "withdrawn_office",
        "reopened_office",
        "hearing_cancelled_office",
        "visit_disputed_office",
        "renewal_office",
        "sub_request_answered",
        "disputed_office",
    ),
)
COUNT_OF: Final = {template: templates[0] for templates in COUNTED for template in templates}
Counts = Counter[tuple[str, str]]
"""By phone and by the first template of those counted together."""


class Message(Protocol):
    """One message that an event owes to somebody."""

    @property
    def case_id(self) -> str: ...
    @property
    def to(self) -> str: ...
    @property
    def template(self) -> str: ...
    @property
    def emergency(self) -> bool: ...


def check_digests(owed: Mapping[str, Message], foreign: Iterable[str], evidence: Evidence) -> list[Finding]:
    """`foreign` are the messages of earlier runs' cases: a digest may speak of them too."""
    strangers = set(foreign)
    findings = [*_repeated(evidence)]
    expected: Counts = Counter()
    for identity in evidence.digested:
        one = owed.get(identity)
        if one is None:
            if identity not in strangers:
                findings.append(Finding("unexpected", "", "a digest delivered a message nobody owed"))
            continue
        if one.emergency or one.template not in COUNT_OF:
            findings.append(Finding("unexpected", one.case_id, f"message {one.template} waited for a digest"))
        expected[one.to, COUNT_OF.get(one.template, one.template)] += 1
    counted = _counted(evidence)
    shared = bool(strangers & evidence.digested.keys())
    for place in sorted(counted.keys() | expected.keys()):
        to, template = place
        if counted[place] < expected[place] or (counted[place] > expected[place] and not shared):
            kind = "missing" if counted[place] < expected[place] else "unexpected"
            what = f"digests to {to} count {counted[place]} messages {template}, {expected[place]} were delivered so"
            findings.append(Finding(kind, "", what))
    return findings


def _repeated(evidence: Evidence) -> list[Finding]:
    sent = Counter(message.notification_id for message in evidence.messages if message.template == DIGEST)
    return [Finding("doubled", "", f"a digest: {count} times") for count in sent.values() if count > 1]


def _counted(evidence: Evidence) -> Counts:
    counts: Counts = Counter()
    for message in evidence.messages:
        if message.template == DIGEST:
            counts.update({(message.to, template): number for template, number in _numbers(message) if number})
    return counts


def _numbers(message: SentMessage) -> list[tuple[str, int]]:
    """The first five numbers of a digest's text are its counts."""
    return list(zip((templates[0] for templates in COUNTED), map(int, re.findall(r"\d+", message.text)), strict=False))
