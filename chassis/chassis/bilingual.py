"""A text in both languages of the suite."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from chassis.http.negotiation import Language


class Bilingual(BaseModel):
    """The same said in Hindi and in English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hi: str
    en: str

    def in_(self, language: Language) -> str:
        return self.hi if language == "hi" else self.en
