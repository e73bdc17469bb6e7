"""The calls of a program, read from its own description, each with an ordinary body and the fields that it may hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from intake.filing.reading.field_names import MEANINGS
from tests.architecture.apps import app_of
from tests.intake.intake_rig import CATALOGUE, COMPLAINT

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
    "year": 2026,
    "clock_id": "inquiry:1",
    "filed_at": "2026-11-25T10:00:00+05:30",
    "printed_at": "2026-11-25T10:00:00+05:30",
    "receipt_secret": "code-of-nobody-00",
    "tracking_number": "JS-26-7K3M-9QXD-4",
    "track_url": "http://127.0.0.1/track",
    "service": {"hi": "x1", "en": "x1"},
    "reason": "The court asks for it",
    "case_id": "c_01M820KRWBZXF69DE1D4FEXZX0",
}


# Of an upload in parts.
TUS: Final = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Upload-Length": "10"}
JSON: Final = "application/json"
FORM: Final = "multipart/form-data"
BOUNDARY: Final = "the-end-of-a-part"


@dataclass(frozen=True, eq=False)
class Call:
    """`body` is an ordinary one, of a file's bytes under no name; None where the call takes none."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    fields: tuple[tuple[str, ...], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    """Where (path, query, header) and name."""
    required: frozenset[str] = frozenset()
    """The parameters of the query that every call has."""
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those that this call can't do without."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


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
        fields = tuple(_leaves(_schema(operation, document)))
        yield Call(method, path, COMPLAINT, fields, parameters, required)
        yield from (
            Call(method, path, *_of_a_service(service)) for service in CATALOGUE if service.code != "emergency-112"
        )
    else:
        yield from _with_any_body(method, path, operation, document, parameters, required)


def _with_any_body(
    method: str,
    path: str,
    operation: dict[str, Any],
    document: dict[str, Any],
    parameters: tuple[tuple[str, str], ...],
    required: frozenset[str],
) -> Iterator[Call]:
    content = operation.get("requestBody", {}).get("content", {JSON: {"schema": {}}})
    by_tus = {name: TUS[name] for where, name in parameters if where == "header" and name in TUS}
    for content_type, described in content.items():
        schema = _resolved(described["schema"], document)
        if schema.get("format") == "binary":
            yield Call(method, path, {"": "x1"}, (("",),), parameters, required, content_type, by_tus)
            continue
        body = _example(described, schema) if "requestBody" in operation else None
        headers = {} if content_type == FORM else by_tus
        yield Call(method, path, body, tuple(_leaves(schema)), parameters, required, content_type, headers)
        if by_tus and content_type == FORM:
            # The same call begins an upload that has no body yet.
            yield Call(method, path, None, (), parameters, required, JSON, by_tus)


def _schema(operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    resolved: dict[str, Any] = _resolved(operation["requestBody"]["content"][JSON]["schema"], document)
    return resolved


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


def _example(described: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The body that the document gives as an example, with what the calls of these tests need in place of its ids."""
    usual = _usual(schema)
    for given in described.get("examples", {}).values():
        return {**given["value"], **{name: value for name, value in usual.items() if name in USUAL}}
    return usual


def _usual(schema: Mapping[str, Any]) -> dict[str, Any]:
    required = schema.get("required", ())
    return {name: _usual_value(name, schema["properties"][name]) for name in required}


def _usual_value(name: str, schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [_usual_value(name, schema["items"])]
    return USUAL.get(name, "x1")


def _of_an_emergency() -> tuple[tuple[str, ...], ...]:
    """One name of each meaning; what means something else inside of a place, there too."""
    names = {meaning: name for name, meaning in MEANINGS.items()}
    inside = ("lat", "lon", "accuracy", "name")
    known = (*((name,) for name in names.values()), *(("location", names[meaning]) for meaning in inside))
    return (*known, ("unknown",), ("list", "unknown"))


def _of_a_service(service: Any) -> tuple[dict[str, Any], tuple[tuple[str, ...], ...]]:
    names = service.attributes.get("properties", {})
    given = {} if service.example is None else service.example.model_dump(mode="json", exclude_none=True)
    body = {**COMPLAINT, **given, "service_code": service.code}
    return body, tuple(("attributes", name) for name in names)


def usual_body(call: Call) -> bytes:
    return b"" if call.body is None else with_value(call, [], b"")


def with_value(call: Call, paths: Sequence[tuple[str, ...]], value: bytes) -> bytes:
    """The ordinary body with raw bytes at some paths, none of them inside another; objects on the way are made."""
    made = json.loads(json.dumps(call.body or {}))
    if call.content_type == FORM:
        made |= {path[0]: value.decode() for path in paths}
        return (
            b"".join(_part(name, content.encode()) for name, content in made.items()) + f"--{BOUNDARY}--\r\n".encode()
        )
    if call.content_type != JSON:
        return value if paths else made[""].encode()
    for path in paths:
        holder = made
        for name in path[:-1]:
            if not isinstance(holder.get(name), dict):
                holder[name] = {}
            holder = holder[name]
        holder[path[-1]] = "put here"
    return json.dumps(made).encode().replace(b'"put here"', value)


def _part(name: str, content: bytes) -> bytes:
    filename = '; filename="a.jpg"' if name == "file" else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n\r\n'
    return head.encode() + content + b"\r\n"
