"""A service that asks who the applicant is: what is known of him as he files, and the notice of the next step."""

from dataclasses import replace

from intake.auth import Principal
from intake.case.identity import Applicant, Identities
from intake.case.model import IdentityState
from intake.filing.domain import Submission
from intake.filing.notices import IDENTITY_NEEDED, IDENTITY_REVIEW

_NOTICES = {
    IdentityState.NEEDED: IDENTITY_NEEDED,
    IdentityState.CLAIMED: IDENTITY_NEEDED,
    IdentityState.HELD: IDENTITY_REVIEW,
}


async def with_identity(submission: Submission, citizen: Principal, identities: Identities) -> Submission:
    service = submission.service
    if not service.asks_identity:
        return submission
    applicant = Applicant(
        sub=citizen.sub,
        phone=citizen.phone,
        name=submission.person.name,
        language=submission.language,
        numbers=service.identity_numbers(submission.attributes),
        known_since=citizen.known_since,
    )
    standing = await identities.standing(applicant)
    notice = _NOTICES.get(standing.state)
    flags = submission.flags if notice is None else (*submission.flags, notice)
    return replace(submission, identity=standing, flags=flags)
