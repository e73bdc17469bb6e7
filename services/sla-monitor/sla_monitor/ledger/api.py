"""The ledger over HTTP: a case, the open clocks, the report, each as far as the caller is in charge. Reads only."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import AfterValidator
from starlette.responses import Response

from chassis.clock import Clock
from chassis.codes import plain_code
from chassis.http.access import Access, Caller
from chassis.http.cursor import read_time_cursor, write_time_cursor
from chassis.http.moments import Since, Until
from chassis.http.openapi import described
from chassis.http.problems import NOT_FOUND, FieldError, Problem
from event_schemas import InvalidEvent, Lane
from event_schemas.districts import district_named
from event_schemas.officers import OfficerRole
from event_schemas.policies import PolicySet
from sla_monitor.ledger import docs
from sla_monitor.ledger.problems import CURSOR_INVALID, NOT_COMPLETE, WINDOW_INVALID
from sla_monitor.ledger.queries import LedgerQueries, OpenFilter
from sla_monitor.ledger.report import DEFINITIONS, By, Report, RoundFilter, Window, window_of
from sla_monitor.ledger.report_csv import as_csv
from sla_monitor.ledger.report_page import as_page
from sla_monitor.ledger.scope import scope_of
from sla_monitor.ledger.store import TopicPartition
from sla_monitor.ledger.views import CaseView, OpenView, ReportView, case_view, report_view, round_view
from sla_monitor.ledger.watermarks import WatermarkStore
from sla_monitor.shared.case_access import may_read
from sla_monitor.shared.docs import POLICIES
from sla_monitor.shared.policies import PoliciesView, policies_view

DEFAULT_WINDOW: Final = timedelta(days=30)
MAX_WINDOW: Final = timedelta(days=400)

# Figures of a station are its officers' own business; a counter and a dispatcher decide nothing by them.
REPORT_ROLES: Final = (OfficerRole.HQ, OfficerRole.SP, OfficerRole.SDPO, OfficerRole.SHO)

FROM: Final = "inclusive: an instant, or a date from its beginning in India; 30 days before `to` if left out"
TO: Final = "exclusive: an instant, or a date to its end in India; as_of if left out"
ShortText = Annotated[str, Query(min_length=1, max_length=100)]


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def create_router(
    queries: LedgerQueries, watermarks: WatermarkStore, policies: PolicySet, clock: Clock, access: Access
) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["sla"])
    Asker = Annotated[Caller, Depends(access.caller)]  # noqa: N806  a type
    Reporter = Annotated[Caller, Depends(access.officer_or_service(*REPORT_ROLES))]  # noqa: N806  a type

    @router.get("/policies")
    @described(POLICIES)
    async def read_policies() -> PoliciesView:
        return policies_view(policies, clock.now())

    @router.get("/sla/cases/{case_id}")
    @described(docs.CASE)
    async def read_case(case_id: str, caller: Asker) -> CaseView:
        # The watermark first: what is read after it is at least as complete.
        marks = await watermarks.all()
        location = await queries.location(case_id)
        if location is None:
            raise Problem(NOT_FOUND)
        record = await queries.record(case_id)
        if record is None or not may_read(caller, record, emergency=location["topic"].endswith(Lane.EMERGENCY)):
            raise Problem(NOT_FOUND)
        mark = marks.get(TopicPartition(location["topic"], location["partition"]))
        return case_view(case_id, await queries.case(case_id), await queries.heard(case_id), mark, clock.now())

    @router.get("/sla/open")
    @described(docs.OPEN)
    async def read_open(
        caller: Asker,
        clock_name: Annotated[str | None, Query(alias="clock", min_length=1, max_length=100)] = None,
        district: ShortText | None = None,
        over: Annotated[float | None, Query(description="seconds overdue, at least", allow_inf_nan=False)] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        cursor: Annotated[str | None, Query(max_length=400)] = None,
    ) -> OpenView:
        as_of = await _as_of(watermarks.as_of)
        wanted = OpenFilter(
            clock=clock_name,
            district=None if district is None else district_named(district),
            scope=scope_of(caller),
            due_by=None if over is None else _earlier(as_of, over),
            after=None if cursor is None else _after(cursor),
        )
        found = await queries.open(wanted, limit + 1)
        page = found[:limit]
        more = len(found) > limit
        items = tuple(round_view(one, as_of) for one in page)
        return OpenView(
            as_of=as_of,
            items=items,
            next_cursor=write_time_cursor(items[-1].due_at, page[-1].round_id) if more else None,
        )

    @router.get("/sla/report")
    @described(docs.REPORT)
    async def read_report(
        caller: Reporter,
        begin: Annotated[Since | None, Query(alias="from", description=FROM)] = None,
        end: Annotated[Until | None, Query(alias="to", description=TO)] = None,
        by: By = By.DISTRICT,
        district: ShortText | None = None,
        station: Annotated[str, Query(min_length=1, max_length=100), AfterValidator(plain_code)] | None = None,
        service: ShortText | None = None,
        clock_name: Annotated[str | None, Query(alias="clock", min_length=1, max_length=100)] = None,
        format_: Annotated[Format, Query(alias="format")] = Format.JSON,
    ) -> Response:
        as_of = await _as_of(watermarks.as_of)
        in_district = None if district is None else district_named(district)
        named = {By.DISTRICT: in_district, By.STATION: station, By.SERVICE: service, By.CLOCK: clock_name}
        report = await queries.report(by, _window(begin, end, as_of), scope_of(caller), RoundFilter.of(named))
        return _answer(report, format_, policies.in_force(as_of).version)

    return router


def _answer(report: Report, wanted: Format, policy_version: str) -> Response:
    match wanted:
        case Format.CSV:
            name = f'attachment; filename="sla-by-{report.by}-{report.as_of:%Y%m%dT%H%M%SZ}.csv"'
            return Response(as_csv(report), media_type="text/csv", headers={"content-disposition": name})
        case Format.HTML:
            # Inline styles and drawings only: the page loads nothing and runs nothing.
            policy = "default-src 'none'; style-src 'unsafe-inline'"
            return HTMLResponse(as_page(report, policy_version), headers={"content-security-policy": policy})
        case Format.JSON:
            view: ReportView = report_view(report, DEFINITIONS, policy_version)
            return JSONResponse(view.model_dump(mode="json"))


def _window(begin: datetime | None, end: datetime | None, as_of: datetime) -> Window:
    """The last 30 days, if nothing else was asked for."""
    try:
        until = end or as_of
        since = begin or until - DEFAULT_WINDOW
        if since < until <= since + MAX_WINDOW:
            return window_of(since, until, as_of)
    except (OverflowError, ValueError, InvalidEvent):
        raise Problem(WINDOW_INVALID) from None
    raise Problem(WINDOW_INVALID)


async def _as_of(ask: Callable[[], Awaitable[datetime | None]]) -> datetime:
    as_of = await ask()
    if as_of is None:
        raise Problem(NOT_COMPLETE, headers={"retry-after": "5"})
    return as_of


def _earlier(as_of: datetime, seconds: float) -> datetime:
    try:
        return as_of - timedelta(seconds=seconds)
    except OverflowError:
        wrong = FieldError("greater_than", "is too far from now", "बहुत दूर का समय है", parameter="query.over")
        raise Problem(WINDOW_INVALID, errors=[wrong]) from None


def _after(cursor: str) -> tuple[datetime, str]:
    try:
        return read_time_cursor(cursor)
    except ValueError:
        raise Problem(CURSOR_INVALID) from None
