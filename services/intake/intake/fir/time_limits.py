"""How long the law gives an investigation, by the FIR's sections and the case's category (time_limits.yaml). Pure."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from chassis.settings import load_yaml
from event_schemas.values import InvestigationLimit
from intake.fir.sections import without_parts


class TimeLimit(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: InvestigationLimit
    acts: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    source: str

    def holds(self, sections: Iterable[str], category: str | None) -> bool:
        named = {without_parts(one) for one in sections}
        acts = {one.partition(" ")[0] for one in named}
        return bool(acts & self.acts or named & self.sections or category in self.categories)


LIMITS: Final = TypeAdapter(tuple[TimeLimit, ...]).validate_python(
    load_yaml(Path(__file__).with_name("time_limits.yaml"))
)


def limit_of(sections: Iterable[str], category: str | None) -> InvestigationLimit:
    """By sections in the spelling of `read_section`."""
    held = tuple(sections)
    return next((one.limit for one in LIMITS if one.holds(held, category)), InvestigationLimit.GENERAL)
