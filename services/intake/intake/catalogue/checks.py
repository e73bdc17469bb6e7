"""Check the form of numbers and the age of persons by rules that are data: catalogue/checks.yaml."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from event_schemas.calendars import india_date
from intake.catalogue.questions import Text


class Check(BaseModel):
    """`pattern` is matched on the whole text, `luhn` on its digits; `years_at_least`: of an age or a date of birth."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str | None = None
    luhn: bool = False
    years_at_least: int | None = None
    message: Text

    @model_validator(mode="after")
    def _checks_something(self) -> Self:
        if (self.pattern is None) == (self.years_at_least is None):
            raise ValueError("a check has a pattern or a number of years")
        if self.pattern is not None:
            re.compile(self.pattern)
        return self

    @property
    def is_format(self) -> bool:
        """Of the form of a number: such a fault may be accepted and flagged, the rule on an age is always kept."""
        return self.pattern is not None

    def holds(self, value: Any, now: datetime) -> bool:
        """Whether the value passes; one of another type is for the schema to refuse."""
        if self.years_at_least is not None:
            years = _years(value, india_date(now))
            return years is None or years >= self.years_at_least
        if not isinstance(value, str) or self.pattern is None:
            return True
        return re.fullmatch(self.pattern, value) is not None and (not self.luhn or is_luhn(value))


def is_luhn(digits: str) -> bool:
    """Whether the last of these ASCII digits is the Luhn check digit of the others; 16 digits (IMEISV) carry none.

    Written here: python-stdnum is LGPL, where our dependencies are permissive.
    """
    if len(digits) == 16:
        return True
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def check_marks(schema: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
    """ValueError for an `x-check` that is not there."""
    for name, question in schema.get("properties", {}).items():
        if "x-check" in question and question["x-check"] not in checks:
            raise ValueError(f"{name}: there is no check {question['x-check']!r}")


def failed(
    schema: Mapping[str, Any], checks: Mapping[str, Check], attributes: Mapping[str, Any], now: datetime
) -> dict[str, Check]:
    """The attributes that do not pass their check."""
    properties = schema.get("properties", {})
    named = {name: checks[properties[name]["x-check"]] for name in attributes if "x-check" in properties.get(name, {})}
    return {name: check for name, check in named.items() if not check.holds(attributes[name], now)}


def _years(value: Any, today: date) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    try:
        born = date.fromisoformat(value)
    except ValueError:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
