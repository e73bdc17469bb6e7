"""The languages of all that people read, and a text in both of them."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["en", "hi"]
LANGUAGES: Final[tuple[Language, ...]] = ("hi", "en")


class Bilingual(BaseModel):
    """The same text in Hindi and in English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hi: str
    en: str

    def in_(self, language: Language) -> str:
        return self.hi if language == "hi" else self.en
