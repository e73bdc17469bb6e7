"""What the owner of a case does with it, each a form of its own: withdraw, reopen, rate, add a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response

from janseva_web.pages import FieldFault, new_router
from janseva_web.suite.client import Asker, Refused, UploadedFile
from janseva_web.tracking.owner import REOPENING, CaseDoor, number_of
from janseva_web.visit import Receipt, Visit

# What the citizen answers to a visit that the police recorded.
VISIT_ANSWERS: Final = ("confirm-visit", "dispute-visit")
DONE: Final = frozenset({"withdraw", "reopen", "feedback", "files", "appeal", *VISIT_ANSWERS})
LONGEST_APPEAL: Final = 10_000
# A refusal that the page explains where it was asked.
EXPLAINED: Final = frozenset({400, 409, 410, 413, 415, 422})
LONGEST_NAME: Final = 120
LARGE_FORMS: Final = re.compile(r"/(cases/[^/]{1,60}|tips)/files")


def acts_router(door: CaseDoor) -> APIRouter:
    router, rooms = new_router(), _Acts(door)
    post = door.pages.post
    post(router, "/cases/{number}/withdraw")(rooms.withdraw)
    post(router, "/cases/{number}/reopen")(rooms.reopen)
    post(router, "/cases/{number}/feedback")(rooms.feedback)
    post(router, "/cases/{number}/appeal")(rooms.appeal)
    post(router, "/cases/{number}/files")(rooms.add_file)
    post(router, "/cases/{number}/confirm-visit")(rooms.confirm_visit)
    post(router, "/cases/{number}/dispute-visit")(rooms.dispute_visit)
    return router


@dataclass(frozen=True, slots=True)
class _Acts:
    door: CaseDoor

    async def withdraw(self, visit: Visit) -> Response:
        await visit.read_form()
        return await self._act(visit, "withdraw", {}, "withdraw")

    async def confirm_visit(self, visit: Visit) -> Response:
        await visit.read_form()
        return await self._act(visit, "confirm-visit", {}, "")

    async def dispute_visit(self, visit: Visit) -> Response:
        await visit.read_form()
        return await self._act(visit, "dispute-visit", {}, "")

    async def reopen(self, visit: Visit) -> Response:
        await visit.read_form()
        reason = visit.field("reopen")
        return await self._act(visit, "reopen", {"reason_code": reason} if reason in REOPENING else {}, "reopen")

    async def feedback(self, visit: Visit) -> Response:
        await visit.read_form()
        rating = visit.field("rating")
        body = {"rating": int(rating) if rating in {"1", "2", "3", "4", "5"} else None}
        return await self._act(visit, "feedback", body, "rating")

    async def appeal(self, visit: Visit) -> Response:
        """To the office above: a case of its own, which this browser follows from then on."""
        await visit.read_form()
        number = number_of(visit)
        asker = await self.door.owner(visit, number)
        if asker is None:
            return self.door.ask(visit, number)
        text = visit.field("appeal")[:LONGEST_APPEAL]
        if not text:
            return await self._explained(visit, number, asker, "appeal", visit.language.text("case.appeal_missing"))
        try:
            filed = await self.door.citizens.appeal(number, text, visit.field("key")[:60], asker)
        except Refused as refused:
            return await self._refused(visit, number, asker, "appeal", refused)
        visit.keep_receipt(Receipt(filed.tracking_number, filed.receipt_secret))
        return self._done(visit, filed.tracking_number, "appeal")

    async def add_file(self, visit: Visit) -> Response:
        await visit.read_form()
        number, document = number_of(visit), visit.field("document")[:80] or None
        asker = await self.door.owner(visit, number)
        if asker is None:
            return self.door.ask(visit, number)
        file = await _file_of(visit)
        if file is None:
            return await self._explained(visit, number, asker, "file", visit.language.text("case.file_missing"))
        try:
            await self.door.citizens.add_file(number, file, document, asker)
        except Refused as refused:
            return await self._refused(visit, number, asker, "file", refused)
        return self._done(visit, number, "files")

    async def _act(self, visit: Visit, act: str, body: Mapping[str, Any], field: str) -> Response:
        number = number_of(visit)
        asker = await self.door.owner(visit, number)
        if asker is None:
            return self.door.ask(visit, number)
        try:
            await self.door.citizens.act(number, act, body, asker)
        except Refused as refused:
            return await self._refused(visit, number, asker, field, refused)
        return self._done(visit, number, act)

    def _done(self, visit: Visit, number: str, act: str) -> Response:
        return self.door.pages.redirect(visit, f"/cases/{quote(number, safe='')}?done={act}")

    async def _refused(self, visit: Visit, number: str, asker: Asker, field: str, refused: Refused) -> Response:
        if refused.status not in EXPLAINED:
            raise refused
        return await self._explained(visit, number, asker, field, refused.detail or refused.title)

    async def _explained(self, visit: Visit, number: str, asker: Asker, field: str, text: str) -> Response:
        case = await self.door.citizens.case(number, asker)
        return self.door.show(visit, case, faults=(FieldFault(field, text),))


async def _file_of(visit: Visit) -> UploadedFile | None:
    given = visit.form.get("file")
    if not isinstance(given, UploadFile) or not given.size:
        return None
    name = (given.filename or "file")[-LONGEST_NAME:]
    return UploadedFile(name, given.content_type or "application/octet-stream", await given.read())
