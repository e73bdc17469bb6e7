"""The catalogue's answers, as models for OpenAPI and the tests."""

from collections.abc import Mapping
from typing import Any, Literal

from intake.case.shapes import LaneName, Owner, Shape
from intake.case.states import Family
from intake.catalogue.model import Document, Fee
from intake.catalogue.questions import Text


class ServiceClock(Shape):
    """A promise that a case of the service can have."""

    clock: str
    names: Text
    owner: Owner
    target_s: int
    calendar: str
    pausable: bool


class ServiceEntry(Shape):
    """`attributes` is the JSON Schema of the service's own questions, which POST /v1/complaints takes."""

    code: str
    family: Family
    lane: LaneName
    login: Literal["none", "citizen"]
    names: Text
    how_to: Text
    attributes: Mapping[str, Any]
    description_required: bool
    documents: list[Document]
    clocks: list[ServiceClock]
    fee: Fee
    districts: Literal["all"] | list[str]


class ServiceCatalogue(Shape):
    """`version` is the catalogue's, `policies` that of the promises; one page holds all."""

    version: str
    policies: str
    items: list[ServiceEntry]
    next_cursor: None
