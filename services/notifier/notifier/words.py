"""What services, clocks and certificates are called in Hindi and English (words.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pydantic import field_validator

from chassis.settings import load_yaml

from .templates import Frozen, Language

DEFAULT_PATH = Path(__file__).with_name("words.yaml")


class Name(Frozen):
    hi: str
    en: str

    def in_language(self, language: Language) -> str:
        return self.hi if language == "hi" else self.en


Names = Mapping[str, Name]


class Words(Frozen):
    services: Names
    clocks: Names
    kinds: Names
    certificates: Names

    @classmethod
    def load(cls, path: Path = DEFAULT_PATH) -> Self:
        """Errors: OSError, yaml.YAMLError, pydantic.ValidationError."""
        return cls.model_validate(load_yaml(path))

    @field_validator("services", "clocks", "kinds", "certificates")
    @classmethod
    def _has_default(cls, names: Names) -> Names:
        if "default" not in names:
            raise ValueError("a group of names needs a default")
        return names

    def service(self, code: str, language: Language) -> str:
        return _name(self.services, code, language)

    def clock(self, code: str, language: Language) -> str:
        return _name(self.clocks, code, language)

    def kind(self, code: str, language: Language) -> str:
        return _name(self.kinds, code, language)

    def certificate(self, code: str, language: Language) -> str:
        return _name(self.certificates, code, language)


def _name(names: Names, code: str, language: Language) -> str:
    return names.get(code, names["default"]).in_language(language)
