"""The record of a case: the facts that bear on its clocks, and the states emitted of them. All times are epoch ms."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Final

_number = attrgetter("number")


class FactRole(StrEnum):
    """What a fact does to a clock."""

    START = "s"
    STOP = "x"
    CANCEL = "c"
    APPOINT = "a"
    PAUSE = "p"
    RESUME = "r"


ENDS: Final = frozenset((FactRole.STOP, FactRole.CANCEL))


@dataclass(frozen=True, slots=True)
class Fact:
    """One event's bearing on one clock.

    ``clock`` is the policy's name, ``key`` the round, kind or hearing within it ("" = every one of that clock). What
    names a whole clock id (a pause, a closing that ends a round) has it in ``key`` and no ``clock``.
    ``at`` is the time that counts, ``seen`` the event's ``occurred_at``. ``wording`` names the edition of the policies
    whose matchers first read this from the event, "" for the first edition that has the clock.
    """

    role: FactRole
    clock: str
    key: str
    at: int
    seen: int
    event_id: str
    reason: str = ""
    until: int | None = None
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which station answered for the case from ``at`` on."""

    number: int
    at: int
    station: str
    district: str
    police_district: str


class Transition(StrEnum):
    """Which SLAClock* event emitted a state. The values are persisted by the record codec."""

    STARTED = "S"
    ADJUSTED = "A"
    STOPPED = "X"


@dataclass(frozen=True, slots=True)
class EmittedState:
    """The state of a clock as one SLAClock* event published it; ``cause`` is the id of the input event behind it."""

    transition: Transition
    cause: str
    at: int
    started: int
    due: int
    state: str
    stopped: int | None = None
    paused: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Breach:
    """A published SLABreached; ``times`` counts how often its level was reached: once, except after revocations."""

    level: int
    due: int
    standing: bool = True
    times: int = 1


@dataclass(frozen=True, slots=True)
class EmittedClock:
    """One clock round as emitted: the last state is the current one, ``rev`` its revision.

    The state after a pause that ends by itself is emitted by a tick, at no fixed offset of the log. Its revision is
    reserved: so the revisions of all other states follow from the log alone, whether or not it was emitted.
    """

    clock_id: str
    name: str
    target: int
    states: tuple[EmittedState, ...] = ()
    breaches: tuple[Breach, ...] = ()
    warned: tuple[tuple[float, int], ...] = ()
    dropped: int = 0

    @property
    def rev(self) -> int:
        return self.rev_at(len(self.states) - 1)

    def rev_at(self, index: int) -> int:
        """The revision of the state at this index."""
        if index < 1:
            return self.dropped + index + 1
        free = sum(
            state.state == "paused" and (following.cause != state.cause)
            for state, following in zip(self.states[:index], self.states[1 : index + 1], strict=True)
        )
        return self.dropped + index + 1 + free

    @property
    def last(self) -> EmittedState:
        return self.states[-1]

    @property
    def ended(self) -> bool:
        return bool(self.states) and self.states[-1].transition is Transition.STOPPED

    @property
    def overdue(self) -> bool:
        """A breach of level 0 stands."""
        return any(breach.standing and breach.level == 0 for breach in self.breaches)


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """Everything the engine keeps of one case; one entry of the table."""

    case_id: str
    service_code: str = ""
    district: str = ""
    assignments: tuple[Assignment, ...] = ()
    facts: tuple[Fact, ...] = ()
    clocks: tuple[EmittedClock, ...] = ()
    trimmed_at: int | None = None
    """Facts up to this time were dropped; their clocks have ended, and an event of theirs is only emitted again."""

    @property
    def assignment(self) -> Assignment | None:
        return max(self.assignments, key=_number, default=None)

    @property
    def current_district(self) -> str:
        """The revenue district: the station's, or the one that the citizen filed as long as no station has the case."""
        return max(self.assignments, key=_number).district if self.assignments else self.district

    @property
    def last_seen(self) -> int:
        times = [fact.seen for fact in self.facts] + [one.at for one in self.assignments] + [self.trimmed_at or 0]
        return max(times)

    def clock(self, clock_id: str) -> EmittedClock | None:
        for clock in self.clocks:
            if clock.clock_id == clock_id:
                return clock
        return None

    def with_clock(self, changed: EmittedClock) -> "CaseRecord":
        if self.clock(changed.clock_id) is None:
            clocks = (*self.clocks, changed)
        else:
            clocks = tuple([changed if clock.clock_id == changed.clock_id else clock for clock in self.clocks])
        return CaseRecord(
            self.case_id, self.service_code, self.district, self.assignments, self.facts, clocks, self.trimmed_at
        )

    # dataclasses.replace takes several times as long, and every event comes through here.

    def with_facts(self, fresh: Iterable[Fact]) -> "CaseRecord":
        facts = (*self.facts, *fresh)
        return CaseRecord(
            self.case_id, self.service_code, self.district, self.assignments, facts, self.clocks, self.trimmed_at
        )

    def filed_as(self, service_code: str, district: str) -> "CaseRecord":
        if (service_code, district) == (self.service_code, self.district):
            return self
        return CaseRecord(
            self.case_id, service_code, district, self.assignments, self.facts, self.clocks, self.trimmed_at
        )
