"""A local SMS gateway that speaks Kannel's sendsms HTTP interface and shows what it accepted; a virus
scanner; a register of identity documents.

`python -m janseva_local.provider`, for development and tests: it binds to loopback and reports to loopback only.
"""

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import uvicorn
from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings

from janseva_local.clamd import LocalClamd
from janseva_local.esign import LocalEsign, esign_app
from janseva_local.identity_register import Entry, IdentityRegister, refusal
from janseva_local.identity_register import Refused as NotAnswered
from janseva_local.kannel import Account, DlrMask, Refused, SmsRequest, fill_report_url, parse_sendsms
from janseva_local.sink import Sink, SinkMessage

LOOPBACK = ("127.0.0.1", "localhost", "::1")
REPORT_TRIES = 5
MAX_BODY = 64_000
logger = logging.getLogger("janseva_local.provider")


class ProviderSettings(BaseSettings):
    http_host: str = "127.0.0.1"
    http_port: int = 8009
    sms_journal: Path
    clamd_port: int = 0
    sms_username: str = "janseva"
    sms_password: SecretStr
    identity_register_key: SecretStr = SecretStr("")
    esign_key: SecretStr = SecretStr("")


class Faults(BaseModel):
    """Misbehaviour asked for by a test. Setting replaces all of it; `{}` heals."""

    model_config = ConfigDict(extra="forbid")

    reject_next: int = Field(default=0, ge=0)
    unavailable_for_s: float = Field(default=0, ge=0)
    lose_answers: int = Field(default=0, ge=0)


@dataclass(slots=True)
class Gateway:
    """The state of a running provider."""

    account: Account
    sink: Sink
    http: httpx.AsyncClient
    faults: Faults = field(default_factory=Faults)
    unavailable_until: float = 0.0
    reports: set[asyncio.Task[None]] = field(default_factory=set)

    def accept(self, raw: bytes) -> list[SinkMessage]:
        """Stores the request's messages. Refused as Kannel would, or as the faults ask."""
        if time.monotonic() < self.unavailable_until:
            raise Refused(503, "Temporal failure, try again later.")
        request = parse_sendsms(raw, self.account)
        if self.faults.reject_next > 0:
            self.faults.reject_next -= 1
            raise Refused(400, "Number(s) has/have been denied by white- and/or black-lists.")
        messages = [self._store(request, to) for to in request.to]
        for message in messages:
            if request.dlr_url is not None and is_loopback(request.dlr_url):
                task = asyncio.create_task(self._report(request, request.dlr_url, message))
                self.reports.add(task)
                task.add_done_callback(self.reports.discard)
        return messages

    def set_faults(self, faults: Faults) -> None:
        self.faults = faults
        self.unavailable_until = time.monotonic() + faults.unavailable_for_s

    def loses_answer(self) -> bool:
        if self.faults.lose_answers == 0:
            return False
        self.faults.lose_answers -= 1
        return True

    def _store(self, request: SmsRequest, to: str) -> SinkMessage:
        return self.sink.accept(
            to=to, sender=request.sender, text=request.text, meta=request.meta, received_at=datetime.now(UTC)
        )

    async def _report(self, request: SmsRequest, url: str, message: SinkMessage) -> None:
        for report in (DlrMask.ACCEPTED_BY_CENTRE, DlrMask.DELIVERED):
            if report in request.dlr_mask:
                now = datetime.now(UTC)
                filled = fill_report_url(
                    url, request, to=message.to, report=report, message_id=message.message_id, at=now
                )
                await self._call(filled)

    async def _call(self, url: str) -> None:
        for attempt in range(REPORT_TRIES):
            request = self.http.build_request("GET", url)
            # What stock Kannel can't: state and time of a report are bound to the account's password.
            proof = hmac.digest(self.account.password.encode(), request.url.raw_path, hashlib.sha256).hex()
            request.headers["x-report-signature"] = proof
            try:
                response = await self.http.send(request)
            except httpx.TransportError as error:
                logger.warning("delivery report: %s", type(error).__name__)
            else:
                if response.is_success:
                    return
                logger.warning("delivery report: answered %s", response.status_code)
            await asyncio.sleep(0.2 * 2**attempt)
        logger.error("delivery report given up after %s tries", REPORT_TRIES)


def create_app(settings: ProviderSettings) -> FastAPI:
    """The composition root."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        account = Account(settings.sms_username, settings.sms_password.get_secret_value())
        async with LocalClamd(settings.http_host, settings.clamd_port), httpx.AsyncClient(timeout=5) as http:
            gateway = Gateway(account, Sink(settings.sms_journal), http)
            app.state.gateway = gateway
            app.state.register = IdentityRegister(settings.identity_register_key.get_secret_value())
            yield
            for report in tuple(gateway.reports):
                report.cancel()
            gateway.sink.close()

    app = FastAPI(title="Janseva local SMS provider", version="1", lifespan=lifespan)
    app.add_api_route("/cgi-bin/sendsms", sendsms, methods=["GET", "POST"], response_class=PlainTextResponse)
    app.add_api_route("/v1/sink", read_sink, methods=["GET"], response_model=list[SinkMessage])
    app.add_api_route("/v1/faults", put_faults, methods=["PUT"], response_model=Faults)
    app.add_api_route("/v1/verifications", verify_identity, methods=["POST"])
    app.add_api_route("/v1/register", put_register, methods=["PUT"])
    app.mount("/esign", esign_app(LocalEsign(settings.esign_key.get_secret_value())))
    app.add_api_route("/health/live", healthy, methods=["GET"])
    app.add_api_route("/health/ready", healthy, methods=["GET"])
    return app


async def sendsms(request: Request) -> Response:
    """Kannel's sendsms: parameters in the query of a GET or the form of a POST."""
    gateway: Gateway = request.app.state.gateway
    raw = request.url.query.encode("latin-1") if request.method == "GET" else await request.body()
    if len(raw) > MAX_BODY:
        return PlainTextResponse("Request is too long, rejected", 413)
    try:
        gateway.accept(raw)
    except Refused as refusal:
        return PlainTextResponse(refusal.text, refusal.status)
    if gateway.loses_answer():
        await until_disconnected(request)
    return PlainTextResponse("0: Accepted for delivery", 202)


async def read_sink(
    request: Request,
    to: str | None = None,
    cursor: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> Response:
    """Newest first. Without `to` in pages: the header X-Next-Cursor names the next, and is absent on the last."""
    sink: Sink = request.app.state.gateway.sink
    if to is not None:
        return JSONResponse(_plain(sink.to(to)))
    page = sink.page(before=cursor, limit=limit)
    more = bool(page) and page[-1].number > 1
    return JSONResponse(_plain(page), headers={"X-Next-Cursor": str(page[-1].number)} if more else {})


async def put_faults(request: Request, faults: Faults) -> Faults:
    """The next misbehaviour: reject_next messages, be unavailable_for_s, accept but lose_answers."""
    request.app.state.gateway.set_faults(faults)
    return faults


async def verify_identity(request: Request) -> Response:
    """A question of docs/identity-register.md."""
    register: IdentityRegister = request.app.state.register
    content = await request.body()
    if len(content) > MAX_BODY:
        return JSONResponse({"error": "too long"}, 413)
    try:
        body, headers = register.answer(request.headers, content, time.time())
    except NotAnswered as refused:
        return JSONResponse(refusal(refused), refused.status)
    return Response(body, headers=headers, media_type="application/json")


async def put_register(request: Request, entries: list[Entry]) -> dict[str, int]:
    """Documents that the register knows from now on."""
    register: IdentityRegister = request.app.state.register
    for entry in entries:
        register.add(entry)
    return {"added": len(entries)}


async def healthy(request: Request) -> dict[str, int]:
    return {"messages": len(request.app.state.gateway.sink)}


async def until_disconnected(request: Request) -> None:
    """Gives no answer: waits until the client gives up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK


def _plain(messages: list[SinkMessage]) -> list[dict[str, Any]]:
    return [message.model_dump(mode="json") for message in messages]


def main() -> None:
    settings = ProviderSettings()
    if settings.http_host not in LOOPBACK:
        raise SystemExit("the local SMS provider binds to loopback only")
    uvicorn.run(
        create_app(settings), host=settings.http_host, port=settings.http_port, access_log=False, log_level="warning"
    )


if __name__ == "__main__":
    main()
