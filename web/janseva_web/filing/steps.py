"""The steps of a service's form: what is needed first, a few questions a page, then the place, the rest, the person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from janseva_web.suite.shapes import Question, Service

A_PAGE: Final = 4
# Who gives secret information is asked nothing about himself.
ANONYMOUS: Final = frozenset({"tip"})
# Who comes, comes to an office that he names.
AT_AN_OFFICE: Final = frozenset({"visit"})

Answers = Mapping[str, str | list[str]]


class Kind(StrEnum):
    QUESTIONS = "questions"
    PLACE = "place"
    MORE = "more"
    PERSON = "person"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Step:
    """`name` stands in the form; `questions` are the names of the service's own."""

    name: str
    kind: Kind
    questions: tuple[str, ...] = ()
    describes: bool = False


def steps_of(service: Service, answers: Answers) -> tuple[Step, ...]:
    """In their order; what earlier answers make necessary comes behind them."""
    needed = needed_questions(service, answers)
    places = {name for name, question in _ordered(service) if question.is_place}
    first = [name for name, _ in _ordered(service) if name in needed and name not in places]
    rest = [name for name, _ in _ordered(service) if name not in needed and name not in places]
    found = list(_pages(service, first))
    if places or service.place_required or service.family in AT_AN_OFFICE:
        asked = [name for name, _ in _ordered(service) if name in places]
        # Of several places to write, those that are needed, else the first; the others are among the rest.
        shown = [name for name in asked if name in needed] or asked[:1]
        rest += [name for name in asked if name not in shown]
        found.append(Step("place", Kind.PLACE, tuple(shown)))
    if rest or not service.description_required:
        found.append(Step("more", Kind.MORE, tuple(rest), describes=not service.description_required))
    if service.family not in ANONYMOUS:
        found.append(Step("person", Kind.PERSON))
    return (*found, Step("check", Kind.CHECK))


def needed_questions(service: Service, answers: Answers) -> frozenset[str]:
    """What must or should be answered, as far as the answers given so far show it."""
    form = service.attributes
    found = {*form.required, *form.expected, *(name for group in form.either for name in group)}
    for rule in form.required_when:
        if all(_fits(answers.get(name), wanted) for name, wanted in rule.when.items()):
            found.update(rule.then)
    return frozenset(found & set(form.properties))


def required_questions(service: Service, answers: Answers) -> frozenset[str]:
    """Without these intake refuses the filing."""
    form = service.attributes
    found = set(form.required)
    for rule in form.required_when:
        if all(_fits(answers.get(name), wanted) for name, wanted in rule.when.items()):
            found.update(rule.then)
    return frozenset(found & set(form.properties))


def _fits(answer: str | list[str] | None, wanted: object) -> bool:
    if isinstance(wanted, bool):
        return answer == ("yes" if wanted else "no")
    return answer in wanted if isinstance(wanted, list | tuple) else answer == wanted


def _ordered(service: Service) -> list[tuple[str, Question]]:
    return list(service.attributes.in_order.items())


def _pages(service: Service, names: Sequence[str]) -> Iterator[Step]:
    """A few questions a page, those of a group together; the description with the first."""
    pages: list[list[str]] = []
    group: str | None = None
    for name in names:
        own = service.attributes.properties[name].group
        if not pages or len(pages[-1]) >= A_PAGE or (own != group and len(pages[-1]) > 1):
            pages.append([])
        pages[-1].append(name)
        group = own
    if service.description_required and not pages:
        pages.append([])
    for number, page in enumerate(pages, 1):
        describes = service.description_required and number == 1
        yield Step(f"questions-{number}", Kind.QUESTIONS, tuple(page), describes=describes)


def step_named(steps: Sequence[Step], name: str) -> Step:
    """The first, if there is none of that name."""
    return next((step for step in steps if step.name == name), steps[0])


def step_of_question(steps: Iterable[Step], name: str) -> Step | None:
    return next((step for step in steps if name in step.questions), None)
