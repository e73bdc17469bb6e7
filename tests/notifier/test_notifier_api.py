from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from chassis.health import Liveness
from chassis.http.app import create_http_app
from chassis.telemetry.logs import configure_logging
from notifier.api import internal_router, receipts_router
from notifier.lint import lint
from notifier.messages import DirectMessages
from notifier.metrics import NotifierMetrics
from notifier.provider import GatewayOutcomeUnknown, GatewayRefused, GatewayUnavailable
from notifier.receipts import ADDRESS_LIFE, ReceiptAddress, report_proof
from notifier.templates import DEFAULT_PATH
from tests.contract import documented
from tests.http_app import app_of
from tests.manual_clock import ManualClock

from .notifier_fakes import FakeGateway

TOKEN = "suite-token"
PASSWORD = "the-gateway's"
OTP = {"to": "+919876543210", "template": "otp", "language": "hi", "variables": {"otp": "482913"}}


class AppliesReceipts:
    """Knows one notification and remembers what was reported of it."""

    def __init__(self) -> None:
        self.applied: list[str] = []

    async def apply(self, notification_id: str, name: str) -> bool:
        self.applied.append(name)
        return notification_id == "n-1"


class Service:
    def __init__(self, gateway: FakeGateway | None = None, *, signing_key: str | None = PASSWORD) -> None:
        self.clock = ManualClock(datetime(2026, 11, 29, tzinfo=UTC))
        self.gateway = gateway or FakeGateway()
        self.registry = CollectorRegistry()
        self.receipts = AppliesReceipts()
        self.addresses = ReceiptAddress("http://test", TOKEN, self.clock, signing_key=signing_key)
        messages = DirectMessages(lint(DEFAULT_PATH), self.gateway, NotifierMetrics(self.registry))
        app = create_http_app(
            title="t",
            version="1",
            lifespan=None,
            liveness=Liveness(timedelta(seconds=9)),
            checks={},
            registry=self.registry,
            routers=[
                internal_router(messages, TOKEN),
                receipts_router(self.receipts, self.addresses),  # type: ignore[arg-type]
            ],
        )
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://test", event_hooks=documented("notifier")
        )

    async def otp(self, body: dict[str, Any] = OTP, token: str = TOKEN) -> httpx.Response:
        return await self.http.post("/internal/v1/messages", json=body, headers={"authorization": f"Bearer {token}"})


async def test_a_shared_phones_login_code_is_sent_at_once_in_a_text_that_names_nothing() -> None:
    """Who asks for a code holds the phone: it waits for no hours, and whoever reads along sees a code alone."""
    service = Service()
    assert (await service.otp(OTP | {"discreet": True})).status_code == 202
    [sms] = service.gateway.accepted
    assert sms.text.startswith("482913 आपका ओटीपी है")
    assert "जनसेवा" not in sms.text
    assert "पुलिस" not in sms.text


async def test_a_login_code_is_sent_at_once_and_leaves_no_trace() -> None:
    """The citizen gets the code; logs, metrics and the answer hold neither code nor number."""
    log = io.StringIO()
    configure_logging("notifier", "debug", log)
    service = Service()
    answer = await service.otp()
    assert answer.status_code == 202
    [sms] = service.gateway.accepted
    assert (sms.to, sms.template) == ("+919876543210", "otp")
    assert "482913" in sms.text
    answered = log.getvalue() + answer.text + generate_latest(service.registry).decode()
    assert "482913" not in answered
    assert "9876543210" not in answered


@pytest.mark.parametrize(("token", "status"), [("", 401), ("wrong", 403)])
async def test_only_the_suite_may_ask_for_a_message(token: str, status: int) -> None:
    """Without the service token nothing is sent."""
    service = Service()
    assert (await service.otp(token=token)).status_code == status
    assert service.gateway.accepted == []


async def test_an_empty_service_token_lets_in_nobody() -> None:
    """A service started without a token refuses every bearer, the empty one too."""
    messages = DirectMessages(lint(DEFAULT_PATH), FakeGateway(), NotifierMetrics(CollectorRegistry()))
    app = app_of(internal_router(messages, ""))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as http:
        answer = await http.post("/internal/v1/messages", json=OTP, headers={"authorization": "Bearer x"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"template": "filed"}, "template_refused"),
        ({"template": "no-such"}, "template_refused"),
        ({"variables": {}}, "template_refused"),
        ({"to": "the neighbour"}, "validation_failed"),
        ({"extra": 1}, "unknown_field"),
        ({"language": "fr"}, "validation_failed"),
    ],
)
async def test_what_can_not_be_sent_is_refused_by_code(change: dict[str, Any], code: str) -> None:
    """Each fault of the request has its own problem code, and none quotes what was to be sent."""
    answer = await Service().otp(OTP | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "482913" not in answer.text


async def test_a_gateway_that_answers_late_gets_a_second_try_under_the_same_id() -> None:
    """One silence is survived without a double; two are a 503 with Retry-After."""
    service = Service(FakeGateway(faults=[GatewayOutcomeUnknown("gateway_silent")]))
    assert (await service.otp()).status_code == 202
    assert len(service.gateway.accepted) == 1
    service = Service(FakeGateway(faults=[GatewayUnavailable("x"), GatewayUnavailable("x")]))
    answer = await service.otp()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    answer = await Service(FakeGateway(faults=[GatewayRefused("x")])).otp()
    assert (answer.status_code, answer.json()["code"]) == (422, "gateway_refused")


def proof_of(url: str, key: str = PASSWORD) -> dict[str, str]:
    return {"x-report-signature": report_proof(key, httpx.URL(url).raw_path)}


def filled(service: Service, *, state: int = 1, later: timedelta = timedelta(0), message: str = "n-1") -> str:
    """The address as the gateway calls it, with the state and the time of a report."""
    at = int((service.clock.now() + later).timestamp())
    return service.addresses.url(message).replace("%d", str(state)).replace("%T", str(at))


async def test_only_the_gateway_s_signed_address_accepts_receipts() -> None:
    """The address given to the gateway works with GET and POST; what is wrong with another is shown to nobody."""
    service = Service()
    first, second = filled(service), filled(service, state=2)
    assert (await service.http.get(first, headers=proof_of(first))).status_code == 200
    assert (await service.http.post(second, headers=proof_of(second))).status_code == 200
    assert service.receipts.applied == ["delivered", "undelivered"]
    unknown, elsewhere = filled(service, message="n-2"), first.replace("n-1", "n-2")
    answers = [await service.http.get(url, headers=proof_of(url)) for url in (unknown, elsewhere)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    odd = filled(service, state=99)
    assert (await service.http.get(odd, headers=proof_of(odd))).status_code == 400


async def test_a_report_binds_its_state_and_its_time() -> None:
    """Who has seen a report can't make another of it, nor use its address when its days are over."""
    service = Service()
    seen = filled(service)
    proof = proof_of(seen)
    at = str(int(service.clock.now().timestamp()))
    changed = (seen.replace("state=1", "state=2"), seen.replace(f"at={at}", f"at={int(at) + 60}"))
    assert [(await service.http.get(url, headers=proof)).status_code for url in changed] == [404, 404]
    assert [(await service.http.get(seen, headers=h)).status_code for h in ({}, proof_of(seen, "other"))] == [404, 404]
    for days in (timedelta(days=-1), timedelta(hours=1)):
        senseless = filled(service, later=days)
        assert (await service.http.get(senseless, headers=proof_of(senseless))).status_code == 404
    longer = seen.replace("expires=", "expires=9")
    assert (await service.http.get(longer, headers=proof_of(longer))).status_code in {404, 422}
    service.clock.advance(ADDRESS_LIFE)
    assert (await service.http.get(seen, headers=proof)).status_code == 404
    assert service.receipts.applied == []


async def test_stock_kannel_signs_nothing_and_is_heard_where_that_is_set() -> None:
    """Without signatures of reports the signed address, its days and the report's time still count."""
    service = Service(signing_key=None)
    assert (await service.http.get(filled(service))).status_code == 200
    assert (await service.http.get(filled(service, later=timedelta(days=-2)))).status_code == 404
    assert (await service.http.get(filled(service).replace("n-1", "n-2"))).status_code == 404
