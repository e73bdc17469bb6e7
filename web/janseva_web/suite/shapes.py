"""What these pages read of the services' answers; members that they do not know are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Names = Mapping[str, str]


class Read(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Choice(Read):
    const: str
    title: str


class Chosen(Read):
    """What is answered by choosing."""

    one_of: tuple[Choice, ...] = Field(default=(), alias="oneOf")

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(choice.const, choice.title) for choice in self.one_of]


class Items(Chosen):
    type: str | None = None


class Question(Chosen):
    """One question of a form: JSON Schema, with its texts in the reader's language."""

    title: str
    description: str | None = None
    type: str | None = None
    format: str | None = None
    const: Any = None
    items: Items | None = None
    max_length: int | None = Field(default=None, alias="maxLength")
    minimum: float | None = None
    maximum: float | None = None
    order: int = Field(default=0, alias="x-order")
    group: str | None = Field(default=None, alias="x-group")
    is_past: bool = Field(default=False, alias="x-past")
    is_place: bool = Field(default=False, alias="x-place")
    is_local_time: bool = Field(default=False, alias="x-local-time")


class Needed(Read):
    """Answers that other answers make necessary."""

    when: Mapping[str, Any]
    then: tuple[str, ...]


class Questions(Read):
    properties: Mapping[str, Question] = {}
    required: tuple[str, ...] = ()
    expected: tuple[str, ...] = Field(default=(), alias="x-expected")
    required_when: tuple[Needed, ...] = Field(default=(), alias="x-required-when")
    either: tuple[tuple[str, ...], ...] = Field(default=(), alias="x-either")

    @property
    def in_order(self) -> Mapping[str, Question]:
        return dict(sorted(self.properties.items(), key=lambda one: one[1].order))


class NamedCode(Read):
    code: str
    names: Names
    required: bool = False


class ClockOfService(Read):
    clock: str
    names: Names
    owner: str
    target_s: float


class Fee(Read):
    amount: float
    currency: str


class Yields(Read):
    summary: Names | None = None


class Helpline(Read):
    """A number that helps beside a case."""

    number: str
    names: Names
    action: str


class OwnCall(Read):
    """Why a service is not filed like the others."""

    hi: str
    en: str

    @property
    def names(self) -> Names:
        return {"hi": self.hi, "en": self.en}


class Service(Read):
    code: str
    family: str
    lane: str
    live: bool
    login: str
    result_login: str = ""
    names: Names
    how_to: Names
    meanwhile: Names | None = None
    yields: Yields | None = None
    place_required: bool = False
    description_required: bool = False
    attributes: Questions = Questions()
    contact: Questions | None = None
    documents: tuple[NamedCode, ...] = ()
    clocks: tuple[ClockOfService, ...] = ()
    fee: Fee | None = None
    own_call: OwnCall | None = None
    helplines: tuple[Helpline, ...] = ()

    @property
    def needs_login(self) -> bool:
        return self.login != "none"

    @property
    def contact_questions(self) -> Mapping[str, Question]:
        """How the citizen may be written to, in their order; none where it is not asked."""
        return {} if self.contact is None else self.contact.in_order

    @property
    def asks_identity(self) -> bool:
        """Whether the applicant shows a paper of identity."""
        return "identity" in {self.login, self.result_login}


class ServiceList(Read):
    items: tuple[Service, ...]


class Office(Read):
    """A police station or office."""

    code: str
    name: str
    name_hi: str | None = None
    district: str = ""

    @property
    def names(self) -> Names:
        english = self.name.title()
        return {"hi": self.name_hi or english, "en": english}


class Offices(Read):
    items: tuple[Office, ...]


class Route(Read):
    """Where a case would go."""

    station: Office
    provisional: bool = False


class DueTime(Read):
    clock: str
    clock_id: str
    due_at: datetime


class Notice(Read):
    code: str
    text: str
    action: str | None = None


class Offer(Read):
    """What can be asked for out of a case, in words."""

    text: str


class LinkedCase(Read):
    tracking_number: str
    text: str


class Filed(Read):
    case_id: str
    tracking_number: str
    receipt_secret: str = Field(repr=False)
    service_code: str
    lane: str
    filed_at: datetime
    due: tuple[DueTime, ...] = ()
    notices: tuple[Notice, ...] = ()
    emergency: Offer | None = None
    helplines: tuple[Helpline, ...] = ()
    possible_duplicates: tuple[LinkedCase, ...] = ()


class Challenge(Read):
    challenge_id: str
    expires_in: int


class Tokens(Read):
    access_token: str = Field(repr=False)
    refresh_token: str = Field(repr=False)
    expires_in: int


class TimelineEntry(Read):
    at: datetime
    event: str
    text: str


class CaseClock(Read):
    clock: str
    clock_id: str
    owner: str = "police"
    state: str
    due_at: datetime
    remaining_s: float
    target_s: float = 0
    name: str
    state_text: str


class CaseHearing(Read):
    hearing_id: str
    status: str
    place_name: str | None = None
    when_text: str | None = None
    mode_text: str | None = None
    status_text: str | None = None
    join_url: str | None = None


class HomeVisit(Read):
    """The police call at the citizen's home."""

    visit_no: int
    state: str
    state_text: str
    visitor_text: str | None = None
    visit_by: datetime | None = None
    visited_at: datetime | None = None
    may_answer: bool = False


class CasePaper(Read):
    certificate_id: str
    kind_text: str
    verify_url: str | None = None


class CaseFile(Read):
    evidence_id: str
    at: datetime
    media_type: str
    bytes: int
    document_type: str | None = None
    shown: str
    notices: tuple[Notice, ...] = ()


class CaseDocument(Read):
    code: str
    name: str
    required: bool
    received: bool


class Outcome(Read):
    code: str
    text: str
    at: datetime


class Case(Read):
    case_id: str
    tracking_number: str
    service_code: str
    service_name: str
    lane: str
    status: str
    status_text: str
    version: int
    filed_at: datetime
    station: Office | None = None
    office_name: str | None = None
    timeline: tuple[TimelineEntry, ...] = ()
    clocks: tuple[CaseClock, ...] = ()
    hearings: tuple[CaseHearing, ...] = ()
    visits: tuple[HomeVisit, ...] = ()
    certificates: tuple[CasePaper, ...] = ()
    evidence: tuple[CaseFile, ...] = ()
    documents: tuple[CaseDocument, ...] = ()
    outcome: Outcome | None = None
    next_step: str = ""
    emergency: Offer | None = None
    links: tuple[LinkedCase, ...] = ()
    helplines: tuple[Helpline, ...] = ()


class OwnCase(Read):
    tracking_number: str
    service_code: str
    service_name: str
    status: str
    status_text: str
    filed_at: datetime


class OwnCases(Read):
    items: tuple[OwnCase, ...]
    next_cursor: str | None = None
