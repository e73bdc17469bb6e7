"""One request of one visitor: the language, the sealed cookies, the form token, and who he proves to be."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from chassis.clock import Clock
from chassis.http.addresses import client_address
from janseva_web.apart import PATHS
from janseva_web.cookies import Purpose, Sealer
from janseva_web.languages import Languages, PageLanguage
from janseva_web.suite.client import Asker

LANGUAGE_COOKIE: Final = "language"
LANGUAGE_KEPT: Final = timedelta(days=365)
VISIT: Final = Purpose("visit", timedelta(days=1))
CITIZEN: Final = Purpose("citizen", timedelta(days=7))
OFFICER: Final = Purpose("officer", timedelta(hours=12))
RECEIPTS: Final = Purpose("receipts", timedelta(days=7))
FORM_TOKEN: Final = "form_token"  # noqa: S105  the name of a field
MOST_RECEIPTS: Final = 12
# A form is fields, never files by the hundred.
MOST_FIELDS: Final = 300
MOST_FILES: Final = 1


class FormExpired(Exception):
    """A form without this browser's token: it stood open too long, or another site sent it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What opens a case without a login."""

    number: str
    secret: str = field(repr=False)


class Visit:
    """Cookies that were set are written by `finish`."""

    def __init__(self, request: Request, languages: Languages, sealer: Sealer, clock: Clock, *, secure: bool) -> None:
        self.request = request
        self.languages = languages
        self.sealer = sealer
        self.now: datetime = clock.now()
        self._secure = secure
        self._changed: dict[str, str | None] = {}
        self._opened: dict[str, dict[str, Any] | None] = {}
        # Where no cookie is, the address carries the language.
        chosen = request.query_params.get(LANGUAGE_COOKIE) or request.cookies.get(LANGUAGE_COOKIE)
        self.language: PageLanguage = languages.choose(chosen, request.headers.get("accept-language"))
        self.form: FormData = FormData()

    # Cookies

    def cookie(self, purpose: Purpose) -> dict[str, Any] | None:
        """What this browser keeps for the purpose; None if nothing that holds."""
        if purpose.name not in self._opened:
            text = self.request.cookies.get(self._name(purpose.name))
            self._opened[purpose.name] = self.sealer.open(purpose, text, self.now)
        return self._opened[purpose.name]

    def keep(self, purpose: Purpose, value: Mapping[str, Any]) -> None:
        self._opened[purpose.name] = dict(value)
        self._changed[purpose.name] = self.sealer.seal(purpose, value, self.now)

    def drop(self, purpose: Purpose) -> None:
        self._opened[purpose.name] = None
        self._changed[purpose.name] = None

    def finish(self, response: Response) -> Response:
        """The response with the cookies that were set; nothing of a visit is kept by caches."""
        for name, value in self._changed.items():
            # Without a lifetime of its own: gone with the browser's window, at the latest when the seal is too old.
            response.set_cookie(
                self._name(name),
                value or "",
                max_age=0 if value is None else None,
                path="/",
                secure=self._secure,
                httponly=True,
                samesite="lax",
            )
        response.headers.setdefault("cache-control", "no-store")
        return response

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self._secure else name

    # Forms

    @property
    def form_token(self) -> str:
        return self.sealer.form_token(self._visit_id())

    def _visit_id(self) -> str:
        kept = self.cookie(VISIT)
        if kept is None:
            kept = {"id": secrets.token_urlsafe(16)}
            self.keep(VISIT, kept)
        return str(kept["id"])

    async def read_form(self) -> FormData:
        """The fields of a POST. FormExpired without this browser's token, or if another site sent it."""
        await self.read_any_form()
        if not self.is_own_form():
            raise FormExpired
        return self.form

    async def read_any_form(self) -> FormData:
        self.form = await self.request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
        return self.form

    def is_own_form(self) -> bool:
        kept = self.cookie(VISIT)
        if kept is None or self.request.headers.get("sec-fetch-site") == "cross-site":
            return False
        return self.sealer.is_form_token(str(kept["id"]), self.field(FORM_TOKEN))

    def field(self, name: str) -> str:
        """A text field of the form, without the spaces around it; empty if it is not there."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    @property
    def is_apart(self) -> bool:
        """A page of secret information: without a cookie, a menu of a login, a script that keeps anything."""
        return PATHS.match(self.request.url.path) is not None

    @property
    def here(self) -> str:
        """This page's path, to come back to."""
        return self.request.url.path

    def query(self, name: str, longest: int = 400) -> str:
        return self.request.query_params.get(name, "")[:longest].strip()

    # Who asks

    def asker(self, *, token: str | None = None, receipt: str | None = None) -> Asker:
        return Asker(self.language.asked, client_address(self.request), token, receipt)

    def receipt_of(self, number: str) -> str | None:
        kept = (self.cookie(RECEIPTS) or {}).get("by_number", {})
        secret = kept.get(number)
        return secret if isinstance(secret, str) else None

    def keep_receipt(self, receipt: Receipt) -> None:
        kept = dict((self.cookie(RECEIPTS) or {}).get("by_number", {}))
        kept.pop(receipt.number, None)
        kept[receipt.number] = receipt.secret
        self.keep(RECEIPTS, {"by_number": dict(list(kept.items())[-MOST_RECEIPTS:])})

    @property
    def is_citizen(self) -> bool:
        return self.cookie(CITIZEN) is not None

    @property
    def is_officer(self) -> bool:
        return self.cookie(OFFICER) is not None
