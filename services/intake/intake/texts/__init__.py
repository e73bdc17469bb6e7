"""What citizens read in Hindi and English, from a data file: each text is shown only under the facts it states."""

import string
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from chassis.bilingual import Bilingual, Language
from chassis.sentences import VALUES, CodeName, CodeNames, Facts, Values, When, choose
from chassis.settings import load_yaml

SHIPPED = Path(__file__).parent / "texts.yaml"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sentence(Bilingual):
    """`when`: the facts under which it is true."""

    when: When = When()


class NoticeText(Bilingual):
    action: str | None


class OutcomeCode(_Data):
    """The fact that is the outcome's code, or the code itself."""

    when: When = When()
    code: str


class _File(_Data):
    timeline: Mapping[str, tuple[Sentence, ...]]
    outcome: Mapping[str, tuple[OutcomeCode, ...]]
    advice: Mapping[str, tuple[Sentence, ...]]
    next_step: tuple[Sentence, ...]
    notices: Mapping[str, NoticeText]

    @model_validator(mode="after")
    def _only_known_variables(self) -> Self:
        used = {name for sentence in self.sentences() for text in (sentence.hi, sentence.en) for name in _names(text)}
        if unknown := sorted(used - set(VALUES)):
            raise ValueError(f"unknown variables: {', '.join(unknown)}")
        return self

    def sentences(self) -> Iterator[Sentence]:
        for group in (*self.timeline.values(), *self.advice.values(), self.next_step):
            yield from group


class Texts:
    def __init__(self, file: _File, code_names: CodeNames) -> None:
        self.timeline, self.next_steps, self.notices = file.timeline, file.next_step, file.notices
        self.advices, self.outcomes = file.advice, file.outcome
        self.code_names = code_names

    def clock(self, name: str) -> CodeName:
        """What a promised time is called; a clock that only another policy file knows goes by the common name."""
        return self.code_names.bilingual("clocks", name)

    def of_event(self, event: str, facts: Facts, language: Language) -> str | None:
        """The event's text; None where it has no text for these facts, and it is not shown."""
        return self._chosen(self.timeline.get(event, ()), facts, language)

    def advice(self, event: str, facts: Facts, language: Language) -> str | None:
        return self._chosen(self.advices.get(event, ()), facts, language)

    def next_step(self, facts: Facts, language: Language) -> str:
        return self._chosen(self.next_steps, facts, language) or ""

    def outcome_code(self, event: str, facts: Facts) -> str:
        chosen = choose(self.outcomes[event], facts)
        named = "outcome" if chosen is None else chosen.code
        return facts.get(named, "recorded") if named in _OUTCOME_FACTS else named

    def _chosen(self, sentences: Sequence[Sentence], facts: Facts, language: Language) -> str | None:
        values = Values(facts, self.code_names, language)
        chosen = choose((one for one in sentences if values.known(_names(one.in_(language)))), facts)
        return None if chosen is None else chosen.in_(language).format_map(values)


_OUTCOME_FACTS = frozenset({"how", "finding", "outcome"})


def _names(text: str) -> Iterator[str]:
    return (name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@cache
def load_texts() -> Texts:
    """The shipped texts; read once by a process, as they change with its release alone."""
    return Texts(_File.model_validate(load_yaml(SHIPPED)), CodeNames.load())
