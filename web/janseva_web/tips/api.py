"""GET and POST /tips, /tips/answer and what is done there: no cookie, no login, nothing of who asks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response

from chassis.bounds import TooLongError
from chassis.codes import bare_code
from chassis.http.problems import NOT_FOUND, Problem
from janseva_web.cookies import Purpose
from janseva_web.filing.draft import PREFIX, value_of
from janseva_web.pages import FieldFault, Pages, new_router
from janseva_web.suite.client import Refused
from janseva_web.suite.services import Catalogue
from janseva_web.suite.shapes import Notice, Service
from janseva_web.suite.tips import TipKey, Tips
from janseva_web.tips.form import read_tip_form
from janseva_web.visit import Visit

SERVICE: Final = "secret-tip"
# What opens the tip travels in the page's own form, sealed, as long as it takes to write an answer.
OPENED: Final = Purpose("tip", timedelta(minutes=30))
MEMBERS: Final = {"category": "about", "tip_place": "where", "when_words": "when", "going_on": "still_going_on"}
"""The catalogue's questions by the members of the call."""
LONGEST_TEXT: Final = 10_000
LONGEST_MESSAGE: Final = 4_000
LONGEST_ANSWER: Final = 500
LONGEST_KEY: Final = 60
EXPLAINED: Final = frozenset({400, 409, 413, 415, 422, 429})


def tips_router(pages: Pages, catalogue: Catalogue, tips: Tips) -> APIRouter:
    router, rooms = new_router(), _TipPages(pages, catalogue, tips)
    pages.get(router, "/tips")(rooms.ask)
    pages.post(router, "/tips")(rooms.give)
    pages.get(router, "/tips/answer")(rooms.ask_key)
    pages.post(router, "/tips/answer")(rooms.open)
    pages.post(router, "/tips/messages")(rooms.write)
    pages.post(router, "/tips/files")(rooms.add_file)
    return router


@dataclass(frozen=True, slots=True)
class _TipPages:
    pages: Pages
    catalogue: Catalogue
    tips: Tips

    async def ask(self, visit: Visit) -> Response:
        return self._form(visit, await self._service(visit), {}, str(uuid.uuid4()))

    async def give(self, visit: Visit) -> Response:
        await read_tip_form(visit)
        service = await self._service(visit)
        given = {name: visit.field(PREFIX + name)[:LONGEST_ANSWER] for name in MEMBERS}
        given |= {"text": visit.field("text")[: LONGEST_TEXT + 1], "district": visit.field("district")[:100]}
        key = visit.field("key")[:60]
        faults = tuple(_missing(visit, service, given))
        if faults:
            return self._form(visit, service, given, key, faults)
        try:
            filed = await self.tips.give(body_of(service, given, visit), key, visit.language.asked)
        except Refused as refused:
            if refused.status not in EXPLAINED:
                raise
            return self._form(visit, service, given, key, _faults(refused))
        opened = _sealed(visit, TipKey(_code(filed.case_key), _code(filed.passphrase)))
        return self.pages.page(visit, "tip_sent.html", filed=filed, opened=opened)

    async def ask_key(self, visit: Visit) -> Response:
        return self._ask_key(visit)

    async def open(self, visit: Visit) -> Response:
        await read_tip_form(visit)
        tip = TipKey(_code(visit.field("case_key")), _code(visit.field("passphrase")))
        if not tip.case_key or not tip.passphrase:
            missing = "case_key" if not tip.case_key else "passphrase"
            return self._ask_key(visit, visit.language.text("tips.key_missing"), missing)
        return await self._show(visit, tip)

    async def write(self, visit: Visit) -> Response:
        await read_tip_form(visit)
        tip, text = _opened(visit), visit.field("message")[: LONGEST_MESSAGE + 1]
        if tip is None:
            return self._ask_key(visit, visit.language.text("tips.too_late"))
        if not text:
            return await self._show(visit, tip, faults=(FieldFault("message", visit.language.text("form.missing")),))
        try:
            added = await self.tips.write(tip, text, visit.field("key")[:60], visit.language.asked)
        except Refused as refused:
            return await self._explained(visit, tip, "message", refused, message=text)
        return await self._show(visit, tip, done="message", notices=added.notices)

    async def add_file(self, visit: Visit) -> Response:
        await read_tip_form(visit)
        tip, file = _opened(visit), visit.form.get("file")
        if tip is None:
            return self._ask_key(visit, visit.language.text("tips.too_late"))
        if not isinstance(file, UploadFile) or not file.size:
            return await self._show(visit, tip, faults=(FieldFault("file", visit.language.text("case.file_missing")),))
        try:
            await self.tips.add_file(tip, await file.read(), visit.language.asked)
        except Refused as refused:
            return await self._explained(visit, tip, "file", refused)
        return await self._show(visit, tip, done="file")

    async def _service(self, visit: Visit) -> Service:
        service = await self.catalogue.one(SERVICE, visit.asker())
        if service is None:
            raise Problem(NOT_FOUND)
        return service

    def _form(
        self, visit: Visit, service: Service, given: Mapping[str, str], key: str, faults: Sequence[FieldFault] = ()
    ) -> Response:
        return self.pages.page(
            visit,
            "tip.html",
            status=422 if faults else 200,
            faults=faults,
            service=service,
            given=given,
            key=key,
            asked=[name for name in MEMBERS if name in service.attributes.properties],
        )

    def _ask_key(self, visit: Visit, fault: str = "", field: str = "case_key") -> Response:
        """What was typed is not shown again: it opens the tip."""
        faults = (FieldFault(field, fault),) if fault else ()
        return self.pages.page(visit, "tip_key.html", status=422 if fault else 200, faults=faults)

    async def _show(
        self,
        visit: Visit,
        tip: TipKey,
        *,
        faults: Sequence[FieldFault] = (),
        done: str = "",
        notices: Sequence[Notice] = (),
        message: str = "",
    ) -> Response:
        try:
            found = await self.tips.read(tip, visit.language.asked)
        except Refused as refused:
            if refused.status not in {404, 429}:
                raise
            key = "tips.too_often" if refused.status == 429 else "tips.wrong_key"
            return self._ask_key(visit, visit.language.text(key))
        return self.pages.page(
            visit,
            "tip_answer.html",
            status=422 if faults else 200,
            faults=faults,
            found=found,
            opened=_sealed(visit, tip),
            key=str(uuid.uuid4()),
            done=done,
            notices=notices,
            message=message,
        )

    async def _explained(
        self, visit: Visit, tip: TipKey, field: str, refused: Refused, *, message: str = ""
    ) -> Response:
        """The tip as it is now, and why what was asked was not done."""
        if refused.status not in EXPLAINED:
            if refused.status != 404:
                raise refused
            return self._ask_key(visit, visit.language.text("tips.wrong_key"))
        texts = [one.message for one in refused.errors] or [refused.detail or refused.title]
        return await self._show(visit, tip, faults=[FieldFault(field, text) for text in texts], message=message)


def body_of(service: Service, given: Mapping[str, str], visit: Visit) -> dict[str, Any]:
    """As POST /v1/tips takes it."""
    questions = service.attributes.properties
    body: dict[str, Any] = {
        member: value_of(questions[name], given[name])
        for name, member in MEMBERS.items()
        if given[name] and name in questions
    }
    body |= {name: given[name] for name in ("text", "district") if given[name]}
    return {**body, "language": visit.language.filed}


def _missing(visit: Visit, service: Service, given: Mapping[str, str]) -> list[FieldFault]:
    """What the page can see by itself."""
    missing, too_long = visit.language.text("form.missing"), visit.language.text("form.too_long")
    found = [
        FieldFault(PREFIX + name, f"{service.attributes.properties[name].title}: {missing}")
        for name in MEMBERS
        if name in service.attributes.required and not given[name]
    ]
    if not given["text"]:
        found.append(FieldFault("text", visit.language.text("tips.text_missing")))
    elif len(given["text"]) > LONGEST_TEXT:
        found.append(FieldFault("text", too_long))
    return found


def _faults(refused: Refused) -> tuple[FieldFault, ...]:
    fields = {member: PREFIX + name for name, member in MEMBERS.items()} | {"text": "text", "district": "district"}
    named = tuple(FieldFault(fields.get(one.pointer.strip("/"), ""), one.message) for one in refused.errors)
    return named or (FieldFault("", refused.detail or refused.title),)


def _code(text: str) -> str:
    """As it was noted: digits of either script, spaces or dashes; empty for what nobody can have noted."""
    try:
        code = bare_code(text[: LONGEST_KEY + 1], LONGEST_KEY)
    except TooLongError:
        return ""
    return code if code.isascii() and code.isalnum() else ""


def _sealed(visit: Visit, tip: TipKey) -> str:
    return visit.sealer.seal(OPENED, {"case_key": tip.case_key, "passphrase": tip.passphrase}, visit.now)


def _opened(visit: Visit) -> TipKey | None:
    kept = visit.sealer.open(OPENED, visit.field("opened"), visit.now)
    return None if kept is None else TipKey(str(kept["case_key"]), str(kept["passphrase"]))
