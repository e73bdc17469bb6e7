"""What the catalogue says of a service."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from chassis.sentences import When, facts_of_answers
from event_schemas import Lane, SafeContact
from event_schemas.calendars import india_date
from event_schemas.districts import district_named, names
from intake.case.states import Family
from intake.catalogue.answers import CODES, spelt
from intake.catalogue.checks import Check, check_marks
from intake.catalogue.expansion import expanded
from intake.catalogue.helplines import Helpline, unclear_answers
from intake.catalogue.identity import MARK, IdentityPaper, numbers_of, without_numbers
from intake.catalogue.questions import Text, check_texts, texts_of

NEVER_NARROWED: Final = frozenset({"emergency-112", "e-complaint", "e-fir", "missing-person"})
"""Services of which the law or the articles leave no district and no day out."""


def _known_district(name: str) -> str:
    """As events carry it, from either spelling. ValueError for what is no district of Bihar."""
    found = district_named(name)
    if found not in names().values():
        raise ValueError(f"{name!r} is no district")
    return found


NEVER_WRITTEN_TO: Final = frozenset({Family.EMERGENCY, Family.TIP, Family.LOOKUP, Family.NOTICE})
"""Families without messages, and the one whose messages wait for nothing."""
District = Annotated[str, AfterValidator(_known_district)]
Login = Literal["none", "citizen", "identity"]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(_Data):
    """A term of the catalogue's own vocabularies, with its names."""

    code: str
    names: Text


class Document(Named):
    required: bool


class Fee(_Data):
    amount: int = Field(ge=0)
    currency: Literal["INR"]


class Yield(_Data):
    """What the citizen gets: kinds of paper of the certificate service, and all of it in words."""

    papers: tuple[str, ...] = ()
    summary: Text


class Promise(_Data):
    """A sentence of an article, shortened, its meaning in English, and what else there is to say of it."""

    article: str
    hi: str = Field(min_length=1)
    en: str = Field(min_length=1)
    note: str | None = None


class VerifiedPersonOf(_Data):
    """Whom a service verifies: `address` begins the questions of his permanent address, `mobile` asks his number.

    No `mobile` where he files himself.
    """

    address: str
    mobile: str | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        asked = (f"{self.address}_district", f"{self.address}_state", self.mobile)
        return tuple(name for name in asked if name is not None)


class ServiceNotice(Text):
    """The notice in the answer to who answers so."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    when: When
    action: str | None = None


class OwnCall(Text):
    """Where a service is filed that must not leave what a complaint leaves."""

    path: str = Field(pattern="^/v1/")


class LookAt(Text):
    """Where a service that makes no case is read."""

    path: str = Field(pattern="^/v1/")


class Example(_Data):
    """A filing that is accepted."""

    description: str | None = None
    named_station: str | None = None
    location: Mapping[str, float] | None = None
    attributes: Mapping[str, Any] = {}


def check_clear_marks(schema: dict[str, Any]) -> dict[str, Any]:
    """Only enums and booleans may leave intake unsealed: nothing a citizen words freely."""
    for name, definition in schema.get("properties", {}).items():
        if definition.get("x-clear") and "enum" not in definition and definition.get("type") != "boolean":
            raise ValueError(f"{name}: x-clear is for enums and booleans only")
    if schema.get("additionalProperties") is not False:
        raise ValueError("attributes must refuse additional properties")
    return schema


def check_other_marks(schema: dict[str, Any]) -> dict[str, Any]:
    """`x-code` marks a text that is kept in its plain spelling, `x-past` a time or date that has passed."""
    for name, definition in schema.get("properties", {}).items():
        if definition.get("x-code", "bare") not in CODES or ("x-code" in definition and not _is_text(definition)):
            raise ValueError(f"{name}: x-code is {' or '.join(CODES)}, for texts only")
        if definition.get("x-past") and definition.get("format") not in {"date", "date-time"}:
            raise ValueError(f"{name}: x-past is for dates and times only")
    asked = {*schema.get("required", ()), *schema.get("x-expected", ())}
    if unknown := sorted(asked - set(schema.get("properties", {}))):
        raise ValueError(f"required, but not asked: {', '.join(unknown)}")
    return schema


def _is_text(definition: dict[str, Any]) -> bool:
    return definition.get("type") == "string"


class Service(_Data):
    """`called`: its name inside a sentence, where that is not its name. `wrong_formats`: whether a number in the wrong
    form is asked for again, or accepted and flagged. `place_required`: a point, a police station, or an attribute
    marked `x-place`. `meanwhile`: what to do as long as the service is not live, or where it is not.
    `district_asked_by`: the question that names the district, for a service that is not live in all of them.
    `own_identity`: the numbers of identity papers among the answers are the filer's own, always or where he answers so.
    `result_login`: who is given the result, where that asks for more than the filing does.
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    family: Family
    lane: Lane
    login: Login
    priority: Literal["urgent", "high", "normal", "low"]
    names: Text
    called: Text | None = None
    how_to: Text
    who: Named
    routed_by: Named
    outside_the_state: Named
    yields: Yield
    promised_by: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    fee: Fee
    live: bool = True
    live_from: date | None = None
    districts: Literal["all"] | tuple[District, ...] = "all"
    district_asked_by: str | None = None
    meanwhile: Text | None = None
    look_at: LookAt | None = None
    own_call: OwnCall | None = None
    description_required: bool = False
    place_required: bool = False
    wrong_formats: Literal["refused", "flagged"] = "refused"
    own_identity: bool | When = False
    result_login: Login | None = None
    verifies: VerifiedPersonOf | None = None
    sensitive_categories: tuple[str, ...] = ()
    urgent_when: tuple[When, ...] = ()
    notices: tuple[ServiceNotice, ...] = ()
    attributes: Annotated[
        dict[str, Any],
        AfterValidator(check_clear_marks),
        AfterValidator(check_other_marks),
        AfterValidator(check_texts),
    ]
    example: Example | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        narrowed = not self.live or self.live_from is not None or self.districts != "all"
        if narrowed and self.code in NEVER_NARROWED:
            raise ValueError(f"{self.code} is live everywhere, always")
        if narrowed and self.meanwhile is None:
            raise ValueError(f"{self.code} is not live: what to do meanwhile is missing")
        if self.districts != "all":
            self._check_district_question()
        if (self.family is Family.LOOKUP) != (self.look_at is not None):
            raise ValueError(f"{self.code}: look_at is for lookups, and for each of them")
        if (self.family in (Family.TIP, Family.NOTICE)) != (self.own_call is not None):
            raise ValueError(f"{self.code}: own_call is for tips and notices, and for each of them")
        if self.verifies is not None:
            asked = self.attributes.get("properties", {})
            if unasked := [name for name in self.verifies.questions if name not in asked]:
                raise ValueError(f"{self.code}: whom it verifies is not asked for: {', '.join(unasked)}")
        for name, value in self._conditions():
            question = self.attributes.get("properties", {}).get(name, {})
            allowed = {"true", "false"} if question.get("type") == "boolean" else set(question.get("enum", ()))
            if value not in allowed:
                raise ValueError(f"{self.code}: no answer to {name!r} is {value!r}")
        return self

    def _check_district_question(self) -> None:
        """Whoever files is asked where: without an answer nobody could say whether the service is there."""
        if self.district_asked_by not in self.attributes.get("required", ()):
            raise ValueError(f"{self.code}: district_asked_by is no question that is required")

    def _conditions(self) -> Iterator[tuple[str, str]]:
        own = (self.own_identity,) if isinstance(self.own_identity, When) else ()
        for when in (*own, *self.urgent_when, *(notice.when for notice in self.notices)):
            yield from ((name, value) for name, values in when.root.items() for value in values)

    @property
    def is_a_complaint(self) -> bool:
        """Whether POST /v1/complaints takes it: neither looked up nor filed by a call of its own."""
        return self.look_at is None and self.own_call is None

    @property
    def asks_identity(self) -> bool:
        """Whether it matters who files: for the filing, or for its result."""
        return "identity" in (self.login, self.result_login)

    def is_live(self, now: datetime) -> bool:
        """Whether it can be used on this day, in India."""
        return self.live and (self.live_from is None or self.live_from <= india_date(now))

    def is_live_at(self, attributes: Mapping[str, Any]) -> bool:
        """Whether it is live in the district that the answers name, in either language."""
        if self.districts == "all":
            return True
        named = attributes.get(self.district_asked_by or "")
        return isinstance(named, str) and district_named(named) in self.districts

    def priority_of(self, attributes: Mapping[str, Any], *, sensitive: bool) -> str:
        """Urgent where the answers say so; a sensitive matter is high at least."""
        if self.urgent_when:
            facts = facts_of_answers(attributes)
            if any(when.holds(facts) for when in self.urgent_when):
                return "urgent"
        return "high" if sensitive and self.priority == "normal" else self.priority

    def notice_codes(self, attributes: Mapping[str, Any]) -> tuple[str, ...]:
        if not self.notices:
            return ()
        facts = facts_of_answers(attributes)
        return tuple(notice.code for notice in self.notices if notice.when.holds(facts))

    def names_a_place(self, attributes: Mapping[str, Any]) -> bool:
        """Whether an answer names a place in words."""
        properties = self.attributes.get("properties", {})
        return any(properties.get(name, {}).get("x-place") and value for name, value in attributes.items())

    def spelt(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """The attributes with each code in its plain spelling; what is too long for one stays as it was sent."""
        return spelt(self.attributes, attributes)

    def identity_numbers(self, attributes: Mapping[str, Any]) -> dict[str, str]:
        """The filer's own identity papers among the answers: kind and number."""
        own = self.own_identity
        is_own = own.holds(facts_of_answers(attributes)) if isinstance(own, When) else own
        return numbers_of(self.attributes, attributes) if is_own else {}

    def without_numbers(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """The answers as they are kept: of an identity paper's number the end alone."""
        return without_numbers(self.attributes, attributes)

    def clear_part(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """The attributes that may travel unsealed."""
        properties = self.attributes.get("properties", {})
        return {name: value for name, value in attributes.items() if properties.get(name, {}).get("x-clear") is True}


class ContactQuestions(_Data):
    """How somebody is to be written to, as the forms of these families ask it: the members of a SafeContact."""

    families: frozenset[Family]
    attributes: Annotated[dict[str, Any], AfterValidator(check_texts)]

    @model_validator(mode="after")
    def _asks_what_is_kept(self) -> Self:
        if set(self.attributes.get("properties", {})) != set(SafeContact.model_fields):
            raise ValueError("contact: what is asked is not what is kept of it")
        if unwritten := self.families & NEVER_WRITTEN_TO:
            raise ValueError(f"contact: nobody is written to, or at once, of {', '.join(sorted(unwritten))}")
        return self


class CatalogueFile(_Data):
    """The catalogue as it is written, with each block, vocabulary and term put in its place.

    `version` follows from the content: it changes with every edit.
    """

    version: str
    checks: Mapping[str, Check] = {}
    promises: Mapping[str, Promise] = {}
    identity: Mapping[str, IdentityPaper] = {}
    helplines: tuple[Helpline, ...] = ()
    contact: ContactQuestions | None = None
    services: tuple[Service, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, data: Any) -> Any:
        return expanded(data)

    @model_validator(mode="after")
    def _what_is_named_is_there(self) -> Self:
        for service in self.services:
            check_marks(service.attributes, self.checks)
            questions = service.attributes.get("properties", {}).values()
            if unknown := sorted({one[MARK] for one in questions if MARK in one} - set(self.identity)):
                raise ValueError(f"{service.code}: there is no identity paper {', '.join(unknown)}")
            if unknown := sorted(set(service.promised_by) - set(self.promises)):
                raise ValueError(f"{service.code}: there is no promise {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _helplines_are_named_by_known_answers(self) -> Self:
        asked = {service.code: service.attributes.get("properties", {}) for service in self.services}
        if faults := list(unclear_answers(self.helplines, asked)):
            raise ValueError("; ".join(faults))
        return self

    @model_validator(mode="after")
    def _papers_have_known_forms(self) -> Self:
        if unknown := sorted({one.check for one in self.identity.values() if one.check} - set(self.checks)):
            raise ValueError(f"identity: there is no check {', '.join(unknown)}")
        return self

    @model_validator(mode="after")
    def _one_meaning_of_each_notice(self) -> Self:
        known: dict[str, tuple[str, str, str | None]] = {}
        for notice in (notice for service in self.services for notice in service.notices):
            text = notice.hi, notice.en, notice.action
            if known.setdefault(notice.code, text) != text:
                raise ValueError(f"the notice {notice.code!r} has two texts")
        return self

    @model_validator(mode="after")
    def _one_spelling_of_each_term(self) -> Self:
        spelt: dict[tuple[str, str], str] = {}
        for service in self.services:
            for text in (
                service.names,
                *(document.names for document in service.documents),
                *texts_of(service.attributes),
            ):
                for term, written in ((("en", text.en.casefold()), text.hi), (("hi", text.hi), text.en.casefold())):
                    if spelt.setdefault(term, written) != written:
                        raise ValueError(f"{term[1]!r} is called both {spelt[term]!r} and {written!r}")
        return self
