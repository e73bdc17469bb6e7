"""Claims of identity documents: pure. Of a number only a keyed hash and the last four characters are kept."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chassis.codes import bare_code
from intake.case.keys import Keys
from intake.catalogue.checks import is_luhn
from intake.catalogue.identity import IdentityPaper
from intake.filing.redaction import redact_text

MOST_CLAIMS = 10
LAST = 4


class ClaimState(StrEnum):
    """`refuted`: the register has no such number, or another person's."""

    UNVERIFIED = "unverified"
    VERIFIED = "verified"
    REFUTED = "refuted"


class Checker(StrEnum):
    """Who found out that a document is its holder's."""

    REGISTER = "register"
    OFFICER = "officer"


@dataclass(frozen=True, slots=True)
class IdentityClaim:
    """One person's word that a document is his. `mark` is a keyed hash of kind and number; None where no number is
    taken. `sealed` holds the name and year of birth on the document, and how to reach who gave it.
    """

    claim_id: str
    holder: str
    document: str
    last_four: str
    claimed_at: datetime
    mark: str | None = None
    state: ClaimState = ClaimState.UNVERIFIED
    checked_by: Checker | None = None
    checked_at: datetime | None = None
    doubtful: bool = False
    sealed: str | None = field(default=None, repr=False)


def mark_of(keys: Keys, document: str, number: str) -> str:
    """The same for every spelling of the number: digits of any script, spaces and dashes."""
    return keys.document(document, bare_code(number))


def last_four(number: str) -> str:
    return bare_code(number)[-LAST:]


def is_doubtful(paper: IdentityPaper, number: str) -> bool:
    """The check digit does not follow from the others."""
    digits = "".join(one for one in number if one.isdigit())
    return paper.check_digit == "luhn" and len(digits) == paper.luhn_digits and not is_luhn(digits)


def holds_aadhaar(*texts: str | None) -> bool:
    return any(text is not None and redact_text(text)[1] for text in texts)


def first_holder(mine: IdentityClaim, others: Collection[IdentityClaim]) -> IdentityClaim | None:
    """The claim of somebody else that this one has to wait for; None if it need not.

    Who is verified waits for nobody. Of those who are not, the later waits for the earlier and for a verified one.
    What the register refuted makes nobody wait.
    """
    if mine.state is ClaimState.VERIFIED or mine.mark is None:
        return None
    rivals = [
        one
        for one in others
        if one.mark == mine.mark and one.holder != mine.holder and one.state is not ClaimState.REFUTED
    ]
    before = [
        one
        for one in rivals
        if one.state is ClaimState.VERIFIED or (one.claimed_at, one.claim_id) < (mine.claimed_at, mine.claim_id)
    ]
    # A verified one first, then the earliest.
    return min(before, key=lambda one: (one.state is not ClaimState.VERIFIED, one.claimed_at), default=None)
