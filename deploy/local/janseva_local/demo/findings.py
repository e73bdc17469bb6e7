"""What a reconciliation can find wrong, and the index of evidence by case that its checks share."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from event_schemas import Event
from janseva_local.demo.evidence import Evidence, Seen
from janseva_local.demo.journal import Accepted, Intent
from janseva_local.demo.options import LATE_S


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind` is missing, doubled, untrue, late, wrong-person, out-of-order, unexpected or unanswered."""

    kind: str
    case_id: str
    what: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How late is late, in seconds; a run that kills services allows for their return."""

    breach_s: float = LATE_S


@dataclass(slots=True)
class Case:
    """All that is known of one accepted submission. `events` are distinct by id, in the log's order; `acts` are what
    was done with it and answered.
    """

    intent: Intent
    accepted: Accepted
    events: list[Seen] = field(default_factory=list)
    acts: Sequence[str] = ()

    def of(self, kind: type[Event]) -> list[Seen]:
        return [seen for seen in self.events if isinstance(seen.envelope.data, kind)]


@dataclass(frozen=True, slots=True)
class Paper:
    """What a citizen's download gave: the digest of its bytes, or why there are none."""

    sha256: str | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """One demo: what the client knows and what the suite left behind. `papers`: by certificate, as downloaded. `acts`:
    by number, what was done. `required`: by service, its required documents.
    """

    intents: dict[int, Intent]
    accepted: dict[int, Accepted]
    evidence: Evidence
    ended_at: datetime
    papers: Mapping[str, Paper] = field(default_factory=dict)
    acts: Mapping[int, Sequence[str]] = field(default_factory=dict)
    required: Mapping[str, Sequence[str]] = field(default_factory=dict)


def distinct(events: Iterable[Seen]) -> list[Seen]:
    """First occurrences by event id: at-least-once delivery may repeat a record, never a fact."""
    first: dict[str, Seen] = {}
    for seen in events:
        first.setdefault(seen.envelope.event_id, seen)
    return list(first.values())


def by_case(run: Run) -> tuple[dict[str, Case], dict[str, list[Seen]]]:
    """The run's cases, and the events of all others: cases of earlier runs, and cases nobody accounts for."""
    cases = {
        accepted.case_id: Case(run.intents[number], accepted, acts=run.acts.get(number, ()))
        for number, accepted in run.accepted.items()
    }
    strangers: dict[str, list[Seen]] = defaultdict(list)
    for seen in distinct(run.evidence.events):
        case = cases.get(seen.envelope.subject)
        (case.events if case else strangers[seen.envelope.subject]).append(seen)
    return cases, dict(strangers)


def with_earlier(strangers: Mapping[str, list[Seen]], evidence: Evidence) -> dict[str, list[Seen]]:
    """The events of all other cases, with those that lay in the log before the run began."""
    others: dict[str, list[Seen]] = defaultdict(list)
    for seen in distinct(evidence.earlier):
        others[seen.envelope.subject].append(seen)
    for case_id, events in strangers.items():
        others[case_id] += events
    return dict(others)


def exactly_one(case_id: str, what: str, found: Sequence[object]) -> list[Finding]:
    if len(found) == 1:
        return []
    return [Finding("missing" if not found else "doubled", case_id, f"{what}: {len(found)} instead of 1")]
