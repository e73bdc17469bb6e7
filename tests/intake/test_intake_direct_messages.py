"""Codes and answers to a person go to the notifier directly; what fails there shows neither phone nor code."""

import json
import traceback
from collections.abc import Callable

import httpx
import pytest
from pydantic import SecretStr

from chassis.http.problems import Problem
from intake.auth.otp import NotifierOtpSender
from intake.auth.problems import OTP_NOT_SENT
from intake.own_data.messages import NotifierMessages
from intake.own_data.problems import OWNER_UNREACHED

PHONE, CODE = "+919876543210", "482913"


def away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"no route for {request.content.decode()}")


def client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


async def test_a_code_is_sent_as_its_template_asks() -> None:
    """By the service's token, to the one call."""
    asked: list[httpx.Request] = []

    def accept(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(202)

    async with client(accept) as http:
        await NotifierOtpSender(http, "http://notifier/", SecretStr("token")).send(PHONE, CODE, "hi", discreet=False)
    (request,) = asked
    assert (request.url.path, request.headers["authorization"]) == ("/internal/v1/messages", "Bearer token")
    assert json.loads(request.content) == {
        "to": PHONE,
        "template": "otp",
        "language": "hi",
        "variables": {"otp": CODE},
    }


async def test_a_shared_phones_code_is_asked_for_in_a_text_that_names_nothing() -> None:
    """The notifier chooses the text; what is not asked for is not sent along."""
    asked: list[httpx.Request] = []

    def accept(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(202)

    async with client(accept) as http:
        await NotifierOtpSender(http, "http://notifier/", SecretStr("token")).send(PHONE, CODE, "hi", discreet=True)
    assert json.loads(asked[0].content)["discreet"] is True


@pytest.mark.parametrize("answer", [away, lambda _: httpx.Response(503, text=f"{PHONE} {CODE}")], ids=["away", "503"])
async def test_what_was_not_sent_shows_no_phone_and_no_code(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    """Neither in the problem nor in the trace that a log would have of it."""
    async with client(answer) as http:
        token = SecretStr("token")
        with pytest.raises(Problem) as code:
            await NotifierOtpSender(http, "http://notifier", token).send(PHONE, CODE, "hi", discreet=False)
        with pytest.raises(Problem) as owner:
            await NotifierMessages(http, "http://notifier", token).send(
                PHONE, "erasure_done", "hi", {"until": CODE}, discreet=True
            )
    assert (code.value.type, owner.value.type) == (OTP_NOT_SENT, OWNER_UNREACHED)
    for problem in (code.value, owner.value):
        shown = "".join(traceback.format_exception(problem))
        assert PHONE not in shown
        assert CODE not in shown
