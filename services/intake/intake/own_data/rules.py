"""Which cases a request to erase leaves as they are, by rules.yaml, and what an erased case still says. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.bilingual import Bilingual
from chassis.settings import load_yaml
from intake.case.model import Case
from intake.case.situation import Situation
from intake.case.states import DONE
from intake.fir.domain import registered

Because = Literal["open", "fir", "statutory", "appeal"]


class Keep(Bilingual):
    """Why something is kept. `whole`: it refuses the request as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    law: str = Field(min_length=8)
    because: Because | None = None
    by_officer: bool = False
    whole: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.by_officer is (self.because is not None):
            raise ValueError("a reason holds by a fact of the case, or by an officer's word")
        return self


class ErasureRules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    decided_by: tuple[str, ...] = Field(min_length=1)
    keeps: Mapping[str, Keep]

    def by_officer(self, *, whole: bool) -> tuple[str, ...]:
        return tuple(code for code, one in self.keeps.items() if one.by_officer and one.whole is whole)


@cache
def rules() -> ErasureRules:
    return ErasureRules.model_validate(load_yaml(Path(__file__).with_name("rules.yaml")))


def kept_by(situation: Situation, *, appealed: bool) -> str | None:
    """The code of the first reason that keeps the case; None if it may be erased. `appealed`: an appeal is open."""
    for code, keep in rules().keeps.items():
        if keep.because is not None and (_FACTS[keep.because](situation) or (appealed and keep.because == "appeal")):
            return code
    return None


_FACTS: Final[Mapping[Because, Callable[[Situation], bool]]] = {
    "open": lambda situation: situation.case.state not in DONE,
    "fir": lambda situation: registered(situation.case) is not None,
    "statutory": lambda situation: bool(situation.statutory),
    "appeal": lambda _situation: False,
}


def erased(case: Case, now: datetime) -> Case:
    """What stays: that there was such a case, its clocks and its acts. Nothing says whose it was, where he was or what
    he wrote. The key of the filing's repeat stays, an HMAC, so that a repeat makes no second case.
    """
    repeat = None if case.idempotency is None else replace(case.idempotency, body="")
    return replace(
        case,
        sealed=None,
        sealed_contact=None,
        owner=None,
        contact=None,
        receipts=(),
        repeat_slot=None,
        marks=(),
        location=None,
        desk_keys=(),
        joins=(),
        messages=(),
        notes=(),
        identity=None,
        evidence={},
        commands={},
        idempotency=repeat,
        hearings={key: replace(one, join_url=None) for key, one in case.hearings.items()},
        erased_at=now,
    )
