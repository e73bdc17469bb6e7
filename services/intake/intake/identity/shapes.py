"""What a citizen is answered about himself, as models for OpenAPI and the tests."""

from datetime import datetime
from typing import Literal

from intake.case.shapes import Notice, Shape
from intake.identity.domain import Checker, ClaimState


class KnownDocument(Shape):
    """An identity document as it is kept: never its number. `checked_by` is null as long as nobody has confirmed it."""

    identity_id: str
    document: str
    document_text: str
    last_four: str
    state: ClaimState
    state_text: str
    checked_by: Checker | None
    added_at: datetime
    notices: list[Notice]


class Me(Shape):
    """`phone` is that of the login. Null: nothing was stated."""

    phone: str | None
    name: str | None
    address: str | None
    language: Literal["hi", "en"] | None
    spoken_language: str | None
    spoken_language_text: str | None
    identity: list[KnownDocument]
