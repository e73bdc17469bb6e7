"""Intake and the local register speak docs/identity-register.md; whatever else answers counts as no answer."""

from collections.abc import Callable

import httpx
import orjson
import pytest
from pydantic import SecretStr

from intake.identity import register
from intake.identity.register import HttpRegister, RegisterAnswer
from janseva_local.identity_register import Entry, IdentityRegister, Refused
from tests.intake.intake_rig import START
from tests.manual_clock import ManualClock

KEY = "a key of the register, only for tests"
PAN = "ABCPE1234F"
ASKED = ("pan_card", PAN, "आशा देवी", 1988)
Answer = Callable[[httpx.Request], httpx.Response]


def local(key: str = KEY) -> Answer:
    """The local register, behind the client's own HTTP."""
    known = IdentityRegister(key)
    known.add(Entry(kind="pan_card", number=PAN, name="आशा देवी", birth_year=1988))

    def answer(request: httpx.Request) -> httpx.Response:
        try:
            body, headers = known.answer(request.headers, request.content, START.timestamp())
        except Refused as refused:
            return httpx.Response(refused.status, json={"error": refused.text})
        return httpx.Response(200, content=body, headers=headers)

    return answer


async def verdict(answer: Answer, asked: tuple[str, str, str, int] = ASKED) -> RegisterAnswer:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        return await HttpRegister(http, "http://register/", SecretStr(KEY), ManualClock(START)).ask(*asked)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "PAUSE_S", 0.0)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (ASKED, RegisterAnswer.MATCH),
        (("pan_card", PAN, "  आशा   देवी ", 1988), RegisterAnswer.MATCH),
        (("pan_card", PAN, "रवि", 1988), RegisterAnswer.MISMATCH),
        (("pan_card", PAN, "आशा देवी", 1989), RegisterAnswer.MISMATCH),
        (("pan_card", "ABCPE0000F", "आशा देवी", 1988), RegisterAnswer.NOT_FOUND),
        (("library_card", PAN, "आशा देवी", 1988), RegisterAnswer.UNAVAILABLE),
    ],
    ids=["match", "spaces", "another name", "another year", "no such number", "no such kind"],
)
async def test_the_local_register_answers_the_question(
    asked: tuple[str, str, str, int], expected: RegisterAnswer
) -> None:
    """Signed both ways, and compared by name and year of birth."""
    assert await verdict(local(), asked) is expected


async def test_another_key_proves_nothing() -> None:
    """A register with another key refuses us, and an answer signed by another key is not believed."""
    assert await verdict(local("another key")) is RegisterAnswer.UNAVAILABLE
    right = local()

    def forged(request: httpx.Request) -> httpx.Response:
        answer = right(request)
        return httpx.Response(200, content=answer.content.replace(b"match", b"mismatch"), headers=answer.headers)

    assert await verdict(forged) is RegisterAnswer.UNAVAILABLE


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_register_that_stumbles_is_asked_again_with_the_same_id(status: int) -> None:
    """Three times in all; the third try may succeed."""
    right, ids = local(), list[str]()

    def stumbling(request: httpx.Request) -> httpx.Response:
        ids.append(request.headers["x-request-id"])
        return right(request) if len(ids) == register.TRIES else httpx.Response(status)

    assert await verdict(stumbling) is RegisterAnswer.MATCH
    assert (len(ids), len(set(ids))) == (register.TRIES, 1)


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{", b'{"result": "match"}', b"x" * (register.MOST_ANSWER + 1), b'{"request_id": 7}'],
    ids=["empty", "null", "list", "cut", "of no request", "huge", "a number"],
)
async def test_what_is_no_answer_counts_as_none(body: bytes) -> None:
    """However well it is signed."""

    def signed(request: httpx.Request) -> httpx.Response:
        at = str(int(START.timestamp()))
        proof = register.signature(KEY.encode(), request.headers["x-request-id"], at, body)
        return httpx.Response(200, content=body, headers={"x-timestamp": at, "x-signature": proof})

    assert await verdict(signed) is RegisterAnswer.UNAVAILABLE


@pytest.mark.parametrize("at", ["", "0", "९", "1" * 500, "1e9", str(int(START.timestamp()) - 301)])
async def test_an_old_answer_is_not_believed(at: str) -> None:
    """One that was overheard can't be played again."""

    def replayed(request: httpx.Request) -> httpx.Response:
        body = orjson.dumps({"request_id": request.headers["x-request-id"], "result": "match"})
        proof = register.signature(KEY.encode(), request.headers["x-request-id"], at, body)
        return httpx.Response(
            200, content=body, headers=[(b"x-timestamp", at.encode()), (b"x-signature", proof.encode())]
        )

    assert await verdict(replayed) is RegisterAnswer.UNAVAILABLE


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ReadTimeout, httpx.RemoteProtocolError])
async def test_a_register_that_is_away_refuses_nobody(
    error: type[httpx.TransportError], capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing of the question is in the log."""

    def away(_request: httpx.Request) -> httpx.Response:
        raise error("away")

    assert await verdict(away) is RegisterAnswer.UNAVAILABLE
    assert PAN not in capsys.readouterr().out


def test_an_id_stands_for_one_question() -> None:
    """The same question again gets the same answer; another one under the id is 409."""
    known = IdentityRegister(KEY)

    def ask(number: str) -> bytes:
        person = {"name": "आशा", "birth_year": 1988}
        content = orjson.dumps(
            {"request_id": "request-1", "document": {"kind": "pan_card", "number": number}, "person": person}
        )
        at = str(int(START.timestamp()))
        proof = register.signature(KEY.encode(), "request-1", at, content)
        headers = {"x-request-id": "request-1", "x-timestamp": at, "x-signature": proof}
        return known.answer(headers, content, START.timestamp())[0]

    first = ask(PAN)
    known.add(Entry(kind="pan_card", number=PAN, name="आशा", birth_year=1988))
    assert ask(PAN) == first
    with pytest.raises(Refused, match="another question"):
        ask("ABCPE0000F")
