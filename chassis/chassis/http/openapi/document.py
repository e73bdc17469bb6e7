"""Builds an app's OpenAPI document from its routes, their guards and what their endpoints declare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from chassis.http.known_query import ANY_QUERY
from chassis.http.openapi import problem_answers
from chassis.http.openapi.declared import Answer, Body, Description, Guard, description_of, guard_of
from chassis.http.openapi.headers import parameter_of, response_headers
from chassis.http.problems import (
    BODY_TOO_LARGE,
    HEADERS_TOO_LARGE,
    INTERNAL,
    MALFORMED_JSON,
    REQUEST_TOO_SLOW,
    STORE_UNAVAILABLE,
    UNKNOWN_FIELD,
    UNKNOWN_PARAMETER,
    VALIDATION_FAILED,
    ProblemType,
)

JSON: Final = "application/json"
OPERATIONS_TAG: Final = "operations"
_READING_ORDER: Final = (
    "tags",
    "operationId",
    "summary",
    "description",
    "security",
    "parameters",
    "requestBody",
    "responses",
)
_REF: Final = "#/components/schemas/{model}"
_GENERAL: Final = (INTERNAL, HEADERS_TOO_LARGE)
_OF_QUERIES: Final = (UNKNOWN_PARAMETER, VALIDATION_FAILED)
_OF_BODIES: Final = (MALFORMED_JSON, BODY_TOO_LARGE, REQUEST_TOO_SLOW, VALIDATION_FAILED, UNKNOWN_FIELD)
# Written by FastAPI for its own errors, which are none of ours; OpenAPI lets no parameter be called Accept.
_FASTAPIS: Final = frozenset({"HTTPValidationError", "ValidationError"})
_NO_PARAMETERS: Final = frozenset({"accept", "content-type", "authorization"})
TEXT: Final = (
    "Every error is `application/problem+json` (RFC 9457): decide by `code`, show `title` and `detail`. Texts follow "
    "`Accept-Language` (`hi`, `en`). Times are ISO 8601 with zone, in UTC; coordinates are WGS84 degrees. A body field "
    "or query parameter that a call does not know is refused by name (422), but for emergencies. Answers may get new "
    "members: ignore those that you do not know. `HEAD` answers wherever `GET` does. Every problem's words in both "
    "languages stand among the examples, as `problem.<status>.<code>.<language>`."
)


def document_of(app: FastAPI, problem_extra: Mapping[str, Any]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an app's routes as they are now."""
    routes = [one for one in app.router.routes if isinstance(one, APIRoute) and one.include_in_schema]
    document = get_openapi(title=app.title, version=app.version, description=TEXT, routes=routes)
    components: dict[str, dict[str, Any]] = {"schemas": {}, "securitySchemes": {}, "examples": {}}
    known = document.get("components", {}).get("schemas", {})
    components["schemas"] |= {name: schema for name, schema in known.items() if name not in _FASTAPIS}
    components["schemas"] |= problem_answers.schemas(problem_extra)
    kinds: set[ProblemType] = set()
    calls = Counter(route.endpoint for route in routes for _ in route.methods or ())
    for route in routes:
        for method in sorted(route.methods or ()):
            operation = document["paths"][route.path_format].get(method.lower())
            if operation is not None:
                kinds |= _complete(operation, route, components)
                if calls[route.endpoint] > 1:
                    operation["operationId"] += f"_by_{method.lower()}"
    components["examples"] = problem_answers.examples(kinds, problem_extra)
    document["components"] = {name: dict(sorted(part.items())) for name, part in components.items() if part}
    return document


def guards_of(route: APIRoute) -> list[Guard]:
    """The marked dependencies of a route."""
    found = (guard_of(one.call) for one in _flat(route.dependant))
    return [one for one in found if one is not None]


def _flat(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _flat(one)


def _complete(operation: dict[str, Any], route: APIRoute, components: dict[str, Any]) -> set[ProblemType]:
    """Fill in an operation and what it refers to; returns the problems that it can answer."""
    description = description_of(route.endpoint)
    guards = guards_of(route)
    if description is not None:
        operation["operationId"] = description.operation_id
        operation["summary"], operation["description"] = description.summary, description.text
    operation["parameters"] = _parameters(operation, description)
    if not operation["parameters"]:
        del operation["parameters"]
    operation["security"] = _security(guards, description, components)
    if description is not None and description.body is not None:
        _add_body(operation, description.body, components)
    # FastAPI's own 422 is never sent: problems take its place.
    operation["responses"].pop("422", None)
    for answer in () if description is None else description.answers:
        _add_answer(operation["responses"], answer, components)
    kinds = set(_problems(operation, route, guards, description))
    for status, response in problem_answers.responses(kinds).items():
        _merge(operation["responses"].setdefault(status, {}), response)
    operation["responses"] = dict(sorted(operation["responses"].items()))
    in_order = {name: operation[name] for name in _READING_ORDER if name in operation}
    rest = {name: value for name, value in operation.items() if name not in in_order}
    operation.clear()
    operation |= in_order | rest
    for mark in ANY_QUERY:
        operation.pop(mark, None)
    return kinds


def _problems(
    operation: Mapping[str, Any], route: APIRoute, guards: list[Guard], description: Description | None
) -> Iterator[ProblemType]:
    any_query = ANY_QUERY.items() <= (route.openapi_extra or {}).items()
    if not any_query:
        yield from _OF_QUERIES
    if OPERATIONS_TAG in route.tags:
        return
    yield from _GENERAL
    for guard in guards:
        yield from guard.problems
    if "requestBody" in operation and (description is None or description.body is None or not description.body.lenient):
        yield from _OF_BODIES
    if description is None or description.stored:
        yield STORE_UNAVAILABLE
    if description is not None:
        yield from description.problems


def _security(guards: list[Guard], description: Description | None, components: dict[str, Any]) -> list[dict[str, Any]]:
    """The alternatives; none at all for a call that anybody may make."""
    if description is not None and description.proofs is not None:
        alternatives = description.proofs
    else:
        alternatives = tuple((scheme,) for guard in guards for scheme in guard.schemes)
    found: list[dict[str, Any]] = []
    for schemes in alternatives:
        for scheme in schemes:
            components["securitySchemes"][scheme.name] = dict(scheme.definition)
        needed: dict[str, Any] = {scheme.name: [] for scheme in schemes}
        if needed not in found:
            found.append(needed)
    return found


def _parameters(operation: Mapping[str, Any], description: Description | None) -> list[dict[str, Any]]:
    """Headers as they are described once, parameters without a null that nobody can send, and the language."""
    meanings = {} if description is None else description.parameters
    found = []
    for given in operation.get("parameters", ()):
        name = str(given["name"])
        if given["in"] == "header" and name.casefold() in _NO_PARAMETERS:
            continue
        header = parameter_of(name) if given["in"] == "header" else None
        if header is not None:
            found.append({**header, "required": given.get("required", False)})
            continue
        parameter = {**given, "schema": _without_null(given["schema"])}
        if name in meanings:
            parameter["description"] = meanings[name]
        found.append(parameter)
    language = parameter_of("Accept-Language")
    assert language is not None
    if OPERATIONS_TAG not in operation.get("tags", ()) and language["name"] not in {one["name"] for one in found}:
        found.append(language)
    return found


def _without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) != 1:
        return dict(schema)
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**choices[0], **rest}


def _add_body(operation: dict[str, Any], body: Body, components: dict[str, Any]) -> None:
    schema = _component(body.model, "validation", components)
    examples = {name: {"value": value} for name, value in body.examples.items()}
    content = {"schema": schema, **({"examples": examples} if examples else {})}
    operation["requestBody"] = {"required": body.required, "content": dict.fromkeys(body.media_types, content)}


def _add_answer(responses: dict[str, Any], answer: Answer, components: dict[str, Any]) -> None:
    response = responses.setdefault(str(answer.status), {})
    response["description"] = answer.text
    if answer.headers:
        response["headers"] = response_headers(answer.headers)
    content = response.setdefault("content", {})
    if answer.schemas:
        content.clear()
        content |= {media_type: {"schema": dict(schema)} for media_type, schema in answer.schemas.items()}
    if answer.model is not None:
        content[JSON] = {"schema": _component(answer.model, "serialization", components)}
    if answer.either:
        content[JSON] = {"schema": {"anyOf": [_component(one, "serialization", components) for one in answer.either]}}
    if answer.examples:
        content[JSON]["examples"] = {name: {"value": value} for name, value in answer.examples.items()}
    if not content:
        del response["content"]


def _component(model: type[BaseModel], mode: Any, components: dict[str, Any]) -> dict[str, Any]:
    """A reference to the model's schema among the components. ValueError if another of its name is there."""
    schema = model.model_json_schema(mode=mode, ref_template=_REF)
    for name, part in {**schema.pop("$defs", {}), model.__name__: schema}.items():
        if components["schemas"].setdefault(name, part) != part:
            raise ValueError(f"two schemas are called {name}")
    return {"$ref": _REF.format(model=model.__name__)}


def _merge(response: dict[str, Any], problem: Mapping[str, Any]) -> None:
    """A problem beside an answer of the same status."""
    before = response.get("description")
    response |= {name: value for name, value in problem.items() if name not in ("content", "headers", "description")}
    response["description"] = problem["description"] if before is None else f"{before}\n{problem['description']}"
    for part in ("content", "headers"):
        if part in problem:
            response[part] = {**response.get(part, {}), **problem[part]}
