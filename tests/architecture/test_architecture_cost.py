"""Work before limits: whatever a stranger puts into any field of any call costs by its length.

The walk reads the fields from each program's own description, so that a new one is measured without a word here.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from deploy.k8s.tools.services import PROGRAMS

from intake.filing.reading.field_names import MEANINGS
from tests.architecture.answering_apps import Answering, answering
from tests.architecture.apps import app_of
from tests.intake.intake_rig import CATALOGUE, COMPLAINT
from tests.worst_inputs import MAX_RATIO, NOISE_S, cost_of, worst_texts


def _keys(count: int) -> bytes:
    return b"{" + b",".join(b'"%d":0' % number for number in range(count)) + b"}"


# Reading a member of an emergency's body takes some microseconds; what grows with the square takes seconds.
BYTE_S: Final = 3e-7
LONGEST_ANSWER: Final = 20_000
WORST: Final = ("marks out of order", "Hindi with marks", "almost Aadhaar", "spaces", "invisible")
TEXTS: Final = {name: text for name, text in worst_texts(60_000).items() if name in WORST} | {"digits": "9" * 300_000}
VALUES: Final[dict[str, bytes]] = {name: json.dumps(text).encode() for name, text in TEXTS.items()} | {
    "deep lists": b"[" * 30_000 + b"]" * 30_000,
    "deep objects": b'{"a":' * 18 + b'"x"' + b"}" * 18,
    "empty lists": b"[" + b"[]," * 49_999 + b"[]]",
    "lists in the limit": b"[" + b"[]," * 4_900 + b"[]]",
    "keys": _keys(50_000),
    "keys in the limit": _keys(4_900),
}
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
ALWAYS: Final = {"content-type": "application/json", "idempotency-key": "0f8fad5b-d9cb-469f-a165-70867728950e"}
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
# Of a field's name, what an ordinary call has in it.
USUAL: Final[dict[str, Any]] = {
    "starts_at": "2026-11-25T10:00:00+05:30",
    "ends_at": "2026-11-25T11:00:00+05:30",
    "phone": "9431000000",
    "to": "+919876543210",
    "template": "otp",
    "variables": {"otp": "482913"},
    "otp": "482913",
    "challenge_id": "challenge-1",
    "refresh_token": "refresh-token-of-nobody",
    "rating": 4,
    "lat": 26.1,
    "lon": 87.4,
    "status": "filed",
    "pincode": "800001",
    "expires": 1,
    "at": 1,
    "state": 1,
    "clock_id": "inquiry:1",
    "reason": "The court asks for it",
    "case_id": "c_01M820KRWBZXF69DE1D4FEXZX0",
}


@dataclass(frozen=True, eq=False)
class Call:
    """`body` is an ordinary one; None where the call takes none."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    fields: tuple[tuple[str, ...], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    """Where (path, query, header) and name."""
    required: frozenset[str] = frozenset()
    """The parameters of the query that every call has."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Sent:
    """What differs from an ordinary call."""

    body: bytes = b""
    address: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, bytes] = field(default_factory=dict)


# A ticket is asked for by the address alone; the gateway's report stands in its query.
WITHOUT_A_BODY: Final = frozenset({"/v1/complaints/{tracking_number}/stream-ticket", "/v1/receipts/kannel"})


def calls_of(program: str) -> list[Call]:
    return [
        call
        for path, item in app_of(program).openapi()["paths"].items()
        for method, operation in item.items()
        for call in _calls(method.upper(), path, operation, app_of(program).openapi())
    ]


def _calls(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> Iterator[Call]:
    declared = operation.get("parameters", ())
    parameters = tuple((one["in"], one["name"]) for one in declared)
    required = frozenset(one["name"] for one in declared if one["in"] == "query" and one.get("required"))
    if path == "/v1/emergencies":
        yield Call(method, path, {"kind": "police"}, _of_an_emergency(), parameters, required)
    elif path == "/v1/complaints":
        fields = tuple(_leaves(_schema(operation, document) or {}))
        yield Call(method, path, COMPLAINT, fields, parameters, required)
        yield from (
            Call(method, path, *_of_a_service(service)) for service in CATALOGUE if service.code != "emergency-112"
        )
    else:
        schema = _schema(operation, document)
        body = None if schema is None else _usual(schema)
        yield Call(method, path, body, tuple(_leaves(schema or {})), parameters, required)


def _schema(operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    return _resolved(content["application/json"]["schema"], document) if content else None


def _resolved(node: Any, document: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolved(item, document) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _resolved(document["components"]["schemas"][node["$ref"].rsplit("/", 1)[-1]], document)
    return {name: _resolved(value, document) for name, value in node.items()}


def _leaves(schema: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every member, objects among them; a free object has one, of a name nobody knows."""
    if path:
        yield path
    for one in (schema, *schema.get("anyOf", ())):
        for name, member in one.get("properties", {}).items():
            yield from _leaves(member, (*path, name))
        if path and one.get("type") == "object" and "properties" not in one:
            yield (*path, "unknown")


def _usual(schema: Mapping[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    return {name: _usual_value(name, schema["properties"][name]) for name in required}


def _usual_value(name: str, schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    return USUAL.get(name, "x1")


def _of_an_emergency() -> tuple[tuple[str, ...], ...]:
    """One name of each meaning; what means something else inside of a place, there too."""
    names = {meaning: name for name, meaning in MEANINGS.items()}
    inside = ("lat", "lon", "accuracy", "name")
    known = (*((name,) for name in names.values()), *(("location", names[meaning]) for meaning in inside))
    return (*known, ("unknown",), ("list", "unknown"))


def _of_a_service(service: Any) -> tuple[dict[str, Any], tuple[tuple[str, ...], ...]]:
    names = service.attributes.get("properties", {})
    usual = dict.fromkeys(service.attributes.get("required", ()), "wallet")
    if "purpose" in usual:
        usual["purpose"] = service.attributes["properties"]["purpose"].get("enum", ["passport"])[0]
    body = {**COMPLAINT, "service_code": service.code, "attributes": usual}
    return body, tuple(("attributes", name) for name in names)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PROGRAMS)
async def program(request: pytest.FixtureRequest) -> AsyncIterator[tuple[str, Answering, httpx.AsyncClient]]:
    async with answering(request.param) as (made, http):
        yield request.param, made, http


pytestmark = pytest.mark.asyncio(loop_scope="module")
Program = tuple[str, Answering, httpx.AsyncClient]


def _address(call: Call, made: Answering, **odd: str) -> str:
    found = re.sub(r"\{(\w+)\}", lambda part: odd.get(part[1]) or made.known[part[1]], call.path)
    return quote(found, safe="/%")


def _query(call: Call) -> dict[str, Any]:
    # A place may be told in several ways: none of them is required, one is.
    required = {"lat", "lon"} if call.path == "/v1/route" else call.required
    return {name: USUAL.get(name, "x1") for name in required}


async def _ask(program: Program, call: Call, sent: Sent) -> tuple[float, httpx.Response]:
    _, made, http = program
    usual = {name.lower(): value.encode() for name, value in (made.headers(call.path) | ALWAYS).items()}
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
        taken, answer = await _ask(self._program, call, odd)
        most = max(beside * MAX_RATIO, NOISE_S + size * BYTE_S)
        if taken > most:
            # Once more: the machine is shared.
            taken = min(taken, (await _ask(self._program, call, odd))[0])
        too_long = len(answer.content) > LONGEST_ANSWER + length
        if taken > most or too_long or answer.status_code >= 500:
            figures = (round(taken, 3), round(beside, 4), answer.status_code, len(answer.content))
            self.dear[f"{call} {part}: {kind}"] = figures


async def test_what_is_measured_is_what_runs(program: Program) -> None:
    """No route of the real app is missing in the one in memory; no caller is sent away before his fields are read; and
    of whatever takes a body the fields are known.
    """
    name, made, _ = program
    real, here = (app.openapi()["paths"] for app in (app_of(name), made.app))
    assert {path: set(item) for path, item in real.items()} == {path: set(item) for path, item in here.items()}
    for call in calls_of(name):
        _, answer = await _ask(program, call, Sent(_usual_body(call)))
        code = answer.json().get("code") if "problem" in answer.headers.get("content-type", "") else None
        assert code not in BEFORE_THE_WORK, (str(call), answer.text)
        assert answer.status_code < 500, str(call)
        assert call.fields or call.method == "GET" or call.path in WITHOUT_A_BODY, str(call)


async def test_every_field_of_a_body_costs_by_its_length(program: Program) -> None:
    meter = Meter(program)
    for call in calls_of(program[0]):
        for path in call.fields:
            for kind, value in VALUES.items():
                odd = _with(call.body or {}, path, value)
                plain = json.dumps({"description": "a" * len(value)}).encode()
                await meter.measure(call, ".".join(path), kind, Sent(odd), Sent(plain), len(value))
    assert meter.dear == {}


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
    """What fits: a query over its limit is refused whole, an address over 64 kB never comes here."""
    if where == "header":
        return text[:60_000]
    room = 7_000 if where == "query" else 60_000
    return text[: room * 100 // len(quote(text[:100]))]


def _at(program: Program, call: Call, where: str, name: str, text: str) -> Sent:
    body = _usual_body(call)
    if where == "path":
        return Sent(body, address=_address(call, program[1], **{name: text}))
    if where == "query":
        return Sent(body, query={name: text})
    return Sent(body, headers={name: text.encode()})


def _usual_body(call: Call) -> bytes:
    return b"" if call.body is None else json.dumps(call.body).encode()


def _with(body: Mapping[str, Any], path: tuple[str, ...], value: bytes) -> bytes:
    """The body with raw JSON at a path; objects on the way are made."""
    made = json.loads(json.dumps(body))
    holder = made
    for name in path[:-1]:
        if not isinstance(holder.get(name), dict):
            holder[name] = {}
        holder = holder[name]
    holder[path[-1]] = "put here"
    return json.dumps(made).encode().replace(b'"put here"', value, 1)
