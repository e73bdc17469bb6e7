"""The local SMS gateway: Kannel's protocol, the sink, the journal, the faults."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote_from_bytes, urlencode

import httpx
import pytest
from pydantic import SecretStr

from janseva_local.kannel import Account, DlrMask, Refused, fill_report_url, parse_meta_data, parse_sendsms
from janseva_local.provider import ProviderSettings, create_app, is_loopback
from janseva_local.sink import Sink

ACCOUNT = Account("janseva", "secret")
GOOD = {"username": "janseva", "password": "secret", "from": "JANSEV", "to": "+919999900001", "text": "hello"}
META = "?smpp?PE_ID=1&TEMPLATE_ID=2?janseva?template=filed&language=hi&notification_id=n1"
AT = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "provider" / "messages.jsonl"


@pytest.fixture
async def client(journal: Path) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(ProviderSettings(sms_journal=journal, sms_password=SecretStr("secret")))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://p") as client:
        yield client


def raw(**changes: str) -> bytes:
    return urlencode({**GOOD, **changes}).encode()


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_sendsms_accepts_as_kannel_does(client: httpx.AsyncClient, method: str) -> None:
    """The query of a GET and the form of a POST are answered alike: 202 with Kannel's own text."""
    parameters = {**GOOD, "text": "आपकी शिकायत दर्ज हुई", "coding": "2", "charset": "UTF-8", "meta-data": META}
    if method == "GET":
        answer = await client.get("/cgi-bin/sendsms", params=parameters)
    else:
        answer = await client.post("/cgi-bin/sendsms", data=parameters)
    assert (answer.status_code, answer.text) == (202, "0: Accepted for delivery")
    (message,) = (await client.get("/v1/sink", params={"to": GOOD["to"]})).json()
    assert message["text"] == "आपकी शिकायत दर्ज हुई"
    assert (message["template"], message["language"], message["channel"]) == ("filed", "hi", "sms")
    assert message["meta"]["smpp"] == {"PE_ID": "1", "TEMPLATE_ID": "2"}


@pytest.mark.parametrize(
    ("changes", "status", "text"),
    [
        ({"password": "wrong"}, 403, "Authorization failed for sendsms"),
        ({"username": "नहीं"}, 403, "Authorization failed for sendsms"),
        ({"to": " "}, 400, "Missing receiver number, rejected"),
        ({"from": ""}, 400, "Sender missing and no global set, rejected"),
        ({"coding": "7"}, 400, "Coding field misformed, rejected"),
        ({"coding": "²"}, 400, "Coding field misformed, rejected"),
        ({"charset": "klingon"}, 400, "Charset or body misformed, rejected"),
        ({"dlr-mask": "-1"}, 400, "DLR-Mask field misformed, rejected"),
        ({"text": "x" * 1601}, 400, "Message text is too long, rejected"),
    ],
)
async def test_sendsms_refuses_with_the_status_and_text_of_kannel(
    client: httpx.AsyncClient, changes: dict[str, str], status: int, text: str
) -> None:
    """What is wrong is refused, and nothing of it reaches the sink."""
    answer = await client.get("/cgi-bin/sendsms", params={**GOOD, **changes})
    assert (answer.status_code, answer.text) == (status, text)
    assert (await client.get("/v1/sink")).json() == []


def test_a_missing_text_is_refused_and_an_empty_one_is_not() -> None:
    """Kannel distinguishes a missing parameter from an empty one."""
    without = urlencode({name: value for name, value in GOOD.items() if name != "text"}).encode()
    with pytest.raises(Refused, match="Missing message text"):
        parse_sendsms(without, ACCOUNT)
    assert parse_sendsms(raw(text=""), ACCOUNT).text == ""


def test_the_text_is_read_in_the_charset_given() -> None:
    """UTF-8 by default, UTF-16BE for coding 2 without a charset, any other by its name."""
    utf16 = f"{urlencode({k: v for k, v in GOOD.items() if k != 'text'})}&coding=2&text="
    assert parse_sendsms((utf16 + quote_from_bytes("नमस्ते".encode("utf-16-be"))).encode(), ACCOUNT).text == "नमस्ते"
    assert parse_sendsms(raw(text="नमस्ते"), ACCOUNT).text == "नमस्ते"


async def test_several_receivers_get_a_message_each(client: httpx.AsyncClient) -> None:
    """Kannel takes a list of numbers separated by spaces."""
    (await client.get("/cgi-bin/sendsms", params={**GOOD, "to": "+911 +912"})).raise_for_status()
    assert {message["to"] for message in (await client.get("/v1/sink")).json()} == {"+911", "+912"}


async def test_the_sink_pages_newest_first_by_cursor(client: httpx.AsyncClient) -> None:
    """Without a receiver the sink gives every message once, newest first, page by page."""
    for number in range(7):
        (await client.get("/cgi-bin/sendsms", params={**GOOD, "text": str(number)})).raise_for_status()
    texts, cursor = [], None
    while True:
        page = await client.get("/v1/sink", params={"limit": "3"} | ({"cursor": cursor} if cursor else {}))
        texts += [message["text"] for message in page.json()]
        cursor = page.headers.get("X-Next-Cursor")
        if cursor is None:
            break
    assert texts == ["6", "5", "4", "3", "2", "1", "0"]
    assert (await client.get("/v1/sink", params={"to": GOOD["to"]})).json()[0]["text"] == "6"


async def test_a_repeated_notification_is_accepted_but_delivered_once(client: httpx.AsyncClient) -> None:
    """A notifier that died before it heard the answer may ask again; the repeat is counted, not delivered."""
    for _ in range(3):
        answer = await client.get("/cgi-bin/sendsms", params={**GOOD, "meta-data": META})
        assert answer.status_code == 202
    await client.get("/cgi-bin/sendsms", params={**GOOD, "to": "+912", "meta-data": META})
    assert [(message["to"], message["repeats"]) for message in (await client.get("/v1/sink")).json()] == [
        ("+912", 0),
        (GOOD["to"], 2),
    ]


def test_the_journal_survives_a_restart_and_a_torn_last_line(journal: Path) -> None:
    """After a crash in the middle of a write all acknowledged messages are there, and new ones follow cleanly."""
    first = Sink(journal)
    accept(first, "one", notification="n1")
    accept(first, "one again", notification="n1")
    accept(first, "two")
    first.close()
    with journal.open("ab") as torn:
        torn.write(b'{"number": 3, "to": "+9199')
    second = Sink(journal)
    assert [(message.text, message.repeats) for message in second.page(before=None, limit=9)] == [
        ("two", 0),
        ("one", 1),
    ]
    accept(second, "three")
    second.close()
    third = Sink(journal)
    assert [message.number for message in third.page(before=None, limit=9)] == [3, 2, 1]
    third.close()


def test_a_damaged_journal_is_not_read_as_if_it_were_whole(journal: Path) -> None:
    """Damage in the middle is reported, not skipped."""
    journal.parent.mkdir()
    journal.write_bytes(b"nonsense\n")
    with pytest.raises(ValueError, match="damaged"):
        Sink(journal)


async def test_faults_reject_and_refuse_as_asked_and_heal(client: httpx.AsyncClient) -> None:
    """reject_next refuses so many, unavailable_for_s answers 503, and {} heals."""
    (await client.put("/v1/faults", json={"reject_next": 1})).raise_for_status()
    assert [(await client.get("/cgi-bin/sendsms", params=GOOD)).status_code for _ in range(2)] == [400, 202]
    (await client.put("/v1/faults", json={"unavailable_for_s": 3600})).raise_for_status()
    busy = await client.get("/cgi-bin/sendsms", params=GOOD)
    assert (busy.status_code, busy.text) == (503, "Temporal failure, try again later.")
    (await client.put("/v1/faults", json={})).raise_for_status()
    assert (await client.get("/cgi-bin/sendsms", params=GOOD)).status_code == 202
    assert (await client.put("/v1/faults", json={"explode": 1})).status_code == 422


def test_a_delivery_report_url_is_filled_in_as_kannel_does() -> None:
    """%d, %p, %F, %A, %T and %% are replaced by escaped values; other text, percent-escapes too, is kept."""
    request = parse_sendsms(raw(**{"meta-data": META, "dlr-mask": "19"}), ACCOUNT)
    url = "http://127.0.0.1:1/r?id=a%20b&d=%d&to=%p&from=%P&ref=%F&a=%A&t=%T&x=%%"
    filled = fill_report_url(url, request, to="+919", report=DlrMask.DELIVERED, message_id="local-7", at=AT)
    assert filled == (
        f"http://127.0.0.1:1/r?id=a%20b&d=1&to=%2B919&from=JANSEV&ref=local-7&a=ACK%2F&t={int(AT.timestamp())}&x=%25"
    )


def test_reports_go_to_loopback_only() -> None:
    """A development server must not be made to call strangers."""
    assert is_loopback("http://127.0.0.1:8004/receipts")
    assert not is_loopback("http://example.org/")
    assert not is_loopback("http://127.0.0.1.example.org/")


def test_meta_data_groups_are_distinguished() -> None:
    """Groups and pairs are read with their escapes; nonsense gives nothing."""
    assert parse_meta_data(META)["janseva"] == {"template": "filed", "language": "hi", "notification_id": "n1"}
    assert parse_meta_data("?g?a=x%26y") == {"g": {"a": "x&y"}}
    assert parse_meta_data("nonsense") == {}


def accept(sink: Sink, text: str, notification: str | None = None) -> None:
    meta = {"janseva": {"notification_id": notification}} if notification else {}
    sink.accept(to="+919", sender="JANSEV", text=text, meta=meta, received_at=AT)
