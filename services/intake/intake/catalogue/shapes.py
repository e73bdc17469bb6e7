"""The catalogue's answers, as models for OpenAPI and the tests."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from intake.case.shapes import HelplineShown, LaneName, Owner, Shape
from intake.case.states import Family
from intake.catalogue.model import Document, Example, Fee, Login, LookAt, Named, OwnCall, Yield
from intake.catalogue.questions import Text


class ServiceClock(Shape):
    """A promise that a case of the service can have."""

    clock: str
    names: Text
    owner: Owner
    target_s: int
    calendar: str
    pausable: bool


class PromisedBy(Shape):
    """A sentence of the press, shortened, and in English; `article` is the number of the report."""

    article: str
    hi: str
    en: str


class ServiceEntry(Shape):
    """`attributes` is the JSON Schema of the service's own questions, which POST /v1/complaints takes.

    Its `required` is refused where it is missing; `x-expected` is what a form should not let pass unasked. Of a service
    that is not live (`live` false), `meanwhile` says what to do; one that makes no case is read at `look_at`; one with
    an `own_call` is filed there. `result_login`: what the result asks for, which may be more than `login`, the filing.
    `contact` is the JSON Schema of the filing's member of that name, where its form should ask how the citizen may be
    written to; `x-local-time` marks a time of India's clock, such as `10:00`.
    """

    code: str
    family: Family
    lane: LaneName
    live: bool
    live_from: date | None
    login: Login
    result_login: Login
    names: Text
    how_to: Text
    meanwhile: Text | None
    own_call: OwnCall | None
    look_at: LookAt | None
    who: Named
    routed_by: Named
    outside_the_state: Named
    yields: Yield
    promised_by: list[PromisedBy]
    place_required: bool
    attributes: Mapping[str, Any]
    contact: Mapping[str, Any] | None
    description_required: bool
    documents: list[Document]
    clocks: list[ServiceClock]
    helplines: list[HelplineShown]
    fee: Fee
    districts: Literal["all"] | list[str]
    example: Example | None


class ServiceCatalogue(Shape):
    """`version` is the catalogue's, `policies` that of the promises; one page holds all."""

    version: str
    policies: str
    items: list[ServiceEntry]
    next_cursor: None
