"""What citizens read in Hindi and English, from a data file."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator

from chassis.problems import Language
from chassis.settings import load_yaml
from intake.domain.case import TimelineEntry
from intake.domain.states import State

SHIPPED = Path(__file__).parent / "texts.yaml"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(_Data):
    hi: str
    en: str

    def in_(self, language: Language) -> str:
        return self.hi if language == "hi" else self.en


class NoticeText(Bilingual):
    action: str | None


class Texts(_Data):
    timeline: Mapping[str, Bilingual]
    next_step: Mapping[State, Bilingual]
    notices: Mapping[str, NoticeText]
    clocks: Mapping[str, Bilingual]

    def clock(self, name: str) -> Bilingual:
        """What a promised time is called; a clock that only another policy file knows goes by the common name."""
        return self.clocks.get(name) or self.clocks["default"]

    def of_entry(self, entry: TimelineEntry, language: Language) -> str | None:
        """The entry's text; None for an event that has none, which is not shown."""
        text = self.timeline.get(entry.event)
        return None if text is None else text.in_(language).format_map(_Filled(entry.params))

    @field_validator("clocks")
    @classmethod
    def _has_a_default(cls, clocks: Mapping[str, Bilingual]) -> Mapping[str, Bilingual]:
        if "default" not in clocks:
            raise ValueError("clocks need a default name")
        return clocks


class _Filled(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def load_texts() -> Texts:
    return Texts.model_validate(load_yaml(SHIPPED))
