"""What other services may know of the kinds of paper: which service yields one, who approves it, what he enters."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter

from event_schemas.calendars import INDIA
from event_schemas.events.certificates import CertificateApproved
from event_schemas.events.inquiry import VerificationCompleted
from event_schemas.names import Name
from event_schemas.values import Code, Post, Value, VerificationOutcome

FILE: Final = Path(__file__).with_name("papers.json")
_END_OF_DAY: Final = time(23, 59, 59)
FactForm = Literal["text", "date", "time"]
PaperAudience = Literal["citizen", "office"]


class PaperFact(Value):
    """What the approving desk enters; `form`: free text, a day (2026-11-22), or an instant with its zone."""

    required: bool
    form: FactForm
    label: Name


class PaperRule(Value):
    """A kind of paper. `called`: its name inside a sentence. `ordered_by`: the type of the event that orders one.

    `verification`: the outcomes it may rest on; none: it rests on no verification. `needs_applicant`: it names the
    person who applied. `months`: how long it holds, to the end of the day. `audience`: whose hands it is for; a letter
    to an office is no citizen's, and decides nothing.
    """

    kind: Code
    called: Name
    services: tuple[str, ...]
    ordered_by: str
    approved_by: tuple[Post, ...] = ()
    verification: tuple[VerificationOutcome, ...] = ()
    needs_applicant: bool = False
    facts: Mapping[str, PaperFact] = {}
    months: int | None = None
    audience: PaperAudience = "citizen"

    def holds_until(self, issued_at: datetime) -> datetime | None:
        """The last second on which a paper issued then holds; None for one without an end."""
        return None if self.months is None else last_second(issued_at, self.months)

    @property
    def is_approved(self) -> bool:
        """By an officer's approval that names this kind."""
        return self.ordered_by == CertificateApproved.type


RULES: Final = TypeAdapter(tuple[PaperRule, ...])


def last_second(issued_at: datetime, months: int) -> datetime:
    """The end of the same day, in India, of the month that is so much later; or of that month's last day."""
    first = issued_at.astimezone(INDIA).date()
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1).day
    return datetime.combine(date(year, month + 1, min(first.day, last)), _END_OF_DAY, INDIA)


@cache
def paper_rules() -> Mapping[str, PaperRule]:
    """By kind. The file is written from the certificate service's papers by `make generate`."""
    return {rule.kind: rule for rule in RULES.validate_json(FILE.read_bytes())}


def papers_of(service_code: str) -> tuple[PaperRule, ...]:
    """The kinds that a service yields; none for most."""
    return tuple(rule for rule in paper_rules().values() if service_code in rule.services)


def is_letter(kind: str | None) -> bool:
    """Whether a paper of that kind goes to an office; an unknown kind is taken for a citizen's."""
    rule = paper_rules().get(kind or "")
    return rule is not None and rule.audience == "office"


def is_of_another_person(service_code: str) -> bool:
    """Whether who asked for a verification learns no more than verified or not: its paper states just that."""
    return any(rule.ordered_by == VerificationCompleted.type for rule in papers_of(service_code))
