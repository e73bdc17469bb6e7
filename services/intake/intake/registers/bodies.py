"""What officers send about entries."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from chassis.importing.dates import UnreadableDate, read_day
from intake.case.command import Code
from intake.filing.bodies import ShortText

StationCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,39}$")]
District = Annotated[ShortText, StringConstraints(min_length=2, max_length=100)]
PaperNumber = Annotated[ShortText, StringConstraints(min_length=1, max_length=80)]


def _day(value: Any) -> date:
    try:
        found = read_day(value) if isinstance(value, str | date) else None
    except UnreadableDate:
        found = None
    if found is None:
        raise PydanticCustomError("date_parsing", "no day")
    return found


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class SourceBody(_Body):
    """The paper that an entry rests on; `dated` is the paper's own day."""

    kind: Code
    dated: Day
    number: PaperNumber | None = None


class AddEntry(_Body):
    """Without `station` and `district` the entry is of the officer's own. Without `ends_on` it stays as long as the
    register allows.
    """

    station: StationCode | None = None
    district: District | None = None
    since: Day
    source: SourceBody
    attributes: dict[str, Any] = Field(default_factory=dict, repr=False)
    ends_on: Day | None = None


class CorrectEntry(_Body):
    """What is left out stays. `attributes` are put over those that are there; one that is null goes."""

    reason: Annotated[ShortText, StringConstraints(min_length=3)]
    since: Day | None = None
    source: SourceBody | None = None
    attributes: Mapping[str, Any] = Field(default_factory=dict, repr=False)
    ends_on: Day | None = None


class EndEntry(_Body):
    """The reason is one of the register's: acquitted, found, returned and the like."""

    reason_code: Code
