from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from chassis.clock import SystemClock
from janseva_local.kannel import Account, parse_meta_data, parse_sendsms
from notifier.provider import (
    Answer,
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
    receipt_url=ReceiptAddress("http://127.0.0.1:8004", "token", SystemClock()).url("n-1"),
)


class Scripted:
    """A fetcher that gives the answers it was given, and remembers what was asked."""

    def __init__(self, *answers: Answer | GatewayError) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.closed = False

    async def get(self, url: str) -> Answer:
        self.asked.append(url)
        answer = self.answers.pop(0)
        if isinstance(answer, GatewayError):
            raise answer
        return answer

    async def close(self) -> None:
        self.closed = True


def answering(status: int, text: str) -> KannelGateway:
    return KannelGateway(ACCOUNT, Scripted(Answer(status, text)))


async def test_a_message_reaches_kannel_whole() -> None:
    """Read back by a strict reader of Kannel's protocol: number, text, coding, DLT ids, our id, report address."""
    fetcher = Scripted(Answer(202, "0: Accepted for delivery"))
    await KannelGateway(ACCOUNT, fetcher).send(SMS)
    query = urlsplit(fetcher.asked[0]).query
    read = parse_sendsms(query.encode(), Account("janseva", "secret"))
    assert (read.to, read.text, read.sender) == ((SMS.to,), SMS.text, "JANSEV")
    assert read.meta["smpp"] == {"PE_ID": "1101000000000000001", "TEMPLATE_ID": "1107000000000000001"}
    assert read.meta["janseva"] == {"notification_id": "n-1", "template": "filed", "language": "hi"}
    assert read.dlr_url == SMS.receipt_url
    assert parse_qs(query)["coding"] == ["2"]


def test_meta_data_survives_the_readers_of_its_format() -> None:
    """A value with the format's own signs does not break out of its group."""
    nasty = KannelGateway(ACCOUNT, Scripted())
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
        (KannelGateway(ACCOUNT, Scripted(GatewayUnavailable("x"))), GatewayUnavailable),
        (KannelGateway(ACCOUNT, Scripted(GatewayOutcomeUnknown("x"))), GatewayOutcomeUnknown),
    ],
)
async def test_each_answer_is_distinguished(gateway: KannelGateway, error: type[GatewayError] | None) -> None:
    """Accepted, refused for good, not now, or unknown: what may be repeated depends on it."""
    if error is None:
        await gateway.send(SMS)
        return
    with pytest.raises(error) as raised:
        await gateway.send(SMS)
    assert SMS.to not in str(raised.value)


async def follows_the_protocol(gateway: SmsGateway) -> None:
    """What every gateway must do, the fake one too: accept in silence, raise only a GatewayError, close."""
    await gateway.send(SMS)
    with pytest.raises(GatewayRefused):
        await gateway.send(SMS)
    with pytest.raises(GatewayUnavailable):
        await gateway.send(SMS)
    await gateway.close()


async def test_kannel_and_the_fake_keep_one_protocol() -> None:
    """The fake of the fast tests is interchangeable with the real client."""
    scripted = Scripted(Answer(202, "0: Accepted"), Answer(400, "no"), Answer(503, "later"))
    fake = FakeGateway(faults=[None, GatewayRefused("x"), GatewayUnavailable("x")])
    for gateway in (KannelGateway(ACCOUNT, scripted), fake):
        await follows_the_protocol(gateway)
    assert (len(scripted.asked), scripted.closed) == (3, True)
    assert (fake.accepted, fake.closed) == ([SMS], True)


def test_nothing_of_a_message_shows_in_its_representation() -> None:
    """A log line or a traceback that prints a message shows neither number nor text, and an account no password."""
    assert SMS.to not in repr(SMS)
    assert SMS.text not in repr(SMS)
    assert "secret" not in repr(ACCOUNT)
