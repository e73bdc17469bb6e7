"""The answers of the tips' calls, as models for OpenAPI and the tests."""

from datetime import datetime
from typing import Literal

from intake.case.shapes import Notice, PromisedClock, Shape


class FiledTip(Shape):
    """Both are shown once and never again; together they open the answers. `filed_at` has no minutes on purpose."""

    case_key: str
    passphrase: str
    messages_url: str
    filed_at: datetime
    due: list[PromisedClock]
    notices: list[Notice]


class TipMessage(Shape):
    """A citizen's own has no minutes in `at`."""

    message_id: str
    at: datetime
    by: Literal["police", "citizen"]
    by_text: str
    text: str


class TipMessages(Shape):
    """The oldest first; `may_write` is false once the police have closed the tip."""

    status: str
    status_text: str
    may_write: bool
    items: list[TipMessage]
    next_cursor: None


class StrippedFile(Shape):
    """What was kept: the copy without metadata, and its own size and hash."""

    evidence_id: str
    media_type: str
    bytes: int
    sha256: str


class AddedMessage(Shape):
    message_id: str
    notices: list[Notice]
