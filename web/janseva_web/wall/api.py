"""GET /desk/wall: the three promises by district or, in a district, by station; the emergencies that run now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from janseva_web.desk.officers import for_officers
from janseva_web.pages import Pages, new_router
from janseva_web.suite.client import Asker
from janseva_web.suite.ledger import Ledger, ReportRow
from janseva_web.visit import OFFICER, Visit

PROMISES: Final = ("dial112_response", "hearing", "inquiry")
EMERGENCY: Final = "dial112_response"


@dataclass(frozen=True, slots=True)
class Group:
    """A line of the wall: a district's or a station's three promises."""

    name: str
    by_clock: Mapping[str, ReportRow]


def grouped(rows: Sequence[ReportRow]) -> list[Group]:
    """Most overdue first, then by name."""
    found: dict[str, dict[str, ReportRow]] = defaultdict(dict)
    for row in rows:
        if row.clock in PROMISES:
            found[row.group][row.clock] = row
    groups = [Group(name, by_clock) for name, by_clock in found.items()]
    return sorted(groups, key=lambda group: (-sum(row.overdue for row in group.by_clock.values()), group.name))


def wall_router(pages: Pages, ledger: Ledger) -> APIRouter:
    router = new_router()

    async def wall(visit: Visit, asker: Asker) -> Response:
        district = visit.query("district", 100)
        by, wanted = ("station", {"district": district}) if district else ("district", {})
        report = await ledger.report(by, wanted, asker)
        running = await ledger.open_rounds(EMERGENCY, asker)
        return pages.page(
            visit,
            "wall_part.html" if visit.query("part") else "wall.html",
            officer=visit.cookie(OFFICER),
            report=report,
            promises=PROMISES,
            totals={row.clock: row for row in report.totals},
            groups=grouped(report.rows),
            district=district,
            running=running.items,
        )

    pages.get(router, "/desk/wall")(for_officers(pages, wall))
    return router
