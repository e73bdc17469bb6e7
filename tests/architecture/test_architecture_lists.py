"""Every list of every program has one shape: `items`, and `next_cursor`, which is null on the last page."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from deploy.k8s.tools.services import PROGRAMS

from tests.architecture.apps import app_of

# One thing each, answered whole: its parts are no list to page through.
ONE_THING: Final[Mapping[str, str]] = {
    "read_policies": "a policy file, with its clocks and its editions",
    "read_report": "a report, with its rows, totals and days",
    "read_me": "a citizen, with his documents",
    "change_me": "a citizen, with his documents",
    "explain_route": "a decision, with what it was made of",
    "ask_for_erasure": "a request to erase, with the cases that it is about",
    "read_own_erasure": "a request to erase, with the cases that it is about",
    "cancel_erasure": "a request to erase, with the cases that it is about",
}


def resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def wrong_lists(document: Mapping[str, Any]) -> Iterator[str]:
    """What is called a list, pages, or answers a path that names no single thing with several things."""
    for path, calls in document["paths"].items():
        for call in calls.values():
            contents = (answer.get("content", {}) for status, answer in call["responses"].items() if status < "300")
            for media_type, content in (pair for one in contents for pair in one.items()):
                schema = resolved(document, content["schema"])
                if media_type == "application/json" and _is_list(document, path, call, schema):
                    yield from (f"{call['operationId']}: {fault}" for fault in _faults(document, schema))


def _is_list(document: Mapping[str, Any], path: str, call: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    members = schema.get("properties", {})
    several = any("$ref" in _item(resolved(document, member)) for member in members.values())
    named = call["operationId"].startswith("list_") or "next_cursor" in members or schema.get("type") == "array"
    unnamed = "requestBody" not in call and "{" not in path and call["operationId"] not in ONE_THING
    return named or (several and unnamed)


def _item(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    item: Mapping[str, Any] = schema.get("items", {}) if schema.get("type") == "array" else {}
    return item


def _faults(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[str]:
    members = schema.get("properties", {})
    if resolved(document, members.get("items", {})).get("type") != "array":
        yield "has no items"
    cursor = members.get("next_cursor", {})
    kinds = {one.get("type") for one in cursor.get("anyOf", [cursor])}
    if kinds not in ({"string", "null"}, {"null"}):
        yield "has no next_cursor that may be null"
    for name in ("items", "next_cursor"):
        if name not in schema.get("required", ()):
            yield f"may lack {name}"
    for name, member in members.items():
        if name != "items" and "$ref" in _item(resolved(document, member)):
            yield f"has a second list: {name}"


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_list_has_one_shape(program: str) -> None:
    """A client pages through all of them with the same few lines."""
    assert list(wrong_lists(app_of(program).openapi())) == []


def test_what_is_one_thing_is_an_operation() -> None:
    """Nothing is left out by a name that no call has."""
    documents = [app_of(program).openapi() for program in PROGRAMS]
    ids = {call["operationId"] for one in documents for calls in one["paths"].values() for call in calls.values()}
    assert ONE_THING.keys() <= ids


THING: Final = {"$ref": "#/components/schemas/Thing"}


@pytest.mark.parametrize(
    ("operation", "schema", "faults"),
    [
        ("things", {"type": "array", "items": THING}, ["has no items", "has no next_cursor that may be null"]),
        ("things", {"properties": {"things": {"type": "array", "items": THING}}}, ["has no items"]),
        ("list_things", {"properties": {"items": {"type": "array", "items": {}}}}, ["may lack next_cursor"]),
        (
            "things",
            {
                "properties": {"items": {"type": "array", "items": THING}, "next_cursor": {"type": "null"}},
                "required": ["items"],
            },
            ["may lack next_cursor"],
        ),
    ],
)
def test_a_list_of_another_shape_is_found(operation: str, schema: Mapping[str, Any], faults: list[str]) -> None:
    call = {"operationId": operation, "responses": {"200": {"content": {"application/json": {"schema": schema}}}}}
    document = {"paths": {"/things": {"get": call}}, "components": {"schemas": {"Thing": {"type": "object"}}}}
    found = [fault.removeprefix(f"{operation}: ") for fault in wrong_lists(document)]
    assert set(faults) <= set(found)
