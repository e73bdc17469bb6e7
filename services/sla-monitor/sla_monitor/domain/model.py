"""What is remembered of a case: facts that bear on its clocks, and what was said of them. All times are epoch ms."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Final

_number = attrgetter("number")


class Role(StrEnum):
    """What a fact does to a clock."""

    START = "s"
    STOP = "x"
    CANCEL = "c"
    APPOINT = "a"
    PAUSE = "p"
    RESUME = "r"


ENDS: Final = frozenset((Role.STOP, Role.CANCEL))


@dataclass(frozen=True, slots=True)
class Fact:
    """One event's bearing on one clock.

    ``clock`` is the policy's name, ``key`` the round, kind or hearing within it ("" = every one of that clock). What
    names a whole clock id (a pause, a closing that ends a round) has it in ``key`` and no ``clock``.
    ``at`` is the time that counts, ``seen`` the event's ``occurred_at``. ``wording`` names the edition of the policies
    that first saw this in the event, "" for the first that knows the clock.
    """

    role: Role
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


class Word(StrEnum):
    """Which event told the state of a clock."""

    STARTED = "S"
    ADJUSTED = "A"
    STOPPED = "X"


@dataclass(frozen=True, slots=True)
class Said:
    """One SLAClock* event that was published; ``cause`` is the id of the input that made us say it."""

    word: Word
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
    """A published SLABreached; ``times`` counts how often it was found broken: once, but for revocations."""

    level: int
    due: int
    standing: bool = True
    times: int = 1


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock round as it was told: the last word is the state, ``rev`` its number.

    The word after a pause that ends by itself is said by the time, at no place in the log. Its number is kept free for
    it: so the numbers of all other words follow from the log alone, whether or not it was said.
    """

    clock_id: str
    name: str
    target: int
    said: tuple[Said, ...] = ()
    breaches: tuple[Breach, ...] = ()
    warned: tuple[tuple[float, int], ...] = ()
    dropped: int = 0

    @property
    def rev(self) -> int:
        return self.rev_at(len(self.said) - 1)

    def rev_at(self, index: int) -> int:
        """The number of a word."""
        if index < 1:
            return self.dropped + index + 1
        free = sum(
            said.state == "paused" and (following.cause != said.cause)
            for said, following in zip(self.said[:index], self.said[1 : index + 1], strict=True)
        )
        return self.dropped + index + 1 + free

    @property
    def last(self) -> Said:
        return self.said[-1]

    @property
    def ended(self) -> bool:
        return bool(self.said) and self.said[-1].word is Word.STOPPED

    @property
    def overdue(self) -> bool:
        """The target has passed, as told."""
        return any(breach.standing and breach.level == 0 for breach in self.breaches)


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """Everything the engine remembers of one case; it is one entry of the table."""

    case_id: str
    service_code: str = ""
    district: str = ""
    assignments: tuple[Assignment, ...] = ()
    facts: tuple[Fact, ...] = ()
    clocks: tuple[Clock, ...] = ()
    trimmed_at: int | None = None
    """Facts up to this time are forgotten; their clocks have ended and only repeat themselves."""

    @property
    def assignment(self) -> Assignment | None:
        return max(self.assignments, key=_number, default=None)

    @property
    def place(self) -> str:
        """The revenue district for metrics: the station's, or where the citizen said it happened."""
        return max(self.assignments, key=_number).district if self.assignments else self.district

    @property
    def last_seen(self) -> int:
        times = [fact.seen for fact in self.facts] + [one.at for one in self.assignments] + [self.trimmed_at or 0]
        return max(times)

    def clock(self, clock_id: str) -> Clock | None:
        for clock in self.clocks:
            if clock.clock_id == clock_id:
                return clock
        return None

    def with_clock(self, changed: Clock) -> "CaseRecord":
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
