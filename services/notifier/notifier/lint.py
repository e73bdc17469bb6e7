"""The whole check of the templates: their own rules, and that they are the ones the suite sends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chassis.sentences import VALUES

from .domain import DIGEST
from .rules import RULES
from .settings import NotifierSettings
from .templates import Audience, TemplateBook, TemplateError

# Sent at a service's request, not for an event.
DIRECT = frozenset({"otp", "erasure_asked", "erasure_done", "erasure_partly", "erasure_refused"})
OFFICE: Audience = "office"


def lint(path: Path, *, production: bool = False) -> TemplateBook:
    """The templates in `path`; TemplateError lists what is wrong, one problem a line."""
    book = TemplateBook.load(path)
    problems = [*_use_problems(book), *_variable_problems(book), *(_production_problems(book) if production else ())]
    if problems:
        raise TemplateError("\n".join(problems))
    return book


def check_for(settings: NotifierSettings) -> TemplateBook:
    return lint(settings.templates_file, production=settings.environment == "production")


def _use_problems(book: TemplateBook) -> Iterator[str]:
    audiences = {rule.template: rule.audience for rule in RULES.messages} | {DIGEST: OFFICE}
    have = {template.id: template for template in book.templates}
    yield from (
        f"{name}: the notifier sends it, but it is missing" for name in sorted({*audiences, *DIRECT} - set(have))
    )
    for name, template in have.items():
        if name not in audiences and name not in DIRECT:
            yield f"{name}: nothing sends it"
        if name in audiences and template.audience != audiences[name]:
            yield f"{name}: is for {template.audience}, but goes to {audiences[name]}"
        if template.sent_on and template.sent_on != RULES.triggers_of(name):
            yield f"{name}: the suite decides what it is sent on; leave `sent_on` out, or as shipped"
        if template.internal != (name in DIRECT):
            yield f"{name}: `internal` must be set exactly on what services send themselves"


def _variable_problems(book: TemplateBook) -> Iterator[str]:
    for template in book.templates:
        unknown = sorted(set(template.variables) - set(VALUES))
        if unknown and template.id not in DIRECT and template.id != DIGEST:
            yield f"{template.id}: no event has {', '.join(unknown)}"


def _production_problems(book: TemplateBook) -> Iterator[str]:
    for name in book.development_ids():
        yield f"{name}: its DLT id is of the development range"
