"""Each call that docs/frontend.md shows is one of intake's OpenAPI document: path, headers and body."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema_rs import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "frontend.md").read_text(encoding="utf8")
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi" / "intake.json").read_text(encoding="utf8"))
ANYWHERE = {"content-type", "accept-language", "authorization"}


@dataclass(frozen=True, slots=True)
class Shown:
    method: str
    path: str
    query: tuple[str, ...]
    headers: frozenset[str]
    body: Any


def calls(text: str) -> Iterator[Shown]:
    """Every curl command of the document that asks intake."""
    for line in (
        line for line in text.replace("\\\n", "").splitlines() if "curl " in line and not line.startswith("#")
    ):
        parts = list(_command(line))
        if not parts[-1].startswith("$INTAKE"):
            continue
        url = urlsplit(parts[-1].removeprefix("$INTAKE"))
        options = list(pairwise(parts))
        headers = frozenset(value.partition(":")[0].lower() for option, value in options if option == "-H")
        body = next((json.loads(value) for option, value in options if option == "-d"), None)
        method = next((value.lower() for option, value in options if option == "-X"), "get" if body is None else "post")
        query = tuple(part.partition("=")[0] for part in url.query.split("&") if part)
        yield Shown(method, url.path, query, headers, body)


def _command(line: str) -> Iterator[str]:
    """The words of a line's curl command, up to the pipe or the bracket that ends it."""
    lexer = shlex.shlex(line[line.index("curl ") :], posix=True, punctuation_chars="|()")
    lexer.whitespace_split = True
    return takewhile(lambda token: token[0] not in "|()", lexer)


def faults(shown: Shown) -> Iterator[str]:
    """What the document does not know of a call."""
    for template, operations in DOCUMENT["paths"].items():
        pattern = re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, shown.path) and shown.method in operations and "{" not in shown.path:
            operation = operations[shown.method]
            break
    else:
        yield f"no such call: {shown.method} {shown.path}"
        return
    parameters = [_resolved(one) for one in operation.get("parameters", [])]
    known = {one["name"].lower() for one in parameters if one["in"] == "header"} | ANYWHERE
    yield from (f"{shown.path}: no header {name}" for name in shown.headers - known)
    queried = {one["name"] for one in parameters if one["in"] == "query"}
    yield from (f"{shown.path}: no parameter {name}" for name in shown.query if name not in queried)
    if shown.body is not None:
        schema = _resolved(operation["requestBody"])["content"]["application/json"]["schema"]
        checked = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
        yield from (f"{shown.path}: {error.message}" for error in checked.iter_errors(shown.body))


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: Any = DOCUMENT
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def test_every_call_that_is_shown_is_one_there_is() -> None:
    shown = list(calls(TEXT))
    assert len(shown) == TEXT.count("$INTAKE/")
    assert {call.path for call in shown} >= {"/v1/auth/otp", "/v1/complaints", "/v1/emergencies"}
    assert [fault for call in shown for fault in faults(call)] == []


@pytest.mark.parametrize(
    "line",
    [
        "curl $INTAKE/v1/nothing",
        "curl -H 'X-Odd: 1' $INTAKE/v1/services",
        "curl '$INTAKE/v1/services?odd=1'",
        """curl -d '{"telephone": "1"}' $INTAKE/v1/auth/otp""",
    ],
)
def test_a_call_that_is_none_is_found(line: str) -> None:
    [call] = calls(line)
    assert list(faults(call))
