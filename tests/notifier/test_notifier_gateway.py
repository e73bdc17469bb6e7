from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from janseva_local.kannel import Account, parse_meta_data, parse_sendsms
from notifier.provider import (
    GatewayError,
    GatewayOutcomeUnknown,
    GatewayRefused,
    GatewayUnavailable,
    KannelAccount,
    KannelGateway,
    OutgoingSms,
    SmsGateway,
)
from notifier.receipts import ReceiptAddress

from .notifier_fakes import FakeGateway

ACCOUNT = KannelAccount("http://gateway/cgi-bin/sendsms", "janseva", "secret", "JANSEV", "1101000000000000001")
SMS = OutgoingSms(
    notification_id="n-1",
    to="+910900000001",
    text="आपका नंबर JS-26-7K3M & 100% ठीक?",
    unicode=True,
    dlt_id="1107000000000000001",
    template="filed",
    language="hi",
    receipt_url=ReceiptAddress("http://127.0.0.1:8004", "token").url("n-1"),
)


def kannel(handler: object) -> KannelGateway:
    transport = httpx.MockTransport(handler)  # type: ignore[arg-type]
    return KannelGateway(ACCOUNT, timeout=timedelta(seconds=1), concurrency=4, transport=transport)


def answering(status: int, text: str) -> KannelGateway:
    return kannel(lambda _: httpx.Response(status, text=text))


def failing(error: type[httpx.TransportError]) -> KannelGateway:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error("x")

    return kannel(fail)


async def test_a_message_reaches_kannel_whole() -> None:
    """Read back by a strict reader of Kannel's protocol: number, text, coding, DLT ids, our id, report address."""
    seen: list[httpx.Request] = []

    def accept(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202, text="0: Accepted for delivery")

    await kannel(accept).send(SMS)
    read = parse_sendsms(seen[0].url.query, Account("janseva", "secret"))
    assert (read.to, read.text, read.sender) == ((SMS.to,), SMS.text, "JANSEV")
    assert read.meta["smpp"] == {"PE_ID": "1101000000000000001", "TEMPLATE_ID": "1107000000000000001"}
    assert read.meta["janseva"] == {"notification_id": "n-1", "template": "filed", "language": "hi"}
    assert read.dlr_url == SMS.receipt_url
    assert parse_qs(urlsplit(str(seen[0].url)).query)["coding"] == ["2"]


def test_meta_data_survives_the_readers_of_its_format() -> None:
    """A value with the format's own signs does not break out of its group."""
    nasty = KannelGateway(ACCOUNT, timeout=timedelta(seconds=1), concurrency=1)
    sms = OutgoingSms("a&b?c=d", "+91", "x", unicode=False, dlt_id="1", template="t", language="en")
    assert parse_meta_data(nasty._meta_data(sms))["janseva"]["notification_id"] == "a&b?c=d"  # noqa: SLF001


@pytest.mark.parametrize(
    ("gateway", "error"),
    [
        (answering(202, "0: Accepted for delivery"), None),
        (answering(202, "3: Queued for later delivery"), None),
        (answering(400, "Missing receiver number, rejected"), GatewayRefused),
        (answering(202, "something else"), GatewayRefused),
        (answering(403, "Authorization failed for sendsms"), GatewayUnavailable),
        (answering(503, "Temporal failure, try again later."), GatewayUnavailable),
        (answering(504, "proxy"), GatewayOutcomeUnknown),
        (failing(httpx.ConnectError), GatewayUnavailable),
        (failing(httpx.ReadTimeout), GatewayOutcomeUnknown),
        (failing(httpx.RemoteProtocolError), GatewayOutcomeUnknown),
    ],
)
async def test_each_answer_is_told_apart(gateway: KannelGateway, error: type[GatewayError] | None) -> None:
    """Accepted, refused for good, not now, or unknown: what may be repeated depends on it."""
    if error is None:
        await gateway.send(SMS)
        return
    with pytest.raises(error) as raised:
        await gateway.send(SMS)
    assert SMS.to not in str(raised.value)


async def speaks_the_protocol(gateway: SmsGateway) -> None:
    """What every gateway must do, the fake one too: accept in silence, raise only a GatewayError, close."""
    await gateway.send(SMS)
    with pytest.raises(GatewayRefused):
        await gateway.send(SMS)
    with pytest.raises(GatewayUnavailable):
        await gateway.send(SMS)
    await gateway.close()


async def test_kannel_and_the_fake_keep_one_protocol() -> None:
    """The fake of the fast tests is interchangeable with the real client."""
    answers = iter([(202, "0: Accepted"), (400, "no"), (503, "later")])

    def answer(_: httpx.Request) -> httpx.Response:
        status, text = next(answers)
        return httpx.Response(status, text=text)

    await speaks_the_protocol(kannel(answer))
    await speaks_the_protocol(FakeGateway(faults=[None, GatewayRefused("x"), GatewayUnavailable("x")]))


def test_nothing_of_a_message_shows_in_its_representation() -> None:
    """A log line or a traceback that prints a message shows neither number nor text, and an account no password."""
    assert SMS.to not in repr(SMS)
    assert SMS.text not in repr(SMS)
    assert "secret" not in repr(ACCOUNT)
