"""POST /v1/complaints/{tracking_number}/receipt: the receipt on paper, for its holder; each print is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Response

from chassis.clock import Clock
from chassis.http.openapi import described
from chassis.http.problems import NOT_FOUND, TOO_MANY_REQUESTS, Problem
from chassis.sealing import KeyRing
from event_schemas import PersonalData, ids
from event_schemas.times import whole_ms
from intake.case.model import BY_OWNER, Case, CaseUpdate, TimelineEntry
from intake.case.store import CaseStore
from intake.http.receipts import Receipt
from intake.problems import BUSY
from intake.tracking import docs
from intake.tracking.api import StatusReader
from intake.tracking.papers import Papers

PRINTED: Final = "receipt-printed"
# Nobody loses his paper more often; each print is an entry of the case.
MOST_PRINTS: Final = 20
TRIES: Final = 5
TRACK: Final = "/track"


@dataclass(frozen=True, slots=True)
class Printing:
    """`pages_url`: where a citizen follows a case in a browser."""

    reader: StatusReader
    store: CaseStore
    papers: Papers
    ring: KeyRing
    clock: Clock
    pages_url: str

    async def print(self, tracking_number: str, secret: str | None) -> bytes:
        """PDF bytes; recorded before they leave. Problem 404 without the case's own code, 429 for too many."""
        case = await self.reader.owned(tracking_number, None, secret)
        if secret is None:
            raise Problem(NOT_FOUND)
        now = whole_ms(self.clock.now())
        pdf = await self.papers.receipt(await self._facts(case, secret, now))
        await self._record(case, now)
        return pdf

    async def _record(self, case: Case, now: datetime) -> None:
        known: Case | None = case
        for _ in range(TRIES):
            if known is None:
                raise Problem(NOT_FOUND)
            if sum(entry.event == PRINTED for entry in known.history) >= MOST_PRINTS:
                raise Problem(TOO_MANY_REQUESTS, headers={"Retry-After": "86400"})
            entry = TimelineEntry(ids.new_event_id(now), known.case_id, now, PRINTED)
            update = CaseUpdate(state=known.state, entry=entry, by=BY_OWNER, emits=0)
            if await self.store.update(known, update, ()) is not None:
                return
            known = await self.store.by_id(case.case_id)
        raise Problem(BUSY, headers={"Retry-After": "1"})

    async def _facts(self, case: Case, secret: str, now: datetime) -> Mapping[str, Any]:
        """What stands on the paper: what the status says in both languages, and the name under seal."""
        hindi, english = await self.reader.view(case, "hi"), await self.reader.view(case, "en")
        office = {"hi": hindi["office_name"], "en": english["office_name"]} if hindi["office_name"] else None
        running = [
            {"clock": {"hi": one["name"], "en": other["name"]}, "due_at": one["due_at"]}
            for one, other in zip(hindi["clocks"], english["clocks"], strict=True)
            if one["owner"] == "police" and one["state"] in ("running", "paused")
        ]
        return {
            "tracking_number": case.tracking_number,
            "receipt_secret": secret,
            "track_url": f"{self.pages_url.rstrip('/')}{TRACK}",
            "service": {"hi": hindi["service_name"], "en": english["service_name"]},
            "name": self._name(case),
            "filed_at": case.filed_at,
            "received_at": hindi["received_at"],
            "printed_at": now,
            "office": office,
            "due": running,
        }

    def _name(self, case: Case) -> str | None:
        if case.sealed is None:
            return None
        return PersonalData.from_json(self.ring.open(case.case_id, case.sealed)).name


def printing_router(printing: Printing) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["status"])

    @router.post("/complaints/{tracking_number}/receipt", response_class=Response)
    @described(docs.PRINT)
    async def print_receipt(tracking_number: str, receipt: Receipt) -> Response:
        pdf = await printing.print(tracking_number, receipt)
        headers = {
            "cache-control": "no-store",
            "content-disposition": 'inline; filename="receipt.pdf"',
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
        }
        return Response(pdf, 200, headers, "application/pdf")

    return router
