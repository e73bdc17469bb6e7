"""Work before limits: whatever a stranger puts into any field of any call costs by its length.

The walk reads the fields from each program's own description, so that a new one is measured without a word here.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from deploy.k8s.tools.services import PROGRAMS

from chassis.http.problems import MAX_ERRORS
from tests.architecture.answering_apps import Answering, answering
from tests.architecture.apps import app_of
from tests.architecture.described_calls import (
    BOUNDARY,
    FORM,
    JSON,
    USUAL,
    Call,
    calls_of,
    usual_body,
    with_value,
)
from tests.worst_inputs import MAX_RATIO, NOISE_S, cost_of, worst_texts


def _keys(count: int) -> bytes:
    return b"{" + b",".join(b'"%d":0' % number for number in range(count)) + b"}"


# Reading a member of an emergency's body takes some microseconds; what grows with the square takes seconds.
BYTE_S: Final = 3e-7
LONGEST_ANSWER: Final = 20_000
WORST: Final = ("marks out of order", "Hindi with marks", "almost Aadhaar", "spaces", "invisible")
TEXTS: Final = {name: text for name, text in worst_texts(30_000).items() if name in WORST} | {"digits": "9" * 100_000}
RAW: Final = {name: text.encode() for name, text in TEXTS.items()} | {"parts": f"--{BOUNDARY}\r\n".encode() * 20_000}
# What the reader of JSON refuses before any field of it is looked at.
REFUSED_WHOLE: Final = {
    "deep lists": b"[" * 30_000 + b"]" * 30_000,
    "empty lists": b"[" + b"[]," * 19_999 + b"[]]",
    "keys": _keys(20_000),
}
VALUES: Final[dict[str, bytes]] = {
    **{name: json.dumps(text, ensure_ascii=False).encode() for name, text in TEXTS.items()},
    **REFUSED_WHOLE,
    "deep objects": b'{"a":' * 18 + b'"x"' + b"}" * 18,
    "lists in the limit": b"[" + b"[]," * 4_900 + b"[]]",
    "keys in the limit": _keys(4_900),
}
# Of what one body may hold.
ROOM: Final = 900_000
# What every call may carry, declared or not.
HEADERS: Final = (
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-receipt",
    "x-forwarded-for",
    "traceparent",
)
ALWAYS: Final = {"idempotency-key": "0f8fad5b-d9cb-469f-a165-70867728950e"}
TUS_LENGTH: Final = "Upload-Length"
SAFE: Final = {"GET", "HEAD", "OPTIONS", "DELETE"}
# What is answered before an ordinary call's fields are used.
BEFORE_THE_WORK: Final = {
    "unauthenticated",
    "forbidden",
    "token_invalid",
    "validation_failed",
    "unknown_field",
    "unknown_parameter",
    "malformed_json",
    "method_not_allowed",
}
# A ticket, a signature, a print and an erasure are asked for by the address alone, a visit is answered, a registration
# renewed, a return reported and a window opened without fields; the gateway's report stands in its query.
WITHOUT_A_BODY: Final = frozenset(
    {
        "/v1/complaints/{tracking_number}/stream-ticket",
        "/v1/complaints/{tracking_number}/e-sign",
        "/v1/complaints/{tracking_number}/e-sign/{transaction}",
        "/v1/complaints/{tracking_number}/receipt",
        "/v1/complaints/{tracking_number}/confirm-visit",
        "/v1/complaints/{tracking_number}/dispute-visit",
        "/v1/complaints/{tracking_number}/renew",
        "/v1/complaints/{tracking_number}/away-notices/{notice_id}/return",
        "/v1/desk/hearing-windows/{window_id}/open",
        "/v1/desk/hearing-windows/{window_id}/close",
        "/v1/me/erasure",
        "/v1/receipts/kannel",
    }
)


@dataclass(frozen=True)
class Sent:
    """What differs from an ordinary call."""

    body: bytes = b""
    address: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, bytes] = field(default_factory=dict)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PROGRAMS)
async def program(request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, Answering, httpx.AsyncClient]]:
    async with answering(request.param) as (made, http):
        yield request.param, made, http


pytestmark = pytest.mark.asyncio(loop_scope="module")
Path = tuple[str, ...]
Program = tuple[str, Answering, httpx.AsyncClient]


def _address(call: Call, made: Answering, **odd: str) -> str:
    found = re.sub(r"\{(\w+)\}", lambda part: odd.get(part[1]) or made.known[part[1]], call.path)
    return quote(found, safe="/%")


def _query(call: Call) -> dict[str, Any]:
    # A place may be given in several ways: none of them is required, one is.
    required = {"lat", "lon"} if call.path == "/v1/route" else call.required
    return {name: USUAL.get(name, "x1") for name in required} | ({"number": "123"} if "number" in required else {})


def _headers(call: Call, made: Answering) -> dict[str, str]:
    content_type = f"{FORM}; boundary={BOUNDARY}" if call.content_type == FORM else call.content_type
    return {**made.headers(call.path), **ALWAYS, "content-type": content_type, **call.headers}


async def _ask(program: Program, call: Call, sent: Sent) -> tuple[float, httpx.Response]:
    _, made, http = program
    usual = {name.lower(): value.encode() for name, value in _headers(call, made).items()}
    headers = {name.encode(): value for name, value in (usual | dict(sent.headers)).items()}
    # A stream never ends; of its HEAD everything is read but the messages.
    method = "HEAD" if call.path.endswith("/stream") else call.method
    address = sent.address or _address(call, made)
    query = _query(call) | dict(sent.query)

    async def once(body: bytes) -> httpx.Response:
        return await http.request(method, address, content=body, headers=headers, params=query)

    try:
        return await cost_of(once, sent.body)
    finally:
        made.forget()


class Meter:
    """Costs beside those of a plain call of the same size, which are taken once for a size."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._plain: dict[tuple[Call, bool, tuple[str, ...], int], tuple[float, int]] = {}
        self.dear: dict[str, Any] = {}

    async def measure(self, call: Call, part: str, kind: str, odd: Sent, plain: Sent, size: int) -> None:
        """`part` of the call holds `kind` in `odd`, and in `plain` a text of the same `size`."""
        place = (call, plain.address is not None, (*plain.query, *plain.headers), size)
        if place not in self._plain:
            beside, usual = await _ask(self._program, call, plain)
            self._plain[place] = beside, len(usual.content)
        beside, length = self._plain[place]
        seconds, answer = await _ask(self._program, call, odd)
        most = max(beside * MAX_RATIO, NOISE_S + size * BYTE_S)
        for _ in range(2):
            # Again: the machine is shared.
            if seconds > most:
                seconds = min(seconds, (await _ask(self._program, call, odd))[0])
        too_long = len(answer.content) > LONGEST_ANSWER + length
        if seconds > most or too_long or answer.status_code >= 500:
            figures = (round(seconds, 3), round(beside, 4), answer.status_code, len(answer.content))
            self.dear[f"{call} {part}: {kind}"] = figures


async def test_what_is_measured_is_what_runs(program: Program) -> None:
    """No route of the real app is missing in the one in memory; no caller is sent away before his fields are read; and
    of whatever takes a body the fields are known.
    """
    name, made, _ = program
    real, here = (app.openapi()["paths"] for app in (app_of(name), made.app))
    assert {path: set(item) for path, item in real.items()} == {path: set(item) for path, item in here.items()}
    for call in calls_of(name):
        _, answer = await _ask(program, call, Sent(usual_body(call)))
        code = answer.json().get("code") if "problem" in answer.headers.get("content-type", "") else None
        assert code not in BEFORE_THE_WORK, (str(call), answer.text)
        # A program that waits for Kafka is not ready, and says so.
        assert answer.status_code < 500 or call.path == "/health/ready", str(call)
        assert call.fields or call.method in SAFE or call.path in WITHOUT_A_BODY or TUS_LENGTH in call.headers, str(
            call
        )


async def test_every_field_of_a_body_costs_by_its_length(program: Program) -> None:
    """Several fields of a call at once, then alone whichever the answer doesn't show to have been read."""
    meter = Meter(program)
    for call in calls_of(program[0]):
        for kind, value in VALUES.items() if call.content_type == JSON else RAW.items():
            alone = set(call.fields)
            if call.content_type == JSON:
                for group in _together(call, kind, len(value)):
                    alone -= await _settled(program, call, group, value)
            plain = Sent(_plain(call, len(value)))
            for path in sorted(alone):
                odd = Sent(with_value(call, [path], value))
                await meter.measure(call, ".".join(path), kind, odd, plain, len(value))
    assert meter.dear == {}


def _plain(call: Call, size: int) -> bytes:
    if call.content_type == JSON:
        return json.dumps({"description": "a" * size}).encode()
    return with_value(call, call.fields[:1], b"a" * size)


def _together(call: Call, kind: str, size: int) -> list[list[Path]]:
    """What refuses a body whole is met at any field. Of texts, as many fields as there is room for, none in another."""
    if not call.fields:
        return []
    if kind in REFUSED_WHOLE:
        return [list(call.fields[:1])]
    if kind not in TEXTS or call.path == "/v1/emergencies":
        return []
    leaves = [path for path in call.fields if not any(one != path and one[: len(path)] == path for one in call.fields)]
    count = max(1, min(MAX_ERRORS, ROOM // size))
    return [leaves[first : first + count] for first in range(0, len(leaves), count)]


async def _settled(
    program: Program, call: Call, group: Sequence[tuple[str, ...]], value: bytes
) -> set[tuple[str, ...]]:
    """The fields that were read up to their refusal, at a cost that is in order for one alone."""
    seconds, answer = await _ask(program, call, Sent(with_value(call, group, value)))
    if seconds > NOISE_S or answer.status_code not in {400, 422} or len(answer.content) > LONGEST_ANSWER:
        return set()
    problem = answer.json()
    refused = {error.get("pointer") for error in problem.get("errors", ())}
    if problem["code"] == "malformed_json" or "" in refused:
        return set(call.fields)
    return {path for path in group if "/" + "/".join(path) in refused}


async def test_every_parameter_costs_by_its_length(program: Program) -> None:
    """Those of the path and the query, and the headers; also what a server in front would not let through."""
    meter, seen, alike = Meter(program), set[str](), set[object]()
    for call in calls_of(program[0]):
        # The commands of a case take the same ones, and one function reads them.
        asked = (call.method, call.path.rpartition("/")[0], call.parameters)
        if call.path.startswith("/v1/desk/cases/{case_id}/") and asked in alike:
            continue
        alike.add(asked)
        # What stands before every route of an app is measured at one that reads and one that writes.
        headers = {("header", name) for name in HEADERS if call.method not in seen}
        seen.add(call.method)
        for where, name in sorted({*call.parameters, *headers}):
            for kind, text in TEXTS.items():
                cut = _cut(text, where)
                odd, plain = (_at(program, call, where, name, value) for value in (cut, "a" * len(cut)))
                await meter.measure(call, f"{where} {name}", kind, odd, plain, len(cut))
    assert meter.dear == {}


def _cut(text: str, where: str) -> str:
    """What fits: a query over its limit is refused whole; of a longer address the client's share would be measured."""
    if where == "header":
        return text[:60_000]
    room = 7_000 if where == "query" else 16_000
    return text[: room * 100 // len(quote(text[:100]))]


def _at(program: Program, call: Call, where: str, name: str, text: str) -> Sent:
    body = usual_body(call)
    if where == "path":
        return Sent(body, address=_address(call, program[1], **{name: text}))
    if where == "query":
        return Sent(body, query={name: text})
    return Sent(body, headers={name: text.encode()})
