"""Each program's OpenAPI document says who may call what, in which words, with which bodies, answers and problems."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from deploy.k8s.tools.services import PROGRAMS
from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from chassis.http.openapi.document import document_of
from tests.architecture.apps import app_of
from tests.contract import contract_of

METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
# What each dependency that turns a stranger away lets in: listed here once more, no mark of the code is believed.
ASKED_BY: Final[Mapping[str, frozenset[str]]] = {
    "Authenticator.citizen": frozenset({"citizenToken"}),
    "Authenticator.optional_citizen": frozenset({"citizenToken"}),
    "Authenticator.officer.<locals>.officer_of_role": frozenset({"officerToken"}),
    "Authenticator.anyone": frozenset({"citizenToken", "officerToken"}),
    "service_token.<locals>.check": frozenset({"serviceToken"}),
    "Access.caller": frozenset({"officerToken", "serviceToken"}),
    "Access.officer_or_service.<locals>.caller_of_role": frozenset({"officerToken", "serviceToken"}),
    "receipt_of": frozenset({"receipt"}),
    "passphrase_of": frozenset({"passphrase"}),
    "ticket_of": frozenset({"streamTicket"}),
}
# Asked for by the endpoint itself; an empty set lets in who proves nothing.
ASKED_WITHIN: Final[Mapping[tuple[str, str, str], frozenset[frozenset[str]]]] = {
    ("intake", "post", "/v1/complaints"): frozenset({frozenset(), frozenset({"citizenToken"})}),
    ("intake", "post", "/v1/emergencies"): frozenset(
        {frozenset(), frozenset({"citizenToken"}), frozenset({"officerToken"}), frozenset({"receipt"})}
    ),
    ("intake", "post", "/v1/complaints/{tracking_number}/emergency"): frozenset(
        {frozenset(), frozenset({"citizenToken"}), frozenset({"receipt"})}
    ),
    ("intake", "post", "/v1/tips/{case_key}/messages"): frozenset({frozenset(), frozenset({"passphrase"})}),
    ("certificate", "get", "/v1/certificates/{certificate_id}.pdf"): frozenset(
        {frozenset({"signedLink"}), frozenset({"serviceToken"})}
    ),
    ("notifier", "get", "/v1/receipts/kannel"): frozenset({frozenset({"signedAddress"})}),
    ("notifier", "post", "/v1/receipts/kannel"): frozenset({frozenset({"signedAddress"})}),
}
# A stranger to them: what a request must not be able to name.
NO_TEXT: Final = re.compile(r"successful response|validation error|todo", re.IGNORECASE)


def operations_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, calls in document["paths"].items():
        yield from ((path, method, operation) for method, operation in calls.items() if method in METHODS)


def asked_for(program: str, app: FastAPI) -> dict[tuple[str, str], frozenset[frozenset[str]]]:
    """By path and method: the alternatives that the route's dependencies let in; none for what anybody may call."""
    found = {}
    for route in app.router.routes:
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        schemes = {
            scheme for call in dependencies(route.dependant) for scheme in ASKED_BY.get(call.__qualname__, frozenset())
        }
        for method in (one.lower() for one in route.methods or ()):
            within = ASKED_WITHIN.get((program, method, route.path_format))
            found[route.path_format, method] = within or frozenset(frozenset({scheme}) for scheme in schemes)
    return found


def dependencies(dependant: Any) -> Iterator[Any]:
    for one in dependant.dependencies:
        yield one.call
        yield from dependencies(one)


def wrongly_secured(program: str, app: FastAPI, document: Mapping[str, Any]) -> Iterator[str]:
    asked = asked_for(program, app)
    for path, method, operation in operations_of(document):
        declared = frozenset(frozenset(one) for one in operation["security"])
        if declared != asked[path, method]:
            yield f"{method} {path}: declares {sorted(map(sorted, declared))}"
        unknown = {name for one in declared for name in one} - document["components"].get("securitySchemes", {}).keys()
        yield from (f"{method} {path}: the scheme {name} is not described" for name in unknown)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_operation_declares_the_proof_that_its_route_asks_for(program: str) -> None:
    """No call is described as open that is not, nor the other way round."""
    app = app_of(program)
    assert list(wrongly_secured(program, app, app.openapi())) == []


def test_a_wrong_declaration_is_found() -> None:
    """A guard that is not marked makes a call look open: it is found."""
    app = FastAPI(openapi_url=None)

    class Authenticator:
        def citizen(self) -> str:
            return "somebody"

    Authenticator.citizen.__qualname__ = "Authenticator.citizen"

    @app.get("/closed", dependencies=[Depends(Authenticator().citizen)])
    async def closed_route() -> str:
        return ""

    assert list(wrongly_secured("x", app, document_of(app, {}))) == ["get /closed: declares []"]


def undescribed(document: Mapping[str, Any]) -> Iterator[str]:
    """What a frontend developer would have to ask about."""
    ids: set[str] = set()
    for path, method, operation in operations_of(document):
        call = f"{method} {path}"
        if operation["operationId"] in ids or not re.fullmatch(r"[a-z][a-z0-9_]*", operation["operationId"]):
            yield f"{call}: {operation['operationId']} is no name of its own"
        ids.add(operation["operationId"])
        if not operation.get("description") or len(operation.get("summary", "")) < 5:
            yield f"{call}: has no text"
        if method in ("post", "put", "patch") and "requestBody" not in operation and not path.endswith(NO_BODY):
            yield f"{call}: has no body"
        yield from (f"{call}: {fault}" for fault in _unclear_answers(operation["responses"]))
        for parameter in operation.get("parameters", ()):
            if parameter["in"] != "query" and not parameter.get("description"):
                yield f"{call}: nobody says what {parameter['name']} is"


NO_BODY: Final = (
    "/stream-ticket",
    "/receipts/kannel",
    "/e-sign",
    "/e-sign/{transaction}",
    "/return",
    "/hearing-windows/{window_id}/open",
    "/hearing-windows/{window_id}/close",
    "/receipt",
    "/me/erasure",
)


def _unclear_answers(responses: Mapping[str, Any]) -> Iterator[str]:
    if not any(status.startswith("2") for status in responses):
        yield "has no answer"
    for status, operation in responses.items():
        if NO_TEXT.search(operation["description"]):
            yield f"{status} has no text"
        for media_type, content in operation.get("content", {}).items():
            if not content.get("schema"):
                yield f"{status} {media_type} has no schema"
        if int(status) >= 400 and "application/problem+json" not in operation.get("content", {}) and status != "503":
            yield f"{status} is no problem"


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_operation_is_described(program: str) -> None:
    """Names, texts, bodies, schemas of every answer: nothing is `{}`."""
    assert list(undescribed(app_of(program).openapi())) == []


def test_an_operation_without_texts_is_found() -> None:
    app = FastAPI(openapi_url=None)

    @app.post("/mute/{code}")
    async def mute(code: str) -> JSONResponse:
        return JSONResponse(code)

    faults = [fault.removeprefix("post /mute/{code}: ") for fault in undescribed(document_of(app, {}))]
    assert faults == [
        "has no text",
        "has no body",
        "200 has no text",
        "200 application/json has no schema",
        "nobody says what code is",
    ]


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_example_fits_its_schema(program: str) -> None:
    """What a reader copies works, and what he expects comes."""
    document, contract = app_of(program).openapi(), contract_of(program)
    for path, method, operation in operations_of(document):
        contents = [operation.get("requestBody", {}).get("content", {})]
        contents += [answer.get("content", {}) for answer in operation["responses"].values()]
        for content in (one for part in contents for one in part.values()):
            validator = contract.validator_of(content.get("schema", {}))
            for name, example in content.get("examples", {}).items():
                assert [*validator.iter_errors(example["value"])] == [], (method, path, name)
    problem = contract.validator_of({"$ref": "#/components/schemas/Problem"})
    for name, example in document["components"]["examples"].items():
        assert [*problem.iter_errors(example["value"])] == [], name
