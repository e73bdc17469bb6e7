"""What a person is answered about his own data, as models for OpenAPI and the tests."""

from datetime import datetime
from typing import Any

from intake.case.shapes import Shape
from intake.identity.shapes import KnownDocument
from intake.own_data.store import ErasureState
from intake.tracking.shapes import CaseStatus


class ExportedProfile(Shape):
    phone: str | None
    name: str | None
    address: str | None
    language: str | None
    spoken_language: str | None
    identity: list[KnownDocument]


class ExportedAnswer(Shape):
    name: str
    title: str
    value: Any


class ExportedContact(Shape):
    """As the owner asked for it; hours are of India's clock."""

    neutral: bool
    opens: str | None
    closes: str | None


class ExportedFiling(Shape):
    """What the person sent; `readable` is false once its key was destroyed: then nobody can read it any more."""

    name: str | None
    phone: str | None
    email: str | None
    address: str | None
    description: str | None
    location: dict[str, Any] | None
    answers: list[ExportedAnswer]
    contact: ExportedContact | None
    readable: bool


class SentMessage(Shape):
    template: str | None
    channel: str | None
    audience: str | None
    language: str | None
    state: str | None
    created_at: datetime | None
    settled_at: datetime | None


class Look(Shape):
    """Who looked at what is the person's: the post, `owner` for himself."""

    at: datetime
    post: str
    reason: str


class ExportedCase(Shape):
    case: CaseStatus
    filed: ExportedFiling
    messages: list[SentMessage]
    looks: list[Look]


class Export(Shape):
    exported_at: datetime
    note: str
    profile: ExportedProfile
    items: list[ExportedCase]
    next_cursor: str | None


class CaseJudged(Shape):
    """`kept_by` is null where the case is erased, or would be; else the reason and its law."""

    case_id: str
    tracking_number: str | None
    kept_by: str | None
    text: str | None
    law: str | None


class ErasureView(Shape):
    """`not_before`: until then the owner may cancel and nothing is decided."""

    erasure_id: str
    state: ErasureState
    state_text: str
    asked_at: datetime
    not_before: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason_code: str | None
    reason_text: str | None
    law: str | None
    cases: list[CaseJudged]


class ErasureList(Shape):
    items: list[ErasureView]
    next_cursor: str | None
