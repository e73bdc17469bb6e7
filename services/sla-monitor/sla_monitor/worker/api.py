"""HTTP of one worker: the policies in force, and the clocks of its partitions for the officers in charge of them."""

import asyncio
import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from chassis.clock import Clock
from chassis.http.access import Access, Caller
from chassis.http.openapi import described
from chassis.http.problems import NOT_FOUND, Problem
from event_schemas import times
from event_schemas.districts import district_named
from event_schemas.policies import PolicySet
from event_schemas.times import time_of
from sla_monitor.domain import custody, record_codec
from sla_monitor.domain.model import CaseRecord, EmittedClock
from sla_monitor.shared.case_access import may_read
from sla_monitor.shared.docs import POLICIES
from sla_monitor.shared.policies import PoliciesView, policies_view
from sla_monitor.worker import docs

SLICE = 2_000


class ClockView(BaseModel):
    """One clock round. ``remaining_s`` is negative once the due time has passed; None when the clock has ended."""

    model_config = ConfigDict(frozen=True)

    case_id: str
    clock: str
    clock_id: str
    rev: int
    state: str
    target_s: int
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    remaining_s: float | None
    paused_s: float
    breached_levels: tuple[int, ...]
    station: str | None
    district: str | None


class StationShareView(BaseModel):
    """How long a station had the case while a clock of it ran; a transfer never resets the citizen's clock."""

    model_config = ConfigDict(frozen=True)

    clock_id: str
    station: str
    assignment_no: int
    seconds: float


class CaseClocksView(BaseModel):
    model_config = ConfigDict(frozen=True)

    case_id: str
    service_code: str | None
    clocks: tuple[ClockView, ...]
    shares: tuple[StationShareView, ...]


class OpenClocksView(BaseModel):
    """Open clocks, the most urgent first."""

    model_config = ConfigDict(frozen=True)

    as_of: datetime
    items: tuple[ClockView, ...]
    next_cursor: str | None


class Table(Protocol):
    """The owned partitions of the table."""

    def partition(self, number: int) -> Mapping[bytes, bytes]: ...


class Owned(Protocol):
    def __call__(self) -> set[int]: ...


def create_router(
    policies: PolicySet, table: Table, owned: Owned, clock: Clock, access: Access, *, emergency: bool
) -> APIRouter:
    """Reads only; nothing here holds personal data. An officer reads of the cases in his charge, a service of all."""
    router = APIRouter(tags=["sla"])
    Asker = Annotated[Caller, Depends(access.caller)]  # noqa: N806  a type

    @router.get("/v1/policies")
    @described(POLICIES)
    async def read_policies() -> PoliciesView:
        return policies_view(policies, clock.now())

    @router.get("/v1/sla/cases/{case_id}")
    @described(docs.CASE)
    async def read_case(case_id: str, caller: Asker) -> CaseClocksView:
        key = case_id.encode()
        value = next((entry for number in owned() if (entry := table.partition(number).get(key)) is not None), None)
        record = None if value is None else record_codec.load(case_id, value)
        if record is None or not may_read(caller, record, emergency=emergency):
            raise Problem(NOT_FOUND, "no_clock_here")
        return case_view(record, clock.now())

    @router.get("/v1/sla/open")
    @described(docs.OPEN)
    async def read_open(
        caller: Asker,
        clock_name: Annotated[str | None, Query(alias="clock")] = None,
        district: str | None = None,
        over: Annotated[float | None, Query(description="seconds overdue, at least", allow_inf_nan=False)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        cursor: str | None = None,
    ) -> OpenClocksView:
        now = clock.now()
        page: list[ClockView] = []  # and one more, if there is a next page
        district = None if district is None else district_named(district)
        wanted = _Wanted(clock_name, district)
        for number in sorted(owned()):
            entries = table.partition(number)
            # A copy of the keys: the table goes on changing while we yield to it.
            for keys in _slices([*entries]):
                found = [(key, entries[key]) for key in keys if key in entries]
                loaded = [record_codec.load(key.decode(), value) for key, value in found if wanted(value)]
                records = [record for record in loaded if may_read(caller, record, emergency=emergency)]
                views = [view for record in records for view in _open_views(record, now, clock_name, district, over)]
                after = [view for view in views if cursor is None or _sort_key(view) > cursor]
                page = heapq.nsmallest(limit + 1, [*page, *after], key=_sort_key)
                await asyncio.sleep(0)
        more, page = len(page) > limit, page[:limit]
        return OpenClocksView(as_of=now, items=tuple(page), next_cursor=_sort_key(page[-1]) if more else None)

    return router


def case_view(record: CaseRecord, now: datetime) -> CaseClocksView:
    shares = tuple(share for clock in record.clocks for share in _shares(record, clock, now))
    clocks = tuple(clock_view(record, clock, now) for clock in record.clocks)
    return CaseClocksView(
        case_id=record.case_id, service_code=record.service_code or None, clocks=clocks, shares=shares
    )


def clock_view(record: CaseRecord, clock: EmittedClock, now: datetime) -> ClockView:
    last, assignment = clock.last, record.assignment
    due = time_of(last.due)
    return ClockView(
        case_id=record.case_id,
        clock=clock.name,
        clock_id=clock.clock_id,
        rev=clock.rev,
        state=last.state,
        target_s=clock.target // 1000,
        started_at=time_of(last.started),
        due_at=due,
        stopped_at=None if last.stopped is None else time_of(last.stopped),
        remaining_s=None if clock.ended else (due - now).total_seconds(),
        paused_s=last.paused / 1000,
        breached_levels=tuple(sorted(breach.level for breach in clock.breaches if breach.standing)),
        station=None if assignment is None else assignment.station,
        district=record.current_district or None,
    )


class _Wanted:
    """Whether an entry can have a clock that is asked for, by its head alone; equal heads are judged once."""

    def __init__(self, clock_name: str | None, district: str | None) -> None:
        self._clock, self._district = clock_name, district
        self._known: dict[bytes, bool] = {}

    def __call__(self, value: bytes) -> bool:
        _wake, counts = record_codec.head_of(value)
        known = self._known.get(counts)
        if known is None:
            known = self._known[counts] = any(
                self._clock in (None, name) and self._district in (None, district)
                for name, district, _overdue, _due in record_codec.read_counts(counts)
            )
        return known


def _slices(keys: list[bytes]) -> Iterator[list[bytes]]:
    return (keys[start : start + SLICE] for start in range(0, len(keys), SLICE))


def _open_views(
    record: CaseRecord, now: datetime, clock_name: str | None, district: str | None, over: float | None
) -> Iterator[ClockView]:
    for clock in record.clocks:
        if clock.ended or (clock_name is not None and clock.name != clock_name):
            continue
        view = clock_view(record, clock, now)
        overdue = -(view.remaining_s or 0.0)
        if (district is None or view.district == district) and (over is None or overdue >= over):
            yield view


def _sort_key(view: ClockView) -> str:
    """The order of the list, and so its cursor: by due time, then by clock."""
    return f"{view.due_at.timestamp():015.3f}|{view.case_id}|{view.clock_id}"


def _shares(record: CaseRecord, clock: EmittedClock, now: datetime) -> Iterator[StationShareView]:
    """Each assignment's part of the time from the clock's start to its end, or to now."""
    last = clock.last
    end = last.stopped if last.stopped is not None else times.epoch_ms(now)
    for holder, begin, until in custody.parts(record, last.started, end):
        if holder is not None and until is not None and until > begin:
            yield StationShareView(
                clock_id=clock.clock_id,
                station=holder.station,
                assignment_no=holder.number,
                seconds=(until - begin) / 1000,
            )
