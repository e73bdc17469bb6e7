"""The shapes that the ledger's HTTP answers have."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from event_schemas.times import time_of
from sla_monitor.domain.times import epoch_ms
from sla_monitor.ledger.model import Round, Share, paused_within
from sla_monitor.ledger.report import By, Report, Row


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class PauseView(View):
    begin: datetime
    end: datetime
    reason: str


class ShareView(View):
    """A station's part of a round. ``seconds`` of custody up to the end or as_of; ``paused_s`` did not count."""

    assignment_no: int | None
    station: str | None
    district: str | None
    police_district: str | None
    begin: datetime
    end: datetime | None
    seconds: float
    paused_s: float


class ExpectedView(View):
    """A level, when it is reached, and the id that its breach gets (the first time)."""

    level: int
    at: datetime
    breach_id: str
    reached: bool


class RoundView(View):
    """A clock round. ``station`` answered for it when it was decided; ``remaining_s`` is negative when overdue."""

    case_id: str
    clock: str
    clock_id: str
    owner: str
    service_code: str
    state: str
    reason: str | None
    target_s: float
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    elapsed_s: float
    remaining_s: float | None
    station: str | None
    district: str | None
    police_district: str | None
    pauses: tuple[PauseView, ...]
    shares: tuple[ShareView, ...]
    expected_breaches: tuple[ExpectedView, ...]


class HeardView(View):
    """An SLA event that the workers or the reconciler published."""

    event_id: str
    type: str
    clock_id: str
    level: int | None
    occurred_at: datetime
    partition: int
    offset: int


class CaseView(View):
    """``as_of``: the watermark of the case's partition, up to which this is complete; null before the first one."""

    case_id: str
    as_of: datetime | None
    rounds: tuple[RoundView, ...]
    heard: tuple[HeardView, ...]


class OpenView(View):
    """Open rounds, the most urgent first. ``next_cursor`` is null on the last page."""

    as_of: datetime
    items: tuple[RoundView, ...]
    next_cursor: str | None


class RowView(View):
    """The columns from ``withdrawn`` to ``other_reason`` say why rounds were cancelled and add up to ``cancelled``."""

    group: str
    clock: str
    target_s: float | None
    met: int
    breached: int
    cancelled: int
    withdrawn: int
    caller_cancelled: int
    resolved_by_phone: int
    duplicate_of: int
    hoax: int
    stood_down: int
    no_show: int
    hearing_cancelled: int
    fir_declined: int
    decided: int
    case_closed: int
    other_reason: int
    compliance: float | None
    p50_s: float | None
    p90_s: float | None
    open: int
    overdue: int
    custody_s: float


class DayView(View):
    day: str
    clock: str
    met: int
    breached: int


class ReportView(View):
    """``definitions`` says what each figure counts. ``from`` and ``to`` are the window asked for.

    ``filters``: only rounds of these count; empty if all do.
    """

    as_of: datetime
    window: Mapping[str, datetime]
    by: By
    filters: Mapping[By, str]
    policy_version: str
    definitions: Mapping[str, str]
    rows: tuple[RowView, ...]
    totals: tuple[RowView, ...]
    trend: tuple[DayView, ...]
    ageing: Mapping[str, Mapping[str, int]]
    citizen_owned_left_out: int


def round_view(one: Round, as_of: datetime) -> RoundView:
    """A pause may have ended by itself, at its cap or at the time that the officer named."""
    at = epoch_ms(as_of)
    state = "running" if one.state == "paused" and one.pauses[-1].end <= at else one.state
    return RoundView(
        case_id=one.case_id,
        clock=one.clock,
        clock_id=one.clock_id,
        owner=one.owner,
        service_code=one.service_code,
        state=state,
        reason=(one.reason or None) if state == one.state else None,
        target_s=one.target / 1000,
        started_at=time_of(one.started),
        due_at=time_of(one.due),
        ended_at=None if one.ended is None else time_of(one.ended),
        elapsed_s=one.elapsed(at if one.ended is None else one.ended) / 1000,
        remaining_s=(one.due - at) / 1000 if one.is_open else None,
        station=one.station,
        district=one.district,
        police_district=one.police_district,
        pauses=tuple(PauseView(begin=time_of(p.begin), end=time_of(p.end), reason=p.reason) for p in one.pauses),
        shares=tuple(_share_view(one, share, at) for share in one.shares),
        expected_breaches=tuple(
            ExpectedView(level=e.level, at=time_of(e.at), breach_id=e.breach_id, reached=e.at < at) for e in one.expects
        ),
    )


def case_view(
    case_id: str, rounds: Iterable[Round], heard: Iterable[Mapping[str, Any]], mark: datetime | None, now: datetime
) -> CaseView:
    """``now`` stands in for a watermark that is not there yet."""
    return CaseView(
        case_id=case_id,
        as_of=mark,
        rounds=tuple(round_view(one, mark or now) for one in rounds),
        heard=tuple(
            HeardView(
                event_id=one["_id"],
                type=one["type"],
                clock_id=one["clock_id"],
                level=one.get("level"),
                occurred_at=one["occurred_at"],
                partition=one["partition"],
                offset=one["offset"],
            )
            for one in heard
        ),
    )


def report_view(report: Report, definitions: Mapping[str, str], policy_version: str) -> ReportView:
    return ReportView(
        as_of=report.as_of,
        window={"from": report.begin, "to": report.end},
        by=report.by,
        filters=dict(report.wanted.values),
        policy_version=policy_version,
        definitions=definitions,
        rows=tuple(_row_view(row) for row in report.rows),
        totals=tuple(_row_view(row) for row in report.totals),
        trend=tuple(DayView(day=d.day, clock=d.clock, met=d.met, breached=d.breached) for d in report.trend),
        ageing=report.ageing,
        citizen_owned_left_out=report.citizen_owned_left_out,
    )


def _row_view(row: Row) -> RowView:
    why = {reason.value: count for reason, count in row.why.items()}
    return RowView(**why, **{name: getattr(row, name) for name in RowView.model_fields if name not in why})


def _share_view(one: Round, share: Share, at: int) -> ShareView:
    end = share.end if share.end is not None else max(at, share.begin)
    return ShareView(
        assignment_no=share.assignment_no,
        station=share.station,
        district=share.district,
        police_district=share.police_district,
        begin=time_of(share.begin),
        end=None if share.end is None else time_of(share.end),
        seconds=(end - share.begin) / 1000,
        paused_s=paused_within(one.pauses, share.begin, end) / 1000,
    )
