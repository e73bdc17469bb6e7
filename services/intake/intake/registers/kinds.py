"""Reads the registers' files: `kinds/<kind>.yaml`, with the catalogue's vocabularies and the registers' own."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from chassis.settings import load_yaml
from intake.catalogue.answers import Questions
from intake.catalogue.checks import Check, check_marks
from intake.catalogue.expansion import schema_of
from intake.catalogue.loader import SHIPPED
from intake.catalogue.questions import Text, check_texts
from intake.registers.model import FILTER, SEARCH, SHOWN, Kind, Searched, Visibility

HERE: Final = Path(__file__).parent
_VOCABULARIES: Final = TypeAdapter(dict[str, dict[str, Text]])


class Registers:
    """The kinds by name, each with its compiled questions."""

    def __init__(self, kinds: Mapping[str, Kind], checks: Mapping[str, Check]) -> None:
        self._kinds = kinds
        self.questions = {name: Questions(kind.attributes, checks) for name, kind in kinds.items()}

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def get(self, kind: str) -> Kind | None:
        return self._kinds.get(kind)


@cache
def load_registers() -> Registers:
    """The shipped registers. ValueError where a file can't be used."""
    shared = load_yaml(SHIPPED / "vocabularies.yaml")
    own = load_yaml(HERE / "vocabularies.yaml")
    vocabularies = _VOCABULARIES.validate_python({**shared, **own})
    checks = TypeAdapter(dict[str, Check]).validate_python(load_yaml(SHIPPED / "checks.yaml"))
    kinds = [_kind(path, vocabularies) for path in sorted((HERE / "kinds").glob("*.yaml"))]
    for kind in kinds:
        check_marks(kind.attributes, checks)
    return Registers({kind.kind: kind for kind in kinds}, checks)


def _kind(path: Path, vocabularies: Mapping[str, Mapping[str, Text]]) -> Kind:
    written = load_yaml(path)
    filled = {
        **written,
        "sources": {code: _source(code, vocabularies) for code in written["sources"]},
        "ends_by": {code: vocabularies["register_ends"][code] for code in written["ends_by"]},
        "attributes": check_texts(schema_of(written["attributes"], {}, vocabularies)),
    }
    kind = Kind.model_validate(filled)
    if kind.kind != path.stem:
        raise ValueError(f"{path}: the file of a register is named after it")
    for name, field in kind.fields.items():
        _check_marks_of(name, field)
    named = {one.field for one in kind.never} | {name for one in kind.never for name in (*one.under, *one.when.root)}
    if kind.like is not None:
        named |= {*kind.like.codes, *kind.like.same, *kind.like.near, *kind.like.compare}
    if unknown := sorted(named - set(kind.fields)):
        raise ValueError(f"{path}: there is no field {', '.join(unknown)}")
    return kind


def _source(code: str, vocabularies: Mapping[str, Mapping[str, Text]]) -> dict[str, Any]:
    numbered = vocabularies["register_sources"]
    if code in numbered:
        return {"names": numbered[code]}
    return {"names": vocabularies["register_sources_without_number"][code], "numbered": False}


def _check_marks_of(name: str, field: Mapping[str, Any]) -> None:
    if field.get(SEARCH, Searched.NAME) not in set(Searched) or field.get(SHOWN, Visibility.DESK) not in set(
        Visibility
    ):
        raise ValueError(f"{name}: unknown mark")
    if field.get(FILTER) and "enum" not in field:
        raise ValueError(f"{name}: only what is chosen from a list narrows a search")
