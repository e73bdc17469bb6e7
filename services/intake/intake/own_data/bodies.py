"""What the post that decides on a request to erase sends."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from intake.case.command import Id
from intake.own_data.rules import rules


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of rules.yaml that the deciding post gives: for the request as a `whole`, or for one case."""

    whole: bool

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema([*rules().by_officer(whole=self.whole)])


class DecideErasure(BaseModel):
    """`refuse` with a reason for the whole request; `erase`, but for the cases that `keep` names with its reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Literal["erase", "refuse"]
    reason_code: Annotated[str, Reason(whole=True)] | None = None
    keep: dict[Id, Annotated[str, Reason(whole=False)]] = Field(default_factory=dict, max_length=200)

    @model_validator(mode="after")
    def _a_refusal_has_a_reason(self) -> "DecideErasure":
        if (self.decision == "refuse") is (self.reason_code is None):
            raise ValueError("a refusal has a reason_code, and nothing else has one")
        return self
