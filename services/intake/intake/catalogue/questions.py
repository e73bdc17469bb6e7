"""A service's questions: a JSON Schema with titles, help and labels in both languages, and the form of one reader."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import model_validator

from chassis.bilingual import Bilingual, Language

_DEVANAGARI: Final = re.compile(r"[\u0900-\u097f]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_CODE: Final = re.compile(r"[a-z0-9]_[a-z0-9]")
# What stands beside JSON Schema's own keywords, for the makers of forms.
_FOR_READERS: Final = frozenset({"title", "help", "labels", "group"})


class Text(Bilingual):
    """What a person reads of a service: Hindi in Devanagari alone, English without it, no code in either."""

    @model_validator(mode="after")
    def _in_their_scripts(self) -> "Text":
        if not _DEVANAGARI.search(self.hi) or _LATIN.search(self.hi):
            raise ValueError(f"Hindi is written in Devanagari alone: {self.hi!r}")
        if not _LATIN.search(self.en) or _DEVANAGARI.search(self.en):
            raise ValueError(f"English is written in Latin letters alone: {self.en!r}")
        if _CODE.search(self.en):
            raise ValueError(f"a code is no text: {self.en!r}")
        return self


Vocabularies = Mapping[str, Mapping[str, Text]]


def with_vocabularies(schema: dict[str, Any], vocabularies: Vocabularies) -> dict[str, Any]:
    """The schema with each `values: <vocabulary>` as its codes (`enum`) and their `labels`.

    Errors: ValueError for a vocabulary that is not there.
    """
    questions = {name: _filled(question, vocabularies) for name, question in schema.get("properties", {}).items()}
    return {**schema, "properties": questions} if questions else schema


def check_texts(schema: dict[str, Any]) -> dict[str, Any]:
    """Each question has a title, and each value of an enumeration its label, in both languages. Errors: ValueError."""
    for name, question in schema.get("properties", {}).items():
        try:
            _check(question)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return schema


def texts_of(schema: Mapping[str, Any]) -> Iterator[Text]:
    """The names of the questions and of their values: terms, of which each has one spelling."""
    for question in schema.get("properties", {}).values():
        yield Text.model_validate(question["title"])
        for label in _enumeration(question).get("labels", {}).values():
            yield Text.model_validate(label)


def plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema alone, by which answers are checked."""
    questions = {name: _without_texts(question) for name, question in schema.get("properties", {}).items()}
    return {**schema, "properties": questions} if questions else dict(schema)


def form(schema: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """The schema for one reader: `title` and `description` (the help) in the language, `x-order` from 1, and beside
    each `enum` a `oneOf` of its values with their titles.
    """
    questions = {
        name: _question(question, language) | {"x-order": order}
        for order, (name, question) in enumerate(schema.get("properties", {}).items(), 1)
    }
    return {**schema, "properties": questions} if questions else dict(schema)


def label(schema: Mapping[str, Any], pointer: str, code: str) -> Bilingual | None:
    """What a value of the question at a JSON pointer is called."""
    question = _question_at(schema, pointer)
    found = _enumeration(question).get("labels", {}).get(code)
    return None if found is None else Text.model_validate(found)


def title(schema: Mapping[str, Any], pointer: str) -> Bilingual | None:
    """What is asked at a JSON pointer."""
    found = _question_at(schema, pointer).get("title")
    return None if found is None else Text.model_validate(found)


def _question_at(schema: Mapping[str, Any], pointer: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema.get("properties", {}).get(pointer.split("/")[1] if "/" in pointer else "", {})
    return found


def _filled(question: Any, vocabularies: Vocabularies) -> Any:
    if not isinstance(question, dict):
        return question
    filled = {key: _filled(value, vocabularies) if key == "items" else value for key, value in question.items()}
    if "values" in filled:
        name = filled.pop("values")
        if name not in vocabularies:
            raise ValueError(f"there is no vocabulary {name!r}")
        terms = vocabularies[name]
        filled |= {"enum": list(terms), "labels": {code: text.model_dump() for code, text in terms.items()}}
    return filled


def _check(question: Mapping[str, Any]) -> None:
    if "title" not in question:
        raise ValueError("has no title")
    Text.model_validate(question["title"])
    for key in ("help", "group"):
        if key in question:
            Text.model_validate(question[key])
    enumeration = _enumeration(question)
    labels = enumeration.get("labels", {})
    if set(labels) != set(enumeration.get("enum", ())):
        raise ValueError("the labels are not those of the values")
    for text in labels.values():
        Text.model_validate(text)


def _enumeration(question: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of a question that holds the values to choose from: itself, or its items."""
    items = question.get("items")
    return items if isinstance(items, dict) and "enum" in items else question


def _without_texts(question: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in question.items() if key not in _FOR_READERS}
    if isinstance(kept.get("items"), dict):
        kept["items"] = _without_texts(kept["items"])
    return kept


def _question(question: Mapping[str, Any], language: Language) -> dict[str, Any]:
    shown = _without_texts(question)
    for key, of in (("title", "title"), ("description", "help"), ("x-group", "group")):
        if of in question:
            shown[key] = Text.model_validate(question[of]).in_(language)
    if "labels" in question:
        labels = {code: Text.model_validate(text).in_(language) for code, text in question["labels"].items()}
        shown["oneOf"] = [{"const": code, "title": labels[code]} for code in question["enum"]]
    if isinstance(question.get("items"), dict):
        shown["items"] = _question(question["items"], language)
    return shown
