"""What the catalogue says of a service."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from chassis.codes import LONGEST, bare_code, plain_code
from event_schemas import Lane
from intake.case.states import Family

# How a code is kept: without spaces and punctuation, in capitals; or as it is, in ASCII digits.
CODES: Mapping[str, Callable[[str], str]] = {"bare": bare_code, "plain": plain_code}


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(_Data):
    hi: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Document(_Data):
    code: str
    required: bool
    names: Bilingual


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
    names: Bilingual
    how_to: Bilingual
    documents: tuple[Document, ...]
    fee: Fee
    districts: Literal["all"] | tuple[str, ...]
    description_required: bool
    sensitive_categories: tuple[str, ...]
    attributes: Annotated[dict[str, Any], AfterValidator(check_clear_marks), AfterValidator(check_other_marks)]

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
        """The attributes whose time has passed when they are told."""
        properties = self.attributes.get("properties", {})
        return tuple(name for name, definition in properties.items() if definition.get("x-past"))

    def clear_part(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """The attributes that may travel unsealed."""
        properties = self.attributes.get("properties", {})
        return {name: value for name, value in attributes.items() if properties.get(name, {}).get("x-clear") is True}


class CatalogueFile(_Data):
    version: str
    services: tuple[Service, ...] = Field(min_length=1)
