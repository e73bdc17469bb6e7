"""Points out to a citizen that he filed nearly the same before; nothing is refused or joined for it.

Who may learn of it: the login that owns the earlier case, when he files for himself, and of no case more than his own
list (GET /v1/me/cases) shows him. So never of a sensitive case, nor of one from before the number was surely his. A
number that is only written into a form proves nothing: by a helper's login, or an officer's at the counter, nothing is
looked up, for whoever fills in a form could try out numbers. What is found is kept with the new case, so that a repeat
of the request gets the same answer, and its status, for its owner or the holder of its receipt code, names it too.
Officers do not see it there: the earlier case may be about their own office.

Nothing is read for a filing that is like none: its marks, each bound to the login, are unique in the store, which
refuses the second. So a stranger's filing meets nobody's, and its time says nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from string import punctuation
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz import fuzz

from chassis.sealing import KeyRing, SealError, SealFailure
from chassis.settings import load_yaml
from event_schemas import PersonalData
from intake.auth import Principal
from intake.case.keys import Keys
from intake.case.model import Case, CaseLink, Idempotency, Relation
from intake.case.states import State
from intake.case.store import CaseFilter, CaseStore, UniqueConflict, UniqueField
from intake.catalogue.model import Service
from intake.filing.domain import Submission
from intake.filing.handlers import Filed, FilingDesk
from intake.filing.redaction import redact_text, redact_value

SHIPPED: Final = Path(__file__).with_name("filed_before.yaml")
# Comparing takes the square of the length; who files twice begins alike.
LONGEST_COMPARED: Final = 2_000
# "Not known" in the place of a number is none.
LEAST_DIGITS: Final = 4
# The two least of the words' hashes: the same words give the same mark, and most texts with a word more or less do.
# Each mark more would be one more entry in the index that each filing writes.
HASHES, HASH_BYTES = 2, 4
_TO_SPACE: Final = str.maketrans(dict.fromkeys(f"{punctuation}\u0964\u2018\u2019\u201c\u201d\u2013", " "))


class Rule(BaseModel):
    """`alike`: of 100, from which texts count as the same. `checks`, `questions`: what a thing's number is asked by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    within: timedelta = Field(gt=timedelta())
    looked_at: int = Field(ge=1, le=100)
    named: int = Field(ge=1, le=20)
    alike: int = Field(ge=50, le=100)
    checks: frozenset[str]
    questions: frozenset[str]

    def asks_number(self, name: str, question: Mapping[str, Any]) -> bool:
        return question.get("x-check") in self.checks or name in self.questions


RULE: Final = Rule.model_validate(load_yaml(SHIPPED))


@dataclass(frozen=True, slots=True)
class FiledBefore:
    filing: FilingDesk
    store: CaseStore
    ring: KeyRing
    keys: Keys

    async def file(self, submission: Submission, citizen: Principal, key: str, idempotency: Idempotency) -> Filed:
        """Files it, with links to what is nearly the same. `citizen`: who is logged in for himself."""
        marks = self.marks_of(submission, citizen)
        try:
            return await self.filing.file(replace(submission, marks=marks), key=key, idempotency=idempotency)
        except UniqueConflict as conflict:
            if conflict.by is not UniqueField.MARK:
                raise
        found = await self._links_of(submission, citizen)
        return await self.filing.file(replace(submission, links=found), key=key, idempotency=idempotency)

    def marks_of(self, submission: Submission, citizen: Principal) -> tuple[str, ...]:
        """One for each number and one for the words; none of a sensitive matter."""
        service, since = submission.service, citizen.known_since
        if (
            since is None
            or submission.sensitive
            or submission.attributes.get("category") in service.sensitive_categories
        ):
            return ()
        holder = f"{citizen.sub} {int(since.timestamp())}"
        marks = (self.keys.mark(holder, service.code, one) for one in _kept(submission).marks())
        return tuple(dict.fromkeys(marks))

    async def _links_of(self, submission: Submission, citizen: Principal) -> tuple[CaseLink, ...]:
        """His own earlier cases that are nearly this one, the newest first."""
        now = self.filing.now()
        since = max(now - RULE.within, citizen.known_since or now)
        page = await self.store.page(
            CaseFilter(owner=citizen.sub, filed_since=since, sensitive=False), None, RULE.looked_at
        )
        new = _kept(submission)
        found = [one for one in page.cases if self._is_like(submission.service, one, new)]
        return tuple(
            CaseLink(Relation.FILED_BEFORE, one.case_id, one.tracking_number, hidden=True, filed_at=one.filed_at)
            for one in found[: RULE.named]
        )

    def _is_like(self, service: Service, case: Case, new: "Content") -> bool:
        if case.service_code != service.code or case.state is State.WITHDRAWN or case.sealed is None:
            return False
        try:
            personal = PersonalData.from_json(self.ring.open(case.case_id, case.sealed))
        except SealError as error:
            if error.reason is not SealFailure.KEY_DESTROYED:
                raise
            return False
        return new.is_like(content_of(service, personal.description, {**case.attributes, **personal.attributes}))


@dataclass(frozen=True, slots=True)
class Content:
    """What filings are compared by: the numbers of things by their questions, the words, the choices.

    The words are the description's; where there is none, those of the answers, and then the choices count too.
    """

    numbers: Mapping[str, str]
    terms: tuple[str, ...]
    choices: Mapping[str, Any]

    def is_like(self, other: "Content") -> bool:
        """A number in common; else, unless one differs, nearly the same words and the same choices."""
        if set(self.numbers.values()) & set(other.numbers.values()):
            return True
        if self.numbers.keys() & other.numbers.keys() or not self.terms or self.choices != other.choices:
            return False
        return fuzz.ratio(" ".join(self.terms), " ".join(other.terms), score_cutoff=RULE.alike) > 0

    def marks(self) -> Iterator[str]:
        """What is in common with what is like it: each number, and mostly the least hashes of the words."""
        yield from (f"number {number}" for number in self.numbers.values())
        if not self.terms:
            return
        hashed = [blake2b(term.encode(), digest_size=HASHES * HASH_BYTES).digest() for term in set(self.terms)]
        least = [min(one[at : at + HASH_BYTES] for one in hashed) for at in range(0, HASHES * HASH_BYTES, HASH_BYTES)]
        yield f"words {b''.join(least).hex()}"


def content_of(service: Service, description: str | None, answers: Mapping[str, Any]) -> Content:
    """`answers` and text as they are kept."""
    questions = service.attributes.get("properties", {})
    asked = {name: answers[name] for name in questions if answers.get(name) not in (None, "")}
    numbers = {name: value for name, value in asked.items() if _is_number(name, questions[name], value)}
    if description:
        return Content(numbers, _terms(description), {})
    free = (value for name, value in asked.items() if name not in numbers and _is_free_text(questions[name], value))
    choices = {name: value for name, value in asked.items() if questions[name].get("x-clear")}
    return Content(numbers, _terms(" ".join(free)), choices)


def _kept(submission: Submission) -> Content:
    answers, _ = redact_value(submission.service.without_numbers(submission.attributes))
    description, _ = redact_text(submission.description or "")
    return content_of(submission.service, description, answers)


def _terms(text: str) -> tuple[str, ...]:
    return tuple(text[:LONGEST_COMPARED].casefold().translate(_TO_SPACE).split())


def _is_number(name: str, question: Mapping[str, Any], value: Any) -> bool:
    if not isinstance(value, str) or not RULE.asks_number(name, question):
        return False
    return sum(character.isdigit() for character in value) >= LEAST_DIGITS


def _is_free_text(question: Mapping[str, Any], value: Any) -> bool:
    return isinstance(value, str) and "enum" not in question and "format" not in question
