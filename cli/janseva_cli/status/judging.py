"""What of the answers is not well, a sentence each: a pure function of the answers and the time."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from janseva_cli.status.answers import Answer
from janseva_cli.status.letters import PutAside

# An older dead letter has been seen: whoever left it there decided so.
NEW: Final = timedelta(days=1)
LAG: Final = "janseva_consumer_lag"
OUTBOX_WAITS: Final = "janseva_outbox_pending"
OUTBOX_AGE: Final = "janseva_outbox_oldest_seconds"


class Limit(NamedTuple):
    """A metric that may not get above `most`. The alert on it, if there is one, has the same figure."""

    metric: str
    of: Callable[[Sequence[float]], float]
    most: float
    sentence: str


LIMITS: Final = (
    Limit(LAG, sum, 1_000, "{value:,.0f} events wait to be handled"),
    Limit(OUTBOX_AGE, max, 10, "events wait in its outbox for {value:,.0f} s: do they reach Kafka?"),
    Limit("janseva_sla_tick_age_seconds", max, 15, "deadlines have not been looked at for {value:,.0f} s"),
    Limit("janseva_sla_ledger_watermark_age_seconds", max, 120, "its ledger is {value:,.0f} s behind the log"),
    Limit("janseva_officer_keys_age_seconds", max, 300, "the keys of the officers' issuer are {value:,.0f} s old"),
    Limit("janseva_events_lost_total", sum, 0, "Kafka deleted {value:,.0f} events before they were read"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One process. None: it has no such metric, or did not answer."""

    name: str
    where: str
    state: str
    lag: float | None
    outbox_waits: float | None
    outbox_age_s: float | None
    dead_letters: int | None
    """In Kafka and not replayed; None if Kafka was not asked or could not be."""
    findings: Sequence[str]


@dataclass(frozen=True, slots=True)
class Health:
    at: datetime
    rows: Sequence[Row]
    findings: Sequence[str]
    """All of them, each with the name of whom it concerns."""
    notes: Sequence[str]

    @property
    def well(self) -> bool:
        return not self.findings


def judged(answers: Sequence[Answer], letters: PutAside | None, now: datetime) -> Health:
    counts = None if letters is None or letters.fault else Counter(letter.service for letter in letters.letters)
    rows = [_row(answer, counts) for answer in answers]
    findings = [f"{row.name}: {finding}" for row in rows for finding in row.findings]
    findings += _letter_findings(letters, now)
    return Health(now, rows, findings, [*_notes(letters, now)])


def _row(answer: Answer, letters: Counter[str] | None) -> Row:
    return Row(
        name=answer.place.name,
        where=answer.place.shown,
        state="no answer" if answer.fault else "ready" if answer.ready else "not ready",
        lag=_of(answer, LAG, sum),
        outbox_waits=_of(answer, OUTBOX_WAITS, sum),
        outbox_age_s=_of(answer, OUTBOX_AGE, max),
        dead_letters=None if letters is None else _letters_of(answer.place.name, letters),
        findings=[*_findings(answer)],
    )


def _findings(answer: Answer) -> Iterator[str]:
    if answer.fault:
        yield answer.fault
        return
    if not answer.ready:
        failing = ", ".join(f"{name} ({state})" for name, state in answer.failing.items())
        yield f"is not ready{f': it waits for {failing}' if failing else ''}"
    for limit in LIMITS:
        value = _of(answer, limit.metric, limit.of)
        if value is not None and value > limit.most:
            yield limit.sentence.format(value=value)


def _letters_of(name: str, letters: Counter[str]) -> int:
    """A service of several processes, one for each lane, puts aside in its own name."""
    return letters[name] or next((letters[one] for one in letters if name.startswith(f"{one}-")), 0)


def _letter_findings(letters: PutAside | None, now: datetime) -> Iterator[str]:
    if letters is None:
        return
    if letters.fault:
        yield f"kafka: {letters.fault}"
    new = Counter((one.service, one.topic) for one in letters.letters if now - one.at < NEW)
    for (service, topic), count in sorted(new.items()):
        yield f"{service}: {count} events of {topic} put aside within a day and not replayed: janseva dead-letters list"


def _notes(letters: PutAside | None, now: datetime) -> Iterator[str]:
    if letters is None:
        yield "dead letters: not asked for, as KAFKA_BOOTSTRAP names no Kafka"
        return
    old = sum(now - one.at >= NEW for one in letters.letters)
    if old:
        yield f"dead letters: {old} older than a day lie there, not replayed"


def _of(answer: Answer, metric: str, combine: Callable[[Sequence[float]], float]) -> float | None:
    values = answer.samples.get(metric)
    return combine(values) if values else None
