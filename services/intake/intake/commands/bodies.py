"""The bodies of commands, checked before the case is looked at."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.http.moments import Instant
from event_schemas import Location
from intake.case.states import Act

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
Id = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[\x21-\x7e]+$")]
Kind = Literal["police", "ambulance", "fire"]


class CommandBody(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DeskCommandBody(CommandBody):
    """`reported_at` is the officer's own time: it is kept and never moves a clock."""

    reported_at: Instant | None = None


class Acknowledge(DeskCommandBody):
    pass


class Dispatch(DeskCommandBody):
    unit: Name
    kind: Kind
    location: Location | None = None
    source: Literal["gps", "button", "caller"] = "button"


class Arrive(Dispatch):
    fix_age_s: Annotated[float, Field(ge=0, le=366 * 86_400)] | None = None


class StandDown(DeskCommandBody):
    """`unit` is the one that is sent back, if one was under way."""

    unit: Name | None = None
    kind: Kind
    reason_code: Code


class ResolveEmergency(DeskCommandBody):
    """`called_back_at` is when the caller was rung up and said that no help is needed."""

    how: Literal["attended", "resolved_by_phone", "duplicate_of", "hoax", "caller_cancelled"]
    duplicate_of: Id | None = None
    called_back_at: Instant | None = None

    @model_validator(mode="after")
    def _names_the_other_case(self) -> Self:
        if (self.how == "duplicate_of") != (self.duplicate_of is not None):
            raise ValueError("duplicate_of goes with how = duplicate_of")
        if (self.how == "caller_cancelled") != (self.called_back_at is not None):
            raise ValueError("called_back_at goes with how = caller_cancelled: nobody cancels help without being asked")
        return self


class CheckIn(DeskCommandBody):
    place: Name
    hearing_id: Id | None = None
    presence: Literal["code", "counter", "none"] = "counter"


class ScheduleHearing(DeskCommandBody):
    starts_at: Instant
    ends_at: Instant
    mode: Literal["in_person", "video", "facebook_live"] = "in_person"
    officer_post: Id | None = None
    place: Name | None = None
    join_url: Annotated[str, StringConstraints(max_length=300, pattern=r"^https://[\x21-\x7e]+$")] | None = None
    hearing_id: Id | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        return self


class StartHearing(DeskCommandBody):
    hearing_id: Id | None = None
    confirmation: Literal["otp", "kiosk", "witness", "none"] = "none"


class HoldHearing(StartHearing):
    outcome: Code


class RecordNoShow(DeskCommandBody):
    hearing_id: Id | None = None
    party: Literal["citizen", "officer"] = "citizen"


class CancelHearing(DeskCommandBody):
    hearing_id: Id | None = None
    reason_code: Code | None = None


class CompleteVerification(DeskCommandBody):
    outcome: Literal["clear", "adverse", "unable"]
    remarks_code: Code | None = None


class ApproveCertificate(DeskCommandBody):
    pass


class RefuseCertificate(DeskCommandBody):
    reason_code: Code


class OrderCertificateRevocation(DeskCommandBody):
    """The certificate named, else the case's newest."""

    reason_code: Code
    certificate_id: Id | None = None


class CompleteEnquiry(DeskCommandBody):
    """Of a preliminary enquiry, an investigation, or the news of its progress."""

    outcome: Code | None = None


class CompleteInquiry(DeskCommandBody):
    finding: Literal["substantiated", "unsubstantiated", "partly"]
    fir_recommended: bool = False


class Transfer(DeskCommandBody):
    to_station: Id | None = None
    reason_code: Code


class PauseClock(DeskCommandBody):
    clock_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    reason_code: Code
    until: Instant | None = None


class ResumeClock(DeskCommandBody):
    clock_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Close(DeskCommandBody):
    outcome: Code
    reason_code: Code


class Withdraw(CommandBody):
    reason_code: Code | None = None


class Reopen(CommandBody):
    reason_code: Code | None = None


class Feedback(CommandBody):
    rating: Annotated[int, Field(ge=1, le=5)]


ORDERS: dict[Act, type[CommandBody]] = {
    Act.ACKNOWLEDGE: Acknowledge,
    Act.DISPATCH: Dispatch,
    Act.ARRIVE: Arrive,
    Act.STAND_DOWN: StandDown,
    Act.RESOLVE_EMERGENCY: ResolveEmergency,
    Act.SCHEDULE_HEARING: ScheduleHearing,
    Act.START_HEARING: StartHearing,
    Act.HOLD_HEARING: HoldHearing,
    Act.RECORD_NO_SHOW: RecordNoShow,
    Act.CANCEL_HEARING: CancelHearing,
    Act.COMPLETE_VERIFICATION: CompleteVerification,
    Act.APPROVE_CERTIFICATE: ApproveCertificate,
    Act.REFUSE_CERTIFICATE: RefuseCertificate,
    Act.ORDER_CERTIFICATE_REVOCATION: OrderCertificateRevocation,
    Act.COMPLETE_INQUIRY: CompleteInquiry,
    Act.COMPLETE_PRELIMINARY_ENQUIRY: CompleteEnquiry,
    Act.INFORM_PROGRESS: CompleteEnquiry,
    Act.COMPLETE_INVESTIGATION: CompleteEnquiry,
    Act.TRANSFER: Transfer,
    Act.PAUSE_CLOCK: PauseClock,
    Act.RESUME_CLOCK: ResumeClock,
    Act.CLOSE: Close,
}
"""The desk's commands by their path segment. Check-in is not among them: it may open a case (POST /v1/desk/visits)."""


def reported_at(order: CommandBody) -> datetime | None:
    return order.reported_at if isinstance(order, DeskCommandBody) else None
