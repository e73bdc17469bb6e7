"""What the catalogue says of a service."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from chassis.codes import LONGEST, bare_code, plain_code
from event_schemas import Lane
from intake.case.states import Family
from intake.catalogue.questions import Text, Vocabularies, check_texts, texts_of, with_vocabularies

# How a code is kept: without spaces and punctuation, in capitals; or as it is, in ASCII digits.
CODES: Mapping[str, Callable[[str], str]] = {"bare": bare_code, "plain": plain_code}


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(_Data):
    code: str
    required: bool
    names: Text


class Fee(_Data):
    amount: int = Field(ge=0)
    currency: Literal["INR"]


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
    return schema


def _is_text(definition: dict[str, Any]) -> bool:
    return definition.get("type") == "string"


class Service(_Data):
    code: str = Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    family: Family
    lane: Lane
    login: Literal["none", "citizen"]
    priority: Literal["urgent", "high", "normal", "low"]
    names: Text
    how_to: Text
    documents: tuple[Document, ...]
    fee: Fee
    districts: Literal["all"] | tuple[str, ...]
    description_required: bool
    sensitive_categories: tuple[str, ...]
    attributes: Annotated[
        dict[str, Any],
        AfterValidator(check_clear_marks),
        AfterValidator(check_other_marks),
        AfterValidator(check_texts),
    ]

    def spelt(self, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """The attributes with each code in its plain spelling; what is too long for one stays as it was sent."""
        properties = self.attributes.get("properties", {})
        kinds = {name: properties.get(name, {}).get("x-code") for name in attributes}
        return {
            name: CODES[kinds[name]](value)
            if kinds[name] and isinstance(value, str) and len(value) <= LONGEST
            else value
            for name, value in attributes.items()
        }

    def past_times(self) -> tuple[str, ...]:
        """The attributes whose time lies before the filing."""
        properties = self.attributes.get("properties", {})
        return tuple(name for name, definition in properties.items() if definition.get("x-past"))

    def clear_part(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """The attributes that may travel unsealed."""
        properties = self.attributes.get("properties", {})
        return {name: value for name, value in attributes.items() if properties.get(name, {}).get("x-clear") is True}


_VOCABULARIES: Final = TypeAdapter(dict[str, dict[str, Text]])


class CatalogueFile(_Data):
    """The file as it is written, each question's vocabulary put in its place."""

    version: str
    vocabularies: Vocabularies = {}
    services: tuple[Service, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _fill_in_vocabularies(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("services"), list):
            return data
        vocabularies = _VOCABULARIES.validate_python(data.get("vocabularies", {}))
        return {**data, "services": [_filled(service, vocabularies) for service in data["services"]]}

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


def _filled(service: Any, vocabularies: Vocabularies) -> Any:
    if not isinstance(service, dict) or not isinstance(service.get("attributes"), dict):
        return service
    return {**service, "attributes": with_vocabularies(service["attributes"], vocabularies)}
