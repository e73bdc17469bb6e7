"""The commands that bring information to an FIR, or say why there is none."""

import json
from typing import Annotated, Any

from event_schemas.calendars import india_date
from event_schemas.values import PublicationPortal, SignatureMethod
from intake.case.command import Code, CommandBody, Context, DeskCommandBody, EventDraft, Id
from intake.case.faults import (
    EnquiryBarred,
    FIRNotPublishable,
    ImplausibleTime,
    PermissionMissing,
    SectionsUnknown,
    ZeroFIRExists,
)
from intake.case.model import Case, FIRRecord
from intake.case.situation import Situation
from intake.case.states import Family
from intake.fir import domain
from intake.fir.numbers import FIRNumber, fir_key, year_of
from intake.fir.sections import Sections, never_online, unknown_sections
from intake.fir.time_limits import limit_of
from intake.http.one_of import OneOf

# Whether the text of an FIR is online: not yet decided, and not by the law.
PENDING, NEVER = "pending", "never"


class SignInformation(DeskCommandBody):
    """The citizen has signed the information before the officer. After the time for it, it counts as given anew."""

    method: Annotated[str, OneOf(SignatureMethod, but=(SignatureMethod.E_SIGN,))] = SignatureMethod.IN_PERSON.value


def sign_information(body: SignInformation, case: Case, context: Context) -> EventDraft:
    due = domain.signature_due(case)
    return EventDraft({"method": body.method, "late": due is not None and context.now > due})


class ESigned(CommandBody):
    """The citizen has signed online; the provider vouches for it."""


def e_signed(_body: ESigned, case: Case, context: Context) -> EventDraft:
    due = domain.signature_due(case)
    late = due is not None and context.now > due
    return EventDraft({"method": SignatureMethod.E_SIGN.value, "late": late})


class RegisterFIR(DeskCommandBody):
    """Sections are of BNS, unless the short name of another Act stands before the number (`IT 66C`).

    Information that is not signed is registered on the officer's own statement, and the record says so. A zero FIR is
    completed by the receiving station's own, which takes the zero FIR's number as the previous one.
    """

    fir_number: FIRNumber
    sections: Sections
    zero_fir: bool = False
    previous_fir: FIRNumber | None = None


def register_fir(body: RegisterFIR, case: Case, context: Context) -> EventDraft:
    unknown = unknown_sections(body.sections)
    if unknown:
        raise SectionsUnknown(unknown)
    before = domain.registered(case)
    if before is not None and body.zero_fir:
        raise ZeroFIRExists(before["fir_number"])
    year = year_of(body.fir_number, context.now)
    if not 0 <= india_date(context.now).year - year <= 1:
        raise ImplausibleTime(
            "fir_number", "names a year that is neither this one nor the last", "इस या पिछले वर्ष की संख्या नहीं है"
        )
    fields: dict[str, Any] = {
        "fir_number": body.fir_number,
        "station": _station(case, context),
        "year": year,
        "registered_at": body.reported_at or context.now,
        "zero_fir": body.zero_fir,
        "previous_fir": body.previous_fir or (before["fir_number"] if before else None),
        "own_statement": not domain.is_signed(case),
        "investigation_limit": limit_of(body.sections, case.category),
    }
    record = FIRRecord(
        key=fir_key(fields["station"], year, body.fir_number),
        number=body.fir_number,
        station=fields["station"],
        year=year,
        registered_at=fields["registered_at"],
        online=NEVER if case.sensitive or never_online(body.sections) else PENDING,
    )
    if case.sensitive:
        fields["sealed_sections"] = context.seal(case.case_id, json.dumps(body.sections).encode(), context.now)
    else:
        fields["sections"] = body.sections
    # Help goes on: an emergency's state is that of the units on their way.
    return EventDraft(fields, {"fir": record}, state=case.state if case.family is Family.EMERGENCY else None)


class PublishFIR(DeskCommandBody):
    """The FIR is online, or the missing child's particulars are on the portal for missing children. Once for each."""

    portal: Annotated[str, OneOf(PublicationPortal)] = PublicationPortal.FIR_ONLINE.value
    reference: Code | None = None


def publish_fir(body: PublishFIR, case: Case, _context: Context) -> EventDraft:
    if body.portal not in domain.publishable(case):
        raise FIRNotPublishable(domain.publishable(case))
    return EventDraft({"portal": body.portal, "reference": body.reference})


class DeclineFIR(DeskCommandBody):
    """The citizen reads the reason, and both ways that the law opens: the SP in writing, then the Magistrate."""

    reason_code: Code


def decline_fir(body: DeclineFIR, _case: Case, context: Context) -> EventDraft:
    return EventDraft({"reason_code": body.reason_code, "by_post": context.by_post})


class StartPreliminaryEnquiry(DeskCommandBody):
    """Fourteen days, for offences of three to under seven years, with the permission of an SDPO or a higher post.

    Who holds such a post himself need not name one.
    """

    permitted_by_post: Id | None = None


def start_preliminary_enquiry(body: StartPreliminaryEnquiry, case: Case, context: Context) -> EventDraft:
    bar = domain.barred(Situation(case, context.now, context.policies))
    if bar is not None:
        raise EnquiryBarred(bar)
    permitting = body.permitted_by_post or context.by_post
    if permitting.partition(":")[0] not in domain.PERMITTING:
        raise PermissionMissing
    return EventDraft({"permitted_by_post": permitting})


def _station(case: Case, context: Context) -> str:
    """The recording officer's own station, else the one that the case lies with."""
    title, _, place = context.by_post.partition(":")
    if case.assignment is None or case.assignment.station is None or (title == "SHO" and place):
        return place or context.by_post
    return case.assignment.station.code
