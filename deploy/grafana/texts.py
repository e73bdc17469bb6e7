"""The dashboards' sentences, one file a language; names of clocks, services and districts are the suite's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deploy.grafana.model import Board

from chassis.settings import load_yaml
from event_schemas.districts import hindi_name, names
from event_schemas.names import names_by_group

FOLDER = Path(__file__).with_name("texts")
LANGUAGES = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@dataclass(frozen=True, slots=True)
class PanelText:
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class BoardTexts:
    title: str
    description: str
    rows: Mapping[str, str]
    panels: Mapping[str, PanelText]


@dataclass(frozen=True, slots=True)
class Texts:
    language: str
    phrases: Mapping[str, str]
    columns: Mapping[str, str]
    legends: Mapping[str, str]
    values: Mapping[str, str]
    boards: Mapping[str, Any]

    @property
    def clocks(self) -> Mapping[str, str]:
        return _names("clocks", self.language)

    @property
    def districts(self) -> Mapping[str, str]:
        """What differs from the name that events carry."""
        if self.language != "hi":
            return {}
        return {name: found for name in sorted(set(names().values())) if (found := hindi_name(name)) is not None}

    def codes(self) -> Mapping[str, str]:
        """What stands in a cell in place of a code: districts, services, clocks, and the texts' own `values`."""
        return {**self.districts, **_names("services", self.language), **self.clocks, **self.values}

    def legend(self, legend: str) -> str:
        """`p90 {{lane}}`: the key and then labels; or a key alone, or labels alone."""
        key, _, labels = legend.partition(" ")
        return " ".join((self.legends.get(key, key), labels)).strip()

    def of(self, board: Board) -> BoardTexts:
        found = self.boards[board.key]
        panels = {key: PanelText(*one) for key, one in found["panels"].items()}
        return BoardTexts(found["title"], found["description"], found["rows"], panels)


@cache
def texts(language: str) -> Texts:
    """FileNotFoundError for a language without a file."""
    return Texts(language, **load_yaml(FOLDER / f"{language}.yaml"))


def _names(group: str, language: str) -> Mapping[str, str]:
    return {code: getattr(name, language) for code, name in names_by_group()[group].items()}
