"""No code of a machine reaches a reader: in whatever data file a text stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chassis.bilingual import Bilingual
from chassis.settings import load_yaml
from tests.texts.readable import faults_of

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path
    for folder in ("chassis/chassis", "schemas/event_schemas", "services")
    for path in (ROOT / folder).rglob("*.yaml")
)


def texts_in(data: Any) -> Iterator[Bilingual]:
    """Every pair of a Hindi and an English text, however deep."""
    if isinstance(data, dict):
        if isinstance(data.get("hi"), str) and isinstance(data.get("en"), str):
            yield Bilingual(hi=data["hi"], en=data["en"])
        for value in data.values():
            yield from texts_in(value)
    if isinstance(data, list):
        for value in data:
            yield from texts_in(value)


TEXTS = {path: texts for path in FILES if (texts := list(texts_in(load_yaml(path))))}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_holds_a_code(path: Path) -> None:
    """Neither `awaiting_documents` nor a Latin word in Hindi: a reader meets the police's words alone."""
    empty = Bilingual(hi="", en="")
    found = [fault for text in TEXTS[path] if text != empty for fault in faults_of(text)]
    assert not found, "\n".join(found)


def test_the_files_of_texts_are_looked_at() -> None:
    names = {path.name for path in TEXTS}
    texts = {"code_names.yaml", "texts.yaml", "problems.yaml", "field_errors.yaml"}
    assert texts | {"vocabularies.yaml", "e-complaint.yaml", "2026-11.3.yaml"} <= names
