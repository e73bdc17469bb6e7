"""Holds real answers to a program's OpenAPI document: status, content type, body to the last member, problem codes."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import httpx
from jsonschema_rs import Draft202012Validator

from tests.architecture.apps import app_of

PROBLEM: Final = "application/problem+json"
STREAM: Final = "text/event-stream"


class Undocumented(AssertionError):
    """An answer that the document does not describe."""


class Contract:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._components = closed(document.get("components", {}))
        # The path with the most fixed parts first: /stations/nearest is no station's code.
        paths = sorted(document["paths"], key=lambda path: (path.count("{"), path))
        self._paths = [(re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]*", re.escape(path))), path) for path in paths]
        self._validators: dict[tuple[str, str, str, str], Draft202012Validator] = {}

    async def check(self, response: httpx.Response) -> None:
        """AssertionError for what is not documented. A path or method that is none of the document's is let pass."""
        method, path = response.request.method, response.request.url.raw_path.decode().partition("?")[0]
        found = self.operation_of(method, path)
        if found is None and method == "HEAD":
            found = self.operation_of("GET", path)
        if found is None:
            return
        media_type = response.headers.get("content-type", "").partition(";")[0]
        body = None if media_type == STREAM or method == "HEAD" else await response.aread()
        for fault in self.faults(*found, response.status_code, media_type, body):
            raise Undocumented(f"{method} {path} {response.status_code}: {fault}")

    def operation_of(self, method: str, path: str) -> tuple[str, str] | None:
        """(path as documented, method), if there is such an operation."""
        for pattern, known in self._paths:
            if pattern.fullmatch(path) and method.lower() in self.document["paths"][known]:
                return known, method.lower()
        return None

    def faults(self, path: str, method: str, status: int, media_type: str, body: bytes | None) -> Iterator[str]:
        described = self.document["paths"][path][method]["responses"].get(str(status))
        if described is None:
            yield f"the status is not documented: {(body or b'')[:300]!r}"
            return
        content = described.get("content", {})
        if not content and not body:
            return
        if media_type not in content:
            yield f"{media_type} is not documented"
            return
        if body is None or not media_type.endswith("json"):
            return
        validator = self._validator(path, method, str(status), media_type)
        value = httpx.Response(200, content=body).json()
        yield from (f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value))
        if media_type == PROBLEM and value.get("code") not in described["x-problem-codes"]:
            yield f"the code {value.get('code')} is not documented"

    def _validator(self, path: str, method: str, status: str, media_type: str) -> Draft202012Validator:
        key = (path, method, status, media_type)
        if key not in self._validators:
            described = self.document["paths"][path][method]["responses"][status]
            schema = closed(described["content"][media_type]["schema"])
            self._validators[key] = self.validator_of(schema)
        return self._validators[key]

    def validator_of(self, schema: Mapping[str, Any]) -> Draft202012Validator:
        """For a schema of the document, whose references lead to its components."""
        return Draft202012Validator({**schema, "components": self._components}, validate_formats=True)


def closed(node: Any) -> Any:
    """Schemas whose objects have no member but those that they name: what is sent is documented, not only allowed."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {name: closed(value) for name, value in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found


@cache
def contract_of(program: str) -> Contract:
    return Contract(app_of(program).openapi())


def documented(program: str) -> dict[str, list[Callable[[httpx.Response], Awaitable[None]]]]:
    """Event hooks for a test's client: each answer must be one that the document of the real program describes."""

    async def check(response: httpx.Response) -> None:
        await contract_of(program).check(response)

    return {"response": [check]}
