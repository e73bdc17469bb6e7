"""The figures of the report: a pure function of the ledger's rounds, the window and the time of its completeness."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from event_schemas import ClockEndReason
from event_schemas.calendars import india_date
from event_schemas.times import time_of
from sla_monitor.domain.times import epoch_ms
from sla_monitor.ledger.model import Round

UNASSIGNED: Final = "(unassigned)"
AGE_BANDS: Final = ((0.5, "under 50 %"), (0.8, "50 to 80 %"), (1.0, "80 to 100 %"), (1.5, "100 to 150 %"))
OLDEST_BAND: Final = "over 150 %"
BANDS: Final = (*(name for _, name in AGE_BANDS), OLDEST_BAND)

DEFINITIONS: Final = {
    "as_of": "The ledger is complete up to this time, the lowest watermark of all partitions. Nothing later counts.",
    "counted": "Rounds of police-owned clocks decided in the window: at their end if in time, else at their due time.",
    "target_s": "The promised time of the counted round that started last. Each round is judged by the edition of the "
    "policies in force at its own start, whatever is promised today.",
    "met": "Counted rounds that ended no later than their due time (pauses with a reason move it, up to their cap).",
    "breached": "Counted rounds that had not ended at their due time, whether or not they ended later.",
    "cancelled": "Rounds that ended in time without what was promised: neither met nor breached. One that was overdue "
    "when it was ended so is breached. The columns from withdrawn to other_reason say why; they add up to this figure.",
    "withdrawn": "Cancelled: the citizen withdrew the case.",
    "caller_cancelled": "Cancelled: the caller needed no help any more and said so when a dispatcher rang back.",
    "resolved_by_phone": "Cancelled: the emergency was settled by phone.",
    "duplicate_of": "Cancelled: the emergency was joined with an earlier one, whose clocks run.",
    "hoax": "Cancelled: there was no emergency.",
    "stood_down": "Cancelled: an officer found that this kind of help was no longer needed.",
    "no_show": "Cancelled: the citizen did not come to the hearing.",
    "hearing_cancelled": "Cancelled: the hearing was called off.",
    "fir_declined": "Cancelled: the registration of an FIR was declined.",
    "decided": "Cancelled: the case was decided before this step was done, as by a refusal before the verification.",
    "case_closed": "Cancelled: an officer closed the case with this step unfinished.",
    "other_reason": "Cancelled for a reason that has no column.",
    "compliance": "met / (met + breached); cancelled rounds and clocks owned by the citizen are left out.",
    "p50_s": "The smallest time that at least half of the counted rounds did not exceed (nearest rank, exact). Its "
    "time is start to end without pauses; one still open counts with its time up to as_of.",
    "p90_s": "As p50_s, for nine tenths of the counted rounds.",
    "open": "Rounds still open at as_of, whatever the window.",
    "overdue": "Open rounds past their due time at as_of.",
    "station": "The station that had the case when the round was decided; its district is the station's, or the "
    "citizen's own word as long as no station had it.",
    "custody_s": "Seconds of the counted rounds during which the group's station had the case, pauses included; each "
    "station's part is counted to it, whoever the round is counted to.",
}


class By(StrEnum):
    """What a row of the report stands for."""

    DISTRICT = "district"
    STATION = "station"
    SERVICE = "service"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Window:
    """From ``begin`` (inclusive) to ``end`` (exclusive), seen at ``as_of``; epoch ms. Nothing after as_of counts."""

    begin: int
    end: int
    as_of: int

    def holds(self, at: int) -> bool:
        return self.begin <= at < min(self.end, self.as_of)


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """The rounds that a report is about: those with each of the given values, in whatever case it is written."""

    values: tuple[tuple[By, str], ...] = ()

    @classmethod
    def of(cls, named: Mapping[By, str | None]) -> "RoundFilter":
        return cls(tuple((by, value) for by, value in named.items() if value is not None))

    def holds(self, one: Round) -> bool:
        return all(_group(by, one).casefold() == value.casefold() for by, value in self.values)


ALL_ROUNDS: Final = RoundFilter()


@dataclass(slots=True)
class Tally:
    """One row while it is being counted."""

    met: int = 0
    breached: int = 0
    cancelled: int = 0
    why: Counter[ClockEndReason] = field(default_factory=Counter)
    open: int = 0
    overdue: int = 0
    custody: int = 0
    times: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """Figures of one group and clock. None where nothing was counted."""

    group: str
    clock: str
    target_s: float | None
    met: int
    breached: int
    cancelled: int
    why: Mapping[ClockEndReason, int]
    compliance: float | None
    p50_s: float | None
    p90_s: float | None
    open: int
    overdue: int
    custody_s: float


@dataclass(frozen=True, slots=True)
class Day:
    """One day of India's calendar."""

    day: str
    clock: str
    met: int
    breached: int


@dataclass(frozen=True, slots=True)
class Report:
    begin: datetime
    end: datetime
    as_of: datetime
    by: By
    wanted: RoundFilter
    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    trend: tuple[Day, ...]
    ageing: dict[str, dict[str, int]]
    citizen_owned_left_out: int


class ReportBuilder:
    """Adds rounds one by one; keeps one number a round for the percentiles, and nothing else of it."""

    def __init__(self, by: By, window: Window, wanted: RoundFilter = ALL_ROUNDS) -> None:
        self._by, self._window, self._wanted = by, window, wanted
        self._rows: dict[tuple[str, str], Tally] = {}
        self._totals: dict[str, Tally] = {}
        self._targets: dict[str, tuple[int, int]] = {}
        self._trend: dict[tuple[str, str], list[int]] = {}
        self._ageing: dict[str, dict[str, int]] = {}
        self._citizens = 0

    def add(self, one: Round) -> None:
        if not self._wanted.holds(one):
            return
        if one.owner != "police":
            self._citizens += self._window.holds(one.decided)
            return
        tallies = self._tallies(one)
        if one.is_open and one.started <= self._window.as_of:
            self._add_open(one, tallies)
        if not self._window.holds(one.decided):
            return
        # Editions of the policies may have promised different times: the one of the latest start is shown.
        self._targets[one.clock] = max((one.started, one.target), self._targets.get(one.clock, (0, 0)))
        outcome = "breached" if one.is_open else one.state
        for tally in tallies:
            setattr(tally, outcome, getattr(tally, outcome) + 1)
        if outcome == "cancelled":
            for tally in tallies:
                tally.why[column_of(one.reason)] += 1
            return
        elapsed = one.elapsed(self._window.as_of)
        for tally in tallies:
            tally.times.append(elapsed)
        self._add_custody(one)
        day = india_date(time_of(one.decided)).isoformat()
        self._trend.setdefault((day, one.clock), [0, 0])[outcome == "breached"] += 1

    def build(self) -> Report:
        window = self._window
        return Report(
            begin=time_of(window.begin),
            end=time_of(window.end),
            as_of=time_of(window.as_of),
            by=self._by,
            wanted=self._wanted,
            rows=tuple(self._row(group, clock, tally) for (group, clock), tally in sorted(self._rows.items())),
            totals=tuple(self._row("all", clock, tally) for clock, tally in sorted(self._totals.items())),
            trend=tuple(Day(day, clock, met, bad) for (day, clock), (met, bad) in sorted(self._trend.items())),
            ageing={clock: dict(bands) for clock, bands in sorted(self._ageing.items())},
            citizen_owned_left_out=self._citizens,
        )

    def _tallies(self, one: Round) -> tuple[Tally, Tally]:
        return (
            self._rows.setdefault((_group(self._by, one), one.clock), Tally()),
            self._totals.setdefault(one.clock, Tally()),
        )

    def _add_open(self, one: Round, tallies: Iterable[Tally]) -> None:
        as_of = self._window.as_of
        for tally in tallies:
            tally.open += 1
            tally.overdue += one.due < as_of
        used = (as_of - one.started) / max(1, one.due - one.started)
        name = next((name for limit, name in AGE_BANDS if used < limit), OLDEST_BAND)
        bands = self._ageing.setdefault(one.clock, dict.fromkeys(BANDS, 0))
        bands[name] += 1

    def _add_custody(self, one: Round) -> None:
        """Each station's part, in the row of that station (or its district); elsewhere the whole round."""
        as_of = self._window.as_of
        total = self._totals[one.clock]
        for share in one.shares:
            length = max(0, (as_of if share.end is None else min(share.end, as_of)) - share.begin)
            total.custody += length
            match self._by:
                case By.STATION:
                    group = share.station or UNASSIGNED
                case By.DISTRICT:
                    group = share.district or one.district or UNASSIGNED
                case _:
                    group = _group(self._by, one)
            self._rows.setdefault((group, one.clock), Tally()).custody += length

    def _row(self, group: str, clock: str, tally: Tally) -> Row:
        decided = tally.met + tally.breached
        times = sorted(tally.times)
        _started, target = self._targets.get(clock, (0, None))
        return Row(
            group=group,
            clock=clock,
            target_s=None if target is None else target / 1000,
            met=tally.met,
            breached=tally.breached,
            cancelled=tally.cancelled,
            why={reason: tally.why[reason] for reason in ClockEndReason},
            compliance=tally.met / decided if decided else None,
            p50_s=percentile(times, 0.5) / 1000 if times else None,
            p90_s=percentile(times, 0.9) / 1000 if times else None,
            open=tally.open,
            overdue=tally.overdue,
            custody_s=tally.custody / 1000,
        )


def column_of(reason: str) -> ClockEndReason:
    """In which column a cancelled round stands."""
    reason = _OF_AN_EARLIER_VERSION.get(reason, reason)
    return ClockEndReason(reason) if reason in _COLUMNS else ClockEndReason.OTHER_REASON


# Reasons that facts bear which were remembered before there was a list.
_OF_AN_EARLIER_VERSION: Final = {
    "ComplaintWithdrawn": "withdrawn",
    "HearingNoShow": "no_show",
    "HearingCancelled": "hearing_cancelled",
}
_COLUMNS: Final = frozenset(ClockEndReason)


def _group(by: By, one: Round) -> str:
    groups: dict[By, Callable[[Round], str | None]] = {
        By.DISTRICT: lambda r: r.district,
        By.STATION: lambda r: r.station,
        By.SERVICE: lambda r: r.service_code,
        By.CLOCK: lambda r: r.clock,
    }
    return groups[by](one) or UNASSIGNED


def window_of(begin: datetime, end: datetime, as_of: datetime) -> Window:
    return Window(epoch_ms(begin), epoch_ms(end), epoch_ms(as_of))


def percentile(ordered: Sequence[int], fraction: float) -> int:
    """By nearest rank, exact: the smallest value that at least ``fraction`` of the values do not exceed.

    ``ordered`` rises and is not empty.
    """
    return ordered[max(0, math.ceil(fraction * len(ordered)) - 1)]
