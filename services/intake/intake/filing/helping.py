"""Somebody files for a person: both are on record and both hear of it, and no login of a helper opens the case."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from chassis.http.problems import VALIDATION_FAILED, FieldError, Problem
from event_schemas.values import HelperKind
from intake.auth import Principal
from intake.case.model import CaseHelper, CaseIdentity, IdentityState
from intake.filing.bodies import HelperBody
from intake.filing.domain import Helper, Submission
from intake.filing.notices import HELPER_UNREACHED, IDENTITY_NEEDED, PERSON_TO_ASK
from intake.http.reading import read_phone

UNABLE: Final = "unable"
# Who may speak for a person that can neither sign nor say so.
MAY_ANSWER: Final = frozenset({HelperKind.RELATIVE.value, HelperKind.REPRESENTATIVE.value})
_PHONE: Final = "/helper/phone"


def logs_in_as_helper(helper: HelperBody | None) -> bool:
    """Whether the token is the helper's: then it is not the person's number, and not the case's owner."""
    return helper is not None and helper.login == "helper"


def with_helper(
    submission: Submission, helper: HelperBody | None, citizen: Principal | None, contact_of: Callable[[str], str]
) -> Submission:
    """The submission with who helped. `citizen`: the login it was sent by. Problem 422 names what can't be so."""
    if helper is None:
        return submission
    if helper.confirmation == UNABLE and helper.kind not in MAY_ANSWER:
        raise _fault(
            "not_confirmed",
            "only a relative or a representative may speak for a person who is unable to agree",
            "जो व्यक्ति सहमति देने में असमर्थ है उसके लिए केवल संबंधी या प्रतिनिधि बोल सकते हैं",
            "/helper/confirmation",
        )
    own = logs_in_as_helper(helper)
    if own and citizen is None:
        raise _fault("no_login", "is nobody's: there is no login", "लॉग इन नहीं है", "/helper/login")
    phone = read_phone(helper.phone, _PHONE) if helper.phone else None
    if own and citizen is not None:
        phone = citizen.phone
    record = CaseHelper(helper.kind, helper.confirmation, logged_in=own)
    flags = (
        *submission.flags,
        *((PERSON_TO_ASK,) if helper.confirmation == UNABLE else ()),
        *((HELPER_UNREACHED,) if phone is None else ()),
    )
    helped = replace(submission, helper=Helper(record, helper.name, phone), flags=flags)
    return _of_the_person(helped, phone, contact_of) if own else helped


def _of_the_person(submission: Submission, helpers_phone: str | None, contact_of: Callable[[str], str]) -> Submission:
    """Nothing of the helper's login is the person's: no number, no ownership, no proof of identity."""
    person = submission.person
    if person.phone == helpers_phone:
        person = replace(person, phone=None)
    own = replace(submission, person=person, contact=contact_of(person.phone) if person.phone else None)
    if submission.service.login != "identity":
        return own
    return replace(own, identity=CaseIdentity(IdentityState.NEEDED), flags=(*own.flags, IDENTITY_NEEDED))


def _fault(code: str, english: str, hindi: str, pointer: str) -> Problem:
    return Problem(VALIDATION_FAILED, errors=[FieldError(code, english, hindi, pointer)])
