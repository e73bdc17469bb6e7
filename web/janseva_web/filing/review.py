"""The answers as rows of a page: what was asked, what was answered, and the step to change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from janseva_web.filing.draft import Draft
from janseva_web.filing.steps import Kind, Step
from janseva_web.languages import PageLanguage
from janseva_web.suite.shapes import Question, Service


@dataclass(frozen=True, slots=True)
class Row:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class ReviewedStep:
    step: str
    rows: tuple[Row, ...]


def rows_of(service: Service, draft: Draft, steps: Sequence[Step], language: PageLanguage) -> tuple[ReviewedStep, ...]:
    """By step; what was left empty is not shown."""
    found = (ReviewedStep(step.name, tuple(_rows(service, draft, step, language))) for step in steps)
    return tuple(one for one in found if one.rows)


def _rows(service: Service, draft: Draft, step: Step, language: PageLanguage) -> list[Row]:
    rows = [
        Row(question.title, shown(question, answer, language))
        for name in step.questions
        if (answer := draft.answers.get(name)) and (question := service.attributes.properties[name])
    ]
    if step.describes and draft.description:
        rows.append(Row(language.text("filing.description"), draft.description))
    if step.kind is Kind.PLACE:
        if draft.lat:
            rows.append(Row(language.text("place.point"), f"{draft.lat}, {draft.lon}"))
        if draft.station:
            rows.append(Row(language.text("place.station"), draft.station_name or draft.station))
    if step.kind is Kind.PERSON:
        given = {"name": draft.name, "address": draft.address, "phone": draft.phone}
        titles = {
            "name": language.text("filing.name"),
            "address": language.text("filing.address"),
            "phone": language.text("login.phone"),
        }
        rows += [Row(titles[name], value) for name, value in given.items() if value]
        rows += [
            Row(question.title, shown(question, answer, language))
            for name, question in service.contact_questions.items()
            if (answer := draft.contact.get(name))
        ]
    return rows


def shown(question: Question, answer: str | list[str], language: PageLanguage) -> str:
    """An answer in words: the title of what was chosen, not its code."""
    choices = question.one_of or (question.items.one_of if question.items else ())
    titles = {choice.const: choice.title for choice in choices}
    if question.type == "boolean":
        return language.text("form.yes") if answer == "yes" else language.text("form.no")
    parts = answer if isinstance(answer, list) else [answer]
    text = ", ".join(titles.get(one, one) for one in parts)
    return text.replace("T", " ") if question.format == "date-time" else text
