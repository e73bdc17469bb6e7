"""The papers that prove who somebody is: catalogue/identity.yaml, with their names from the vocabulary."""

from collections.abc import Mapping
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from chassis.codes import bare_code
from intake.catalogue.questions import Text

MARK: Final = "x-identity"
"""On a question: the answer is the number of this kind of paper."""
SHOWN: Final = 4
_DIGITS_OF_LUHN: Final = 7


class IdentityPaper(BaseModel):
    """`check`: the form of its number. `keeps`: the number's hash and end, or its last four digits and nothing more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: Text
    check: str | None = None
    check_digit: Literal["luhn"] | None = None
    keeps: Literal["number", "last_four"] = "number"

    @property
    def luhn_digits(self) -> int:
        return _DIGITS_OF_LUHN

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.check_digit is not None and self.check is None:
            raise ValueError("a check digit needs a form")
        return self


def numbers_of(schema: Mapping[str, Any], attributes: Mapping[str, Any]) -> dict[str, str]:
    """Kind of paper and number, of each answer that is the number of one."""
    asked = _marked(schema)
    return {asked[name]: value for name, value in attributes.items() if name in asked and isinstance(value, str)}


def without_numbers(schema: Mapping[str, Any], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with the last four characters alone of each paper's number."""
    asked = _marked(schema)
    return {
        name: hidden(value) if name in asked and isinstance(value, str) else value for name, value in attributes.items()
    }


def hidden(number: str) -> str:
    return f"****{bare_code(number)[-SHOWN:]}"


def _marked(schema: Mapping[str, Any]) -> dict[str, str]:
    questions = schema.get("properties", {})
    return {name: question[MARK] for name, question in questions.items() if MARK in question}
