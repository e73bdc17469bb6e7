"""A case opens, gathers papers, and ends."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from event_schemas.base import IntakeEvent, UtcTime
from event_schemas.values import (
    ClearText,
    Code,
    FilingChannel,
    HelperKind,
    Lane,
    Language,
    Location,
    Priority,
    ResponderKind,
    Sha256,
    StationCode,
    Text,
)

__all__ = [
    "ComplaintClosed",
    "ComplaintFiled",
    "ComplaintReopened",
    "ComplaintWithdrawn",
    "ContactChanged",
    "DocumentsCompleted",
    "EvidenceAdded",
    "PersonalDataErased",
    "TipAnswered",
    "WithdrawalRequested",
]

Source = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class ComplaintFiled(IntakeEvent):
    """Any submission of a citizen, from an emergency to an application for a certificate.

    ``attributes`` holds only what the catalogue marks ``x-clear`` (enums and booleans); personal data is
    in ``sealed``. ``contact_proved``: the sealed phone is the one that the filer logged in with or called 112 from.
    ``source`` is a keyed hash, another each day, of the login or network it was filed from; it reveals no address.
    ``received_at``: when the paper that this was entered from was handed in or came by post; every clock that the
    filing starts runs from then. ``helped_by``: who filed for the person; ``sealed_helper`` is then the helper's phone,
    sealed for the case like ``sealed``, where the helper is to hear of it: never of a sensitive case.
    ``sealed_contact`` is a ``SafeContact``, sealed likewise, where the citizen may not be the only reader of the phone.
    """

    type: ClassVar[Literal["ComplaintFiled"]] = "ComplaintFiled"

    tracking_number: Text
    service_code: Code
    lane: Lane
    assignment_no: int = Field(default=1, ge=1)
    category: Code | None = None
    priority: Priority = Priority.NORMAL
    location: Location | None = None
    named_station: StationCode | None = Field(default=None, min_length=1, max_length=40)
    district: Text | None = None
    channel: FilingChannel
    language: Language
    anonymous: bool = False
    sensitive: bool = False
    kinds: tuple[ResponderKind, ...] = ()
    call_received_at: UtcTime | None = None
    attributes: dict[str, bool | ClearText] = Field(default_factory=dict)
    sealed: str | None = Field(default=None, repr=False)
    contact_proved: bool = False
    source: Source | None = None
    received_at: UtcTime | None = None
    helped_by: HelperKind | None = None
    sealed_helper: str | None = Field(default=None, repr=False)
    sealed_contact: str | None = Field(default=None, repr=False)

    @property
    def happened_at(self) -> datetime:
        return self.received_at or self.occurred_at


class EvidenceAdded(IntakeEvent):
    """A file came to the case; the file itself stays with intake."""

    type: ClassVar[Literal["EvidenceAdded"]] = "EvidenceAdded"

    evidence_id: Text
    media_type: Text
    bytes: int = Field(ge=0)
    sha256: Sha256
    document_type: Code | None = None


class DocumentsCompleted(IntakeEvent):
    """The last of the papers asked for is there; the fields name that last paper."""

    type: ClassVar[Literal["DocumentsCompleted"]] = "DocumentsCompleted"

    evidence_id: Text
    media_type: Text
    bytes: int = Field(ge=0)
    sha256: Sha256
    document_type: Code | None = None


class ComplaintClosed(IntakeEvent):
    type: ClassVar[Literal["ComplaintClosed"]] = "ComplaintClosed"

    outcome: Code | None = None
    reason_code: Code | None = None


class ComplaintReopened(IntakeEvent):
    """``round`` counts the filing as 1: a first reopening is round 2, and new clock rounds bear that number."""

    type: ClassVar[Literal["ComplaintReopened"]] = "ComplaintReopened"

    round: int = Field(default=2, ge=2)
    outcome: Code | None = None
    reason_code: Code | None = None


class ComplaintWithdrawn(IntakeEvent):
    type: ClassVar[Literal["ComplaintWithdrawn"]] = "ComplaintWithdrawn"

    outcome: Code | None = None
    reason_code: Code | None = None


class WithdrawalRequested(IntakeEvent):
    """The citizen asks for an end where an officer has to confirm it first; state and clocks go on."""

    type: ClassVar[Literal["WithdrawalRequested"]] = "WithdrawalRequested"

    reason_code: Code | None = None


class ContactChanged(IntakeEvent):
    """How to write to the citizen has changed: ``sealed_contact`` replaces the one before, whatever it holds."""

    type: ClassVar[Literal["ContactChanged"]] = "ContactChanged"

    sealed_contact: str = Field(min_length=1, max_length=2_000, repr=False)


class PersonalDataErased(IntakeEvent):
    """Every service that kept a sealed field of this case deletes it."""

    type: ClassVar[Literal["PersonalDataErased"]] = "PersonalDataErased"

    outcome: Code | None = None
    reason_code: Code | None = None


class TipAnswered(IntakeEvent):
    """A secret tip got an answer; the answer waits at intake for the holder of the case key."""

    type: ClassVar[Literal["TipAnswered"]] = "TipAnswered"

    outcome: Code | None = None
    reason_code: Code | None = None
