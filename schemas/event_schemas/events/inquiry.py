"""The officer's work on a case: verification, inquiry, enquiry, FIR, and the pauses of its clocks."""

from typing import ClassVar, Literal

from pydantic import Field

from event_schemas.base import DeskEvent, IntakeEvent, UtcTime
from event_schemas.values import (
    ClearText,
    ClockEnding,
    ClockId,
    Code,
    DisputeDecision,
    Finding,
    InvestigationLimit,
    PostId,
    PublicationPortal,
    SignatureMethod,
    StationCode,
    SubRequestMode,
    Text,
    VerificationOutcome,
)

__all__ = [
    "ClockEnded",
    "ClockPaused",
    "ClockResumed",
    "DisputeDecided",
    "DocumentsRequested",
    "FIRDeclined",
    "FIRPublished",
    "FIRRegistered",
    "InformationSigned",
    "InquiryCompleted",
    "InvestigationCompleted",
    "PreliminaryEnquiryCompleted",
    "PreliminaryEnquiryOrdered",
    "ProgressInformed",
    "SubRequestAnswered",
    "SubRequestMade",
    "VerificationCompleted",
    "VerificationDisputed",
]


class VerificationCompleted(DeskEvent):
    """``address_waiver``: the reason for a clear result without an answer of the police of the permanent address.

    ``sealed_person`` is the phone of another person who was verified, sealed for this case.
    """

    type: ClassVar[Literal["VerificationCompleted"]] = "VerificationCompleted"

    outcome: VerificationOutcome
    remarks_code: Code | None = None
    by_post: PostId | None = Field(default=None, min_length=1, max_length=120)
    address_waiver: Code | None = None
    sealed_person: str | None = Field(default=None, repr=False)


class SubRequestMade(DeskEvent):
    """The police of another place, mostly of the permanent address, are asked about the person.

    ``to_station`` where ``mode`` is ``station``; ``to_state``, the code of another state of India or of a country,
    where it is ``letter``.
    """

    type: ClassVar[Literal["SubRequestMade"]] = "SubRequestMade"

    sub_request_id: Text
    mode: SubRequestMode
    to_station: StationCode | None = Field(default=None, min_length=1, max_length=40)
    to_state: Code | None = None
    by_post: PostId = Field(min_length=1, max_length=120)


class SubRequestAnswered(DeskEvent):
    """By the station that was asked, or by the desk that recorded a paper; ``letter_number`` is that paper's."""

    type: ClassVar[Literal["SubRequestAnswered"]] = "SubRequestAnswered"

    sub_request_id: Text
    outcome: VerificationOutcome
    by_post: PostId = Field(min_length=1, max_length=120)
    letter_number: ClearText | None = None


class VerificationDisputed(IntakeEvent):
    """The person verified objects to the result: by his own phone, or before the counter of ``by_post``."""

    type: ClassVar[Literal["VerificationDisputed"]] = "VerificationDisputed"

    reason_code: Code | None = None
    by_post: PostId | None = Field(default=None, min_length=1, max_length=120)


class DisputeDecided(DeskEvent):
    """By another post than the one that verified. A VerificationCompleted with the new result follows one upheld.

    ``sealed_person`` is the phone of the person verified, sealed for this case.
    """

    type: ClassVar[Literal["DisputeDecided"]] = "DisputeDecided"

    decision: DisputeDecision
    by_post: PostId = Field(min_length=1, max_length=120)
    sealed_person: str | None = Field(default=None, repr=False)


class DocumentsRequested(DeskEvent):
    """An officer asks for papers, by their codes. Whether a clock waits for them is decided by ClockPaused alone."""

    type: ClassVar[Literal["DocumentsRequested"]] = "DocumentsRequested"

    documents: tuple[Code, ...] = Field(min_length=1, max_length=20)
    by_post: PostId = Field(min_length=1, max_length=120)


class InquiryCompleted(DeskEvent):
    type: ClassVar[Literal["InquiryCompleted"]] = "InquiryCompleted"

    finding: Finding
    fir_recommended: bool = False


class _EnquiryEvent(DeskEvent):
    permitted_by_post: PostId | None = Field(default=None, min_length=1, max_length=120)
    outcome: Code | None = None


class PreliminaryEnquiryOrdered(_EnquiryEvent):
    """BNSS s. 173(3): fourteen days, with the permission of an officer of the rank of SDPO."""

    type: ClassVar[Literal["PreliminaryEnquiryOrdered"]] = "PreliminaryEnquiryOrdered"


class PreliminaryEnquiryCompleted(_EnquiryEvent):
    type: ClassVar[Literal["PreliminaryEnquiryCompleted"]] = "PreliminaryEnquiryCompleted"


class InformationSigned(_EnquiryEvent):
    """The citizen signed the information given electronically (e-FIR; BNSS s. 173(1): within three days).

    ``late``: after the time for it, so that it counts as information given anew on the day of the signature.
    """

    type: ClassVar[Literal["InformationSigned"]] = "InformationSigned"

    method: SignatureMethod | None = None
    late: bool = False


class ProgressInformed(_EnquiryEvent):
    """The victim was informed of the investigation's progress (BNSS s. 193(3): within ninety days)."""

    type: ClassVar[Literal["ProgressInformed"]] = "ProgressInformed"


class InvestigationCompleted(_EnquiryEvent):
    type: ClassVar[Literal["InvestigationCompleted"]] = "InvestigationCompleted"


class FIRRegistered(DeskEvent):
    """``sections`` stays empty for a sensitive case: there they are in ``sealed_sections``.

    ``own_statement``: the information is not signed, so the officer in charge registered it on a statement of his own.
    A zero FIR is complete only with the receiving station's own, whose ``previous_fir`` names it.
    ``investigation_limit`` follows from the sections, sealed or not.
    """

    type: ClassVar[Literal["FIRRegistered"]] = "FIRRegistered"

    fir_number: Text
    station: StationCode = Field(min_length=1, max_length=40)
    year: int = Field(ge=1900, le=2999)
    registered_at: UtcTime
    sections: tuple[Text, ...] = ()
    sealed_sections: str | None = Field(default=None, repr=False)
    zero_fir: bool = False
    previous_fir: Text | None = None
    own_statement: bool = False
    investigation_limit: InvestigationLimit = InvestigationLimit.GENERAL


class FIRPublished(DeskEvent):
    """The FIR was put online, or the particulars of a missing child uploaded, there; ``reference`` is that portal's."""

    type: ClassVar[Literal["FIRPublished"]] = "FIRPublished"

    portal: PublicationPortal
    reference: Code | None = None


class FIRDeclined(DeskEvent):
    type: ClassVar[Literal["FIRDeclined"]] = "FIRDeclined"

    reason_code: Code
    by_post: PostId | None = Field(default=None, min_length=1, max_length=120)


class ClockPaused(DeskEvent):
    """The pause ends at the earliest of ClockResumed, ``until``, and the time when the policy's cap is used up."""

    type: ClassVar[Literal["ClockPaused"]] = "ClockPaused"

    clock_id: ClockId = Field(min_length=1, max_length=200)
    reason_code: Code
    until: UtcTime | None = None


class ClockResumed(DeskEvent):
    type: ClassVar[Literal["ClockResumed"]] = "ClockResumed"

    clock_id: ClockId = Field(min_length=1, max_length=200)
    reason_code: Code | None = None
    until: UtcTime | None = None


class ClockEnded(DeskEvent):
    """A closing or a decision ends this round, whatever the policies name; ``reason_code`` is a ``ClockEndReason``.

    One that was overdue by then is breached all the same.
    """

    type: ClassVar[Literal["ClockEnded"]] = "ClockEnded"

    clock_id: ClockId = Field(min_length=1, max_length=200)
    reason_code: Code
    ends_as: ClockEnding = ClockEnding.CANCELLED
