"""Message templates as data, each with its triggers: checked whole at load, rendered with its declared variables."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from chassis.sentences import When
from chassis.settings import load_yaml
from event_schemas import EVENT_CLASSES

from .sms import is_gsm, segments

DEFAULT_PATH = Path(__file__).with_name("templates.yaml")
Language = Literal["hi", "en"]
Audience = Literal["citizen", "office"]
Channel = Literal["sms"]
DigestKind = Literal["new_cases", "due_soon", "breaches", "with_citizen", "changes"]
Addressee = Literal[
    "citizen",
    "holder",
    "person",
    "helper",
    "in_charge",
    "escalated",
    "informed",
    "nearby",
    "previous",
    "dispatcher",
    "asked",
]

# All that a text may show to whoever stands beside the citizen: a code he has just asked for.
DISCREET_VARIABLES = frozenset({"otp"})
# All that a text may show whoever reads the phone of a sensitive case's citizen: a number, and when to come.
NEUTRAL_VARIABLES = frozenset({"tracking_number", "when"})


class TemplateError(ValueError):
    """The template file breaks a rule, or a message was asked for that its template doesn't allow."""


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Variable(Frozen):
    """`max` is the longest value in characters; a longer one is cut if `shorten`, else refused."""

    max: int = Field(gt=0, le=160)
    shorten: bool = False

    def fit(self, name: str, value: str) -> str:
        text = " ".join(value.split())
        if len(text) <= self.max:
            return text
        if not self.shorten:
            raise TemplateError(f"variable {name!r} is longer than {self.max} characters")
        return text[: self.max - 1].rstrip() + "."


class Wording(Frozen):
    """One text in one language, as registered with the operators under `dlt_id`."""

    dlt_id: Annotated[str, Field(pattern=r"^[0-9]{19}$")]
    text: Annotated[str, Field(min_length=1)]

    def placeholders(self) -> frozenset[str]:
        return frozenset(name for name, _ in _fields(self.text))


class Wordings(Frozen):
    hi: Wording
    en: Wording

    def in_language(self, language: Language) -> Wording:
        return self.hi if language == "hi" else self.en


class Neutral(Wordings):
    """`discreet`: the name of the text that is sent instead to who asked that nothing of the case be named."""

    discreet: str


class Trigger(Frozen):
    """On an event of `event`, `to` gets the template, if `when` holds and no earlier trigger for both did.

    `useless_from`: the event's field with the time from which the message would come too late; one that had to wait
    for its citizen's hours until then is not sent.
    """

    event: str
    to: Addressee
    when: When = When()
    useless_from: str | None = None

    @field_validator("event")
    @classmethod
    def _exists(cls, event: str) -> str:
        if event not in EVENT_CLASSES:
            raise ValueError(f"no event {event!r}")
        return event

    @model_validator(mode="after")
    def _names_a_time(self) -> Self:
        fields = EVENT_CLASSES[self.event].model_fields
        if self.useless_from is not None and (
            self.useless_from not in fields or fields[self.useless_from].annotation is not AwareDatetime
        ):
            raise ValueError(f"{self.event} has no time {self.useless_from!r}")
        return self


class Template(Frozen):
    """`digest`: what it counts as when an office gets too many and one digest says how many; None: always by itself."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    sent_on: tuple[Trigger, ...] = ()
    audience: Audience
    channel: Channel
    internal: bool = False
    digest: DigestKind | None = None
    variables: tuple[str, ...]
    texts: Wordings
    # The name of one of the book's neutral texts.
    neutral: str | None = None
    # The name of one of its discreet texts, where there is no neutral one that names it.
    discreet: str | None = None


class Message(Frozen):
    """A rendered text, ready for a provider."""

    template: str
    language: Language
    text: str
    dlt_id: str
    unicode: bool


class TemplateBook(Frozen):
    max_segments: int = Field(gt=0, le=10)
    development_dlt_prefix: str = Field(min_length=4)
    variables: Mapping[str, Variable]
    neutrals: Mapping[str, Neutral]
    discreet: Mapping[str, Wordings]
    templates: tuple[Template, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """The templates in `path`; TemplateError names everything that is wrong with it."""
        return cls.parse(load_yaml(path))

    @classmethod
    def parse(cls, raw: Any) -> Self:
        try:
            book = cls.model_validate(raw)
        except ValidationError as error:
            problems = [f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
            raise TemplateError("\n".join(problems)) from error
        problems = list(_problems(book))
        if problems:
            raise TemplateError("\n".join(problems))
        return book

    def get(self, template_id: str) -> Template:
        for template in self.templates:
            if template.id == template_id:
                return template
        raise TemplateError(f"no template {template_id!r}")

    def render(
        self,
        template_id: str,
        language: Language,
        values: Mapping[str, str],
        *,
        neutral: bool = False,
        discreet: bool = False,
    ) -> Message:
        """The message in `language`; `neutral` picks the text that reveals nothing to a stranger, `discreet` the one
        that reveals nothing to who reads along and knows the citizen.
        """
        template = self.get(template_id)
        if set(values) != set(template.variables):
            raise TemplateError(
                f"template {template_id!r} takes {sorted(template.variables)}, not {sorted(values)}",
            )
        wording = self._wordings(template, neutral=neutral, discreet=discreet).in_language(language)
        fitted = {name: self.variables[name].fit(name, values[name]) for name in wording.placeholders()}
        text = wording.text.format_map(fitted)
        return Message(
            template=template_id, language=language, text=text, dlt_id=wording.dlt_id, unicode=not is_gsm(text)
        )

    def _wordings(self, template: Template, *, neutral: bool, discreet: bool) -> Wordings:
        instead = self.neutrals[template.neutral] if template.neutral is not None else None
        name = instead.discreet if instead is not None else template.discreet
        if discreet and name is not None:
            return self.discreet[name]
        return instead if neutral and instead is not None else template.texts

    def digest_kinds(self) -> dict[str, DigestKind]:
        """The templates that a digest can take the place of, and what it counts each as."""
        return {template.id: template.digest for template in self.templates if template.digest is not None}

    def development_ids(self) -> list[str]:
        """Texts that carry an id of the development range: a real operator would block them."""
        return sorted(
            {place for _, _, place, w in _wordings(self) if w.dlt_id.startswith(self.development_dlt_prefix)},
        )


def _problems(book: TemplateBook) -> Iterator[str]:
    seen: set[str] = set()
    dlt_ids: dict[str, str] = {}
    for template in book.templates:
        if template.id in seen:
            yield f"{template.id}: the id stands twice"
        seen.add(template.id)
        for name in template.variables:
            if name not in book.variables:
                yield f"{template.id}: variable {name!r} is not defined"
        yield from _audience_problems(template)
        if template.neutral is not None and template.neutral not in book.neutrals:
            yield f"{template.id}: no neutral text {template.neutral!r}"
    named = {f"neutrals/{name}": one.discreet for name, one in book.neutrals.items()}
    named |= {template.id: template.discreet for template in book.templates if template.discreet is not None}
    yield from (f"{place}: no discreet text {name!r}" for place, name in named.items() if name not in book.discreet)
    yield from (f"discreet/{name}: nothing uses it" for name in sorted(set(book.discreet) - set(named.values())))
    yield from _never_sent(book)
    yield from _unused(book)
    for declared, all_of, place, wording in _wordings(book):
        yield from (f"{place}: {problem}" for problem in _wording_problems(book, declared, wording, all_of=all_of))
        if wording.dlt_id in dlt_ids:
            yield f"{place}: DLT id {wording.dlt_id} is already that of {dlt_ids[wording.dlt_id]}"
        dlt_ids[wording.dlt_id] = place


def _never_sent(book: TemplateBook) -> Iterator[str]:
    """Triggers behind one for the same event and addressee that always holds."""
    always: dict[tuple[str, Addressee], str] = {}
    for template in book.templates:
        for one in template.sent_on:
            if (one.event, one.to) in always:
                yield f"{template.id}: never sent on {one.event}, as {always[one.event, one.to]} always is"
            elif not one.when.root:
                always[one.event, one.to] = template.id


def _unused(book: TemplateBook) -> Iterator[str]:
    for name in sorted(set(book.neutrals) - {template.neutral for template in book.templates}):
        yield f"neutrals/{name}: no template uses it"
    for name in book.variables:
        if not any(name in t.variables for t in book.templates):
            yield f"variables/{name}: no template uses it"


def _audience_problems(template: Template) -> Iterator[str]:
    if template.audience == "citizen" and not template.internal and template.neutral is None:
        yield f"{template.id}: a citizen's template needs a neutral text for sensitive cases"
    if template.audience == "citizen" and (template.neutral is None) == (template.discreet is None):
        yield f"{template.id}: a citizen's template needs a discreet text, its own or that of its neutral text"
    if template.digest is not None and template.audience != "office":
        yield f"{template.id}: only an office gets digests"


def _wording_problems(book: TemplateBook, declared: frozenset[str], wording: Wording, *, all_of: bool) -> Iterator[str]:
    """`all_of`: exactly these variables, else no others."""
    try:
        used = wording.placeholders()
    except TemplateError as error:
        yield str(error)
        return
    if used != declared if all_of else not used <= declared:
        yield f"uses {sorted(used)} where {sorted(declared)} are declared"
    worst = {name: "9" * book.variables[name].max for name in used if name in book.variables}
    if len(worst) == len(used) and (count := segments(wording.text.format_map(worst))) > book.max_segments:
        yield f"takes {count} SMS segments at worst, at most {book.max_segments} are allowed"


def _wordings(book: TemplateBook) -> Iterator[tuple[frozenset[str], bool, str, Wording]]:
    """Each text with the variables that it may show, and whether it must show them all."""
    places: list[tuple[frozenset[str], bool, str, Wordings]] = [
        *((frozenset(one.variables), True, f"{one.id}/texts", one.texts) for one in book.templates),
        *((NEUTRAL_VARIABLES, False, f"neutrals/{name}", one) for name, one in book.neutrals.items()),
        *((DISCREET_VARIABLES, False, f"discreet/{name}", one) for name, one in book.discreet.items()),
    ]
    for declared, all_of, place, wordings in places:
        yield declared, all_of, f"{place}/hi", wordings.hi
        yield declared, all_of, f"{place}/en", wordings.en


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """The placeholders of a text; only a plain `{name}` is one."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as error:
        raise TemplateError(f"not a well-formed text: {error}") from error
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise TemplateError(f"placeholder {{{name}}} must be a plain name")
        yield name, name
