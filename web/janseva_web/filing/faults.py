"""What is wrong with answers: looked at when a page is sent, and read from intake's refusal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from janseva_web.filing.counter import PLACES as COUNTER_PLACES
from janseva_web.filing.draft import CONTACT_PREFIX, LONGEST_DESCRIPTION, LONGEST_TEXT, PREFIX, Draft
from janseva_web.filing.steps import Kind, Step, required_questions, step_of_question
from janseva_web.languages import PageLanguage
from janseva_web.pages import FieldFault
from janseva_web.suite.client import WrongField
from janseva_web.suite.shapes import Service

# Where a member of the filing stands on the pages: the step's kind, and the field.
PERSON_FIELDS: Final = frozenset({"name", "address", "phone"})


def faults_of_step(step: Step, service: Service, draft: Draft, language: PageLanguage) -> tuple[FieldFault, ...]:
    """What a page can see by itself: needed answers that are missing, texts that are too long."""
    return tuple(_faults(step, service, draft, language))


def _faults(step: Step, service: Service, draft: Draft, language: PageLanguage) -> Iterator[FieldFault]:
    missing, too_long = language.text("form.missing"), language.text("form.too_long")
    required = required_questions(service, draft.answers)
    for name in step.questions:
        answer, question = draft.answers.get(name), service.attributes.properties[name]
        if not answer and name in required:
            yield FieldFault(PREFIX + name, f"{question.title}: {missing}")
        elif isinstance(answer, str) and question.max_length and len(answer) > question.max_length:
            yield FieldFault(PREFIX + name, f"{question.title}: {too_long}")
    if step.describes:
        if service.description_required and not draft.description:
            yield FieldFault("description", language.text("filing.description_missing"))
        elif len(draft.description) > LONGEST_DESCRIPTION:
            yield FieldFault("description", too_long)
    if step.kind is Kind.PERSON:
        for name in sorted(PERSON_FIELDS):
            if len(getattr(draft, name)) > LONGEST_TEXT:
                yield FieldFault(name, too_long)


def located(
    wrong: Iterable[WrongField], steps: tuple[Step, ...], service: Service
) -> tuple[Step, tuple[FieldFault, ...]]:
    """Intake's refusal: the first step with a fault, and all faults; those of that step lead to their field."""
    found = [_place_of(one, steps, service) for one in wrong]
    order = {step.name: number for number, step in enumerate(steps)}
    first = min((step for step, _, _ in found), key=lambda step: order[step.name], default=steps[-1])
    return first, tuple(FieldFault(field if step.name == first.name else "", text) for step, field, text in found)


def _place_of(wrong: WrongField, steps: tuple[Step, ...], service: Service) -> tuple[Step, str, str]:
    parts = wrong.pointer.split("/")[1:]
    member, name = [*parts, "", ""][:2]
    question = service.attributes.properties.get(name) if member == "attributes" else None
    if question is not None:
        step = step_of_question(steps, name)
        return step or steps[-1], PREFIX + name, f"{question.title}: {wrong.message}"
    if member == "description":
        return next((step for step in steps if step.describes), steps[0]), "description", wrong.message
    if member in {"location", "named_station"}:
        return _of_kind(steps, Kind.PLACE), "station_text", wrong.message
    if member == "contact":
        asked = service.contact_questions.get(name)
        text = f"{asked.title}: {wrong.message}" if asked else wrong.message
        return _of_kind(steps, Kind.PERSON), CONTACT_PREFIX + name if asked else "", text
    if member == "complainant":
        return _of_kind(steps, Kind.PERSON), name if name in PERSON_FIELDS else "name", wrong.message
    return steps[-1], COUNTER_PLACES.get(wrong.pointer, ""), wrong.message


def _of_kind(steps: tuple[Step, ...], kind: Kind) -> Step:
    return next((step for step in steps if step.kind is kind), steps[-1])
