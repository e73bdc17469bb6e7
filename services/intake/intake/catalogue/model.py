"""What the catalogue says of a service."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from event_schemas import Lane
from intake.domain.states import Family


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
    attributes: Annotated[dict[str, Any], AfterValidator(check_clear_marks)]

    def clear_part(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """The attributes that may travel unsealed."""
        properties = self.attributes.get("properties", {})
        return {name: value for name, value in attributes.items() if properties.get(name, {}).get("x-clear") is True}


class CatalogueFile(_Data):
    version: str
    services: tuple[Service, ...] = Field(min_length=1)
