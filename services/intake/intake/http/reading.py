"""Reads request bodies strictly: JSON, then a model, each fault a problem of its own."""

from collections.abc import Mapping
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from chassis.http.json_body import depth_and_count, parse_json
from chassis.http.problems import VALIDATION_FAILED, FieldError, Problem
from intake.phones import parse_phone
from intake.problems import PHONE_INVALID

MAX_DEPTH = 20
M = TypeVar("M", bound=BaseModel)


def as_object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise Problem(VALIDATION_FAILED, errors=[FieldError("object", "must be an object", "ऑब्जेक्ट होना चाहिए", "")])
    if depth_and_count(body)[0] > MAX_DEPTH:
        raise Problem(VALIDATION_FAILED, errors=[FieldError("depth", "is nested too deep", "बहुत गहरा है", "")])
    return body


def as_model(model: type[M], body: Any) -> M:
    try:
        return model.model_validate(body, strict=False)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in found]
        raise RequestValidationError(faults) from error


async def read_model(request: Request, model: type[M]) -> M:
    """The body as a model; an empty body counts as an empty object."""
    raw = await request.body()
    return as_model(model, as_object(parse_json(raw) if raw.strip() else {}))


def read_phone(text: str, pointer: str = "/complainant/phone") -> str:
    """E.164; an Indian number may come without its country code. Problem phone_invalid."""
    found = parse_phone(text)
    if found is None:
        raise Problem(
            PHONE_INVALID,
            errors=[FieldError("phone", "is not a valid number", "सही नंबर नहीं है", pointer)],
        )
    return found
