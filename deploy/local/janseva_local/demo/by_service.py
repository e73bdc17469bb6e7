"""What the run made of each service: cases, papers, messages, and how its promises ended."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

from event_schemas import CertificateIssued
from event_schemas.policies import PolicySet
from janseva_local.demo.findings import Case, Run
from janseva_local.demo.promises import promises_of

OUTCOMES = ("met", "breached", "cancelled", "running")


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """`acts`: what citizens and officers did; `messages`: those to the citizens; the rest counts clocks."""

    service: str
    cases: int
    acts: int
    papers: int
    messages: int
    met: int
    breached: int
    cancelled: int
    running: int


def by_service(cases: Iterable[Case], run: Run, policies: PolicySet) -> list[ServiceRow]:
    """By code."""
    texts: dict[str, list[str]] = defaultdict(list)
    for message in run.evidence.messages:
        texts[message.to].append(message.text)
    counts: dict[str, Counter[str]] = {}
    for case in cases:
        of_service = counts.setdefault(case.intent.service_code, Counter())
        of_service["cases"] += 1
        of_service["acts"] += len(case.acts)
        of_service["papers"] += len(case.of(CertificateIssued))
        of_service["messages"] += sum(case.accepted.tracking_number in text for text in texts[case.intent.phone])
        for promise in promises_of(case, policies):
            of_service[promise.outcome(run.ended_at)] += 1
    numbers = [field.name for field in fields(ServiceRow)[1:]]
    return [ServiceRow(code, *(counts[code][name] for name in numbers)) for code in sorted(counts)]


def table_of(rows: Sequence[ServiceRow]) -> Iterator[str]:
    """For a terminal: a head, and a line a service."""
    names = [field.name for field in fields(ServiceRow)]
    width = max((len(row.service) for row in rows), default=len(names[0]))
    yield f"{names[0]:<{width}}" + "".join(f"{name:>10}" for name in names[1:])
    for row in rows:
        yield f"{row.service:<{width}}" + "".join(f"{getattr(row, name) or '.':>10}" for name in names[1:])
