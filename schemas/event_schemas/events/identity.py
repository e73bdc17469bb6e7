"""Who the applicant is: an identity document that two people give, and how the question was settled."""

from typing import ClassVar, Literal

from pydantic import Field

from event_schemas.base import DeskEvent, IntakeEvent
from event_schemas.values import Code, IdentityMethod, IdentityOutcome, Language, PostId

__all__ = ["IdentityHeld", "IdentityReviewed"]


class IdentityHeld(IntakeEvent):
    """The document was given by somebody else before: the case yields nothing until an officer has looked at it.

    ``document_type`` is its kind, such as ``pan_card``. Neither its number nor the other person travels.
    """

    type: ClassVar[Literal["IdentityHeld"]] = "IdentityHeld"

    document_type: Code


class IdentityReviewed(DeskEvent):
    """The applicant's identity was confirmed or rejected: by the register, or by an officer who saw the original.

    ``was_held``: the document was under two people. ``sealed_holder`` is then the phone of the one who gave it first,
    sealed for this case, and ``holder_language`` the language of a message to him; never for a sensitive case.
    """

    type: ClassVar[Literal["IdentityReviewed"]] = "IdentityReviewed"

    outcome: IdentityOutcome
    method: IdentityMethod
    document_type: Code | None = None
    by_post: PostId | None = Field(default=None, min_length=1, max_length=120)
    was_held: bool = False
    sealed_holder: str | None = Field(default=None, repr=False)
    holder_language: Language = Language.HI
