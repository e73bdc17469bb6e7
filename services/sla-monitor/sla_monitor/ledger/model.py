"""A clock round as the ledger stores it: a pure function of the case's facts, whatever their order and repetition.

All times are epoch milliseconds, as in the domain.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from event_schemas.policies import PolicySet
from sla_monitor.domain import custody, emissions
from sla_monitor.domain.derivation import DerivedClock, derive_clocks
from sla_monitor.domain.model import Assignment, Breach, CaseRecord, EmittedClock

OPEN_STATES = ("running", "paused")


@dataclass(frozen=True, slots=True)
class Share:
    """Who had the case from ``begin`` to ``end`` while the clock ran; no station: nobody had it yet.

    ``end`` is None for the one who has the case of an open round.
    """

    assignment_no: int | None
    station: str | None
    district: str | None
    police_district: str | None
    begin: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that counts, with the end that the cap, the officer's ``until`` or the resumption gave it."""

    begin: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Expected:
    """A breach that must stand once ``at`` has passed with the clock running; the id is the first it would get."""

    level: int
    at: int
    breach_id: str


@dataclass(frozen=True, slots=True)
class Round:
    """One clock round. ``station`` is who had the case when the round was decided: at its end or its due time."""

    case_id: str
    clock_id: str
    clock: str
    owner: str
    service_code: str
    state: str
    reason: str
    started: int
    due: int
    target: int
    ended: int | None
    pauses: tuple[Pause, ...]
    shares: tuple[Share, ...]
    expects: tuple[Expected, ...]
    station: str | None
    district: str | None
    police_district: str | None

    @property
    def round_id(self) -> str:
        return round_id(self.case_id, self.clock_id)

    @property
    def is_open(self) -> bool:
        return self.ended is None

    @property
    def decided(self) -> int:
        """When its fate was sealed: it ended in time, or it came due. For an open round: when it will be."""
        return self.due if self.ended is None else min(self.ended, self.due)

    def elapsed(self, at: int) -> int:
        """Milliseconds that counted until the end, or until ``at`` if that is earlier."""
        until = max(self.started, at if self.ended is None else min(at, self.ended))
        return until - self.started - paused_within(self.pauses, self.started, until)


def paused_within(pauses: Iterable[Pause], begin: int, end: int) -> int:
    """Milliseconds between ``begin`` and ``end`` that did not count."""
    return sum(max(0, min(pause.end, end) - max(pause.begin, begin)) for pause in pauses)


def round_id(case_id: str, clock_id: str) -> str:
    """The ledger's key of a round."""
    return f"{case_id}|{clock_id}"


def rounds_of(record: CaseRecord, policies: PolicySet) -> Iterator[Round]:
    """Every round that the case's facts have started, in a fixed order.

    A round that the engine never emitted began before its policy held for the service, and is no promise.
    """
    for derived in derive_clocks(record, policies):
        clock = record.clock(derived.clock_id)
        if clock is not None:
            yield _round(record, derived, clock)


def _round(record: CaseRecord, derived: DerivedClock, clock: EmittedClock) -> Round:
    ended = derived.ended_at
    decided = derived.due if ended is None else min(ended, derived.due)
    responsible = custody.in_custody(record, decided)
    district = responsible.district if responsible is not None else record.district
    return Round(
        case_id=record.case_id,
        clock_id=derived.clock_id,
        clock=derived.policy.clock,
        owner=derived.policy.owner.value,
        service_code=record.service_code,
        state=derived.state,
        reason=derived.reason,
        started=derived.started,
        due=derived.due,
        target=derived.target,
        ended=ended,
        pauses=tuple(Pause(span.begin, span.end, span.reason) for span in derived.spans),
        shares=tuple(_share(*part) for part in custody.parts(record, derived.started, derived.ended_at)),
        expects=tuple(_expected(record, derived, clock)),
        station=None if responsible is None else responsible.station,
        district=district or None,
        police_district=None if responsible is None else responsible.police_district,
    )


def _share(holder: Assignment | None, begin: int, end: int | None) -> Share:
    return Share(
        assignment_no=None if holder is None else holder.number,
        station=None if holder is None else holder.station,
        district=None if holder is None else holder.district,
        police_district=None if holder is None else holder.police_district,
        begin=begin,
        end=end,
    )


def _expected(record: CaseRecord, derived: DerivedClock, clock: EmittedClock) -> Iterator[Expected]:
    """Every level that was reached before the end; of an open round, every level there is."""
    for step in derived.policy.escalation:
        at = derived.threshold(step.level)
        if derived.broken(step.level, at + 1):
            yield Expected(step.level, at, emissions.breach_id(record, clock, Breach(step.level, derived.due)))
