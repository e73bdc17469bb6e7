"""What codes are called in Hindi and English: no code itself ever reaches a reader.

Services, clocks and papers are named where they are defined (`called`); every other code in code_names.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from pydantic import RootModel, model_validator

from chassis.bilingual import Bilingual, Language
from chassis.settings import load_yaml
from event_schemas.names import Name, names_by_group
from event_schemas.papers import paper_rules

DEFAULT_PATH: Final = Path(__file__).with_name("code_names.yaml")


class CodeName(Bilingual):
    """What a code is called."""


class CodeNames(RootModel[Mapping[str, Mapping[str, CodeName]]]):
    """Names by group and code. A code that has no name is called by its group's `default`."""

    @classmethod
    def load(cls, path: Path = DEFAULT_PATH) -> Self:
        """Errors: OSError, yaml.YAMLError, pydantic.ValidationError."""
        papers = {rule.kind: rule.called for rule in paper_rules().values()}
        defined: Mapping[str, Mapping[str, Name]] = {**names_by_group(), "certificates": papers}
        written = load_yaml(path)
        return cls.model_validate(written | {group: written[group] | _plain(defined[group]) for group in defined})

    @model_validator(mode="after")
    def _has_defaults(self) -> Self:
        lacking = sorted(group for group, names in self.root.items() if "default" not in names)
        if lacking:
            raise ValueError(f"groups without a default name: {', '.join(lacking)}")
        return self

    def names(self, group: str) -> Mapping[str, CodeName]:
        return self.root[group]

    def bilingual(self, group: str, code: str) -> CodeName:
        names = self.root[group]
        return names.get(code) or names["default"]

    def name(self, group: str, code: str, language: Language) -> str:
        return self.bilingual(group, code).in_(language)


def _plain(names: Mapping[str, Name]) -> dict[str, dict[str, str]]:
    return {code: name.model_dump() for code, name in names.items()}
