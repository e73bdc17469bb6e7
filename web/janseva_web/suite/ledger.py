"""The ledger's reports, as far as the officer who asks is in charge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from janseva_web.suite.client import Api, Asker
from janseva_web.suite.services import shaped
from janseva_web.suite.shapes import Read


class ReportRow(Read):
    """What became of one clock's rounds in one group; `compliance` is met of met and breached."""

    group: str
    clock: str
    target_s: float | None = None
    met: int
    breached: int
    cancelled: int
    open: int
    overdue: int
    compliance: float | None = None
    p90_s: float | None = None


class Report(Read):
    as_of: datetime
    window: Mapping[str, datetime]
    rows: tuple[ReportRow, ...]
    totals: tuple[ReportRow, ...]


class OpenRound(Read):
    case_id: str
    clock: str
    due_at: datetime
    remaining_s: float | None = None
    station: str | None = None
    district: str | None = None


class OpenRounds(Read):
    items: tuple[OpenRound, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    api: Api

    async def report(self, by: str, wanted: Mapping[str, str], asker: Asker) -> Report:
        answer = await self.api.get("/v1/sla/report", asker=asker, query={"by": by, **wanted})
        return shaped(Report, answer.body)

    async def open_rounds(self, clock: str, asker: Asker) -> OpenRounds:
        """The most urgent first."""
        query = {"clock": clock, "limit": "20"}
        return shaped(OpenRounds, (await self.api.get("/v1/sla/open", asker=asker, query=query)).body)
