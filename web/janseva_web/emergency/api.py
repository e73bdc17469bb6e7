"""GET and POST /emergency: no login, nothing required, no form too old; what is not sent is called so."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import Response

from janseva_web.account.session import citizen_token
from janseva_web.pages import Pages, new_router
from janseva_web.suite.client import Refused
from janseva_web.suite.services import Citizens
from janseva_web.suite.shapes import Filed
from janseva_web.tracking.owner import number_of
from janseva_web.tracking.qr import Receipts
from janseva_web.visit import Receipt, Visit

KINDS: Final[tuple[str, ...]] = ("police", "ambulance", "fire")
LONGEST: Final = 8_000
TEXTS: Final = ("note", "phone", "name", "address", "lat", "lon", "accuracy", "key")
# A key that a browser could not have made is as good as none: then the call goes out without.
_KEY: Final = re.compile(r"[0-9a-f-]{36}", re.ASCII)


def emergency_router(pages: Pages, citizens: Citizens, receipts: Receipts) -> APIRouter:
    router = new_router()

    def form_page(visit: Visit, given: Mapping[str, str], kinds: list[str], *, status: int = 200) -> Response:
        choices = [(kind, visit.language.text(f"emergency.kind.{kind}")) for kind in KINDS]
        given = {**dict.fromkeys(TEXTS, ""), **given}
        return pages.page(
            visit,
            "emergency.html",
            status=status,
            given=given,
            kinds=kinds,
            kind_choices=choices,
            not_sent=status != 200,
        )

    @pages.get(router, "/emergency")
    async def emergency(visit: Visit) -> Response:
        return form_page(visit, {"key": str(uuid.uuid4())}, ["police"])

    @pages.post(router, "/emergency")
    async def call(visit: Visit) -> Response:
        form = await _form_of(visit)
        given = {name: _text(form.get(name)) for name in TEXTS}
        kinds = [kind for kind in KINDS if kind in form.getlist("kinds")]
        key = given["key"] if _KEY.fullmatch(given["key"]) else ""
        try:
            # Only a form of this browser's own speaks for who is logged in.
            token = await citizen_token(visit, citizens) if visit.is_own_form() else None
            filed = await citizens.call_for_help(body_of(given, kinds), key, visit.asker(token=token))
        except Refused:
            return form_page(visit, given, kinds, status=503)
        visit.keep_receipt(Receipt(filed.tracking_number, filed.receipt_secret))
        return _called(visit, filed)

    @pages.post(router, "/cases/{number}/emergency")
    async def call_from_case(visit: Visit) -> Response:
        """Out of a case, with its place and phone. What proves nothing here calls without them: it still calls."""
        await _form_of(visit)
        number = number_of(visit)
        try:
            own = visit.is_own_form()
            token = await _token_if_any(visit, citizens) if own else None
            asker = visit.asker(token=token, receipt=visit.receipt_of(number) if own else None)
            filed = await citizens.call_from_case(number, asker)
        except Refused:
            return form_page(visit, {"key": str(uuid.uuid4())}, ["police"], status=503)
        visit.keep_receipt(Receipt(filed.tracking_number, filed.receipt_secret))
        return _called(visit, filed)

    def _called(visit: Visit, filed: Filed) -> Response:
        receipt = Receipt(filed.tracking_number, filed.receipt_secret)
        return pages.page(
            visit, "emergency_sent.html", filed=filed, code=receipt.secret, picture=receipts.picture(receipt)
        )

    return router


def body_of(given: Mapping[str, str], kinds: list[str]) -> dict[str, Any]:
    """As POST /v1/emergencies takes it; intake reads any spelling, so nothing is judged here."""
    place = {"lat": given["lat"], "lon": given["lon"], "accuracy_m": given["accuracy"], "address": given["address"]}
    place = {name: value for name, value in place.items() if value}
    body = {"kinds": kinds, "location": place, "note": given["note"], "phone": given["phone"], "name": given["name"]}
    return {name: value for name, value in body.items() if value}


async def _token_if_any(visit: Visit, citizens: Citizens) -> str | None:
    """A login that can't be renewed now is no reason to wait: the receipt opens the case as well."""
    try:
        return await citizen_token(visit, citizens)
    except Refused:
        return None


async def _form_of(visit: Visit) -> FormData:
    """What of the form can be read; a form that cannot be read is an empty one."""
    try:
        return await visit.read_any_form()
    except HTTPException:
        return FormData()


def _text(value: object) -> str:
    return value.strip()[:LONGEST] if isinstance(value, str) else ""
