"""How what a case forbids is answered: each fault's problem, with what is allowed instead."""

from collections.abc import Mapping, Sequence

from chassis.http.problems import VALIDATION_FAILED, FieldError, Problem, ProblemType
from chassis.http.validation import MESSAGES
from chassis.sentences import CodeNames
from intake import problems
from intake.case import faults
from intake.case.model import Case

PROBLEMS: Mapping[type[faults.CommandFault], ProblemType] = {
    faults.TransitionNotAllowed: problems.TRANSITION_NOT_ALLOWED,
    faults.ClockRunning: problems.CLOCK_RUNNING,
    faults.UnknownClock: problems.CLOCK_UNKNOWN,
    faults.ClockNotPausable: problems.CLOCK_NOT_PAUSABLE,
    faults.ClockNotPaused: problems.CLOCK_NOT_PAUSED,
    faults.UnknownHearing: problems.HEARING_UNKNOWN,
    faults.KindsMissing: problems.KINDS_MISSING,
    faults.KindNotOut: problems.KIND_NOT_OUT,
    faults.UnknownCertificate: problems.CERTIFICATE_UNKNOWN,
    faults.AddressNotVerified: problems.ADDRESS_NOT_VERIFIED,
    faults.UnknownSubRequest: problems.SUB_REQUEST_UNKNOWN,
    faults.AnotherOfficerDecides: problems.ANOTHER_OFFICER_DECIDES,
    faults.UnknownPaper: problems.PAPER_UNKNOWN,
    faults.ApproverNotEntitled: problems.APPROVER_NOT_ENTITLED,
    faults.SectionsUnknown: problems.SECTIONS_UNKNOWN,
    faults.ZeroFIRExists: problems.ZERO_FIR_EXISTS,
    faults.FIRNotPublishable: problems.FIR_NOT_PUBLISHABLE,
    faults.EnquiryBarred: problems.ENQUIRY_NOT_ALLOWED,
    faults.ReopeningTooLate: problems.REOPENING_TOO_LATE,
    faults.AnotherOfficeConfirms: problems.ANOTHER_OFFICE_CONFIRMS,
    faults.PermissionMissing: problems.PERMISSION_MISSING,
    faults.IdentityNotConfirmed: problems.IDENTITY_NOT_CONFIRMED,
    faults.PlaceUnknown: problems.PLACE_UNKNOWN,
    faults.OfficeAccused: problems.OFFICE_ACCUSED,
    faults.HearingInThePast: problems.HEARING_IN_THE_PAST,
    faults.HearingTooFar: problems.HEARING_TOO_FAR,
    faults.HearingTooLong: problems.HEARING_TOO_LONG,
    faults.SlotBooked: problems.SLOT_BOOKED,
}


_TO_STATION: Mapping[str, FieldError] = {
    "missing": FieldError("missing", "is required", "आवश्यक है", "/to_station"),
    "own_station": FieldError("own_station", "is your own police station", "आपका अपना थाना है", "/to_station"),
}


def problem_of(fault: faults.CommandFault, case: Case, allowed: Sequence[str], code_names: CodeNames) -> Problem:
    """`allowed` is what the caller's role may do with the case now; `code_names` name states and acts."""
    if isinstance(fault, faults.ImplausibleTime):
        wrong = FieldError("implausible_time", fault.en, fault.hi, f"/{fault.field}")
        return Problem(VALIDATION_FAILED, errors=[wrong])
    if isinstance(fault, faults.StationNotNamed):
        return Problem(VALIDATION_FAILED, errors=[_TO_STATION[fault.code]])
    if isinstance(fault, faults.FactsRefused):
        named = [(f"/facts/{name}", code, MESSAGES[code]) for name, code in fault.faults]
        errors = [FieldError(code, text.en, text.hi, pointer) for pointer, code, text in named]
        return Problem(VALIDATION_FAILED, errors=errors)
    type_ = problems.DUPLICATES[fault.code] if isinstance(fault, faults.NotADuplicate) else PROBLEMS[type(fault)]
    extra = dict(fault.facts)
    if type_.status == 409:
        standing = {"case_status": case.state.value, "version": case.version}
        extra = {**standing, "allowed": [str(act) for act in allowed], **extra}
    if isinstance(fault, faults.TransitionNotAllowed):
        filled = {
            "act": code_names.bilingual("acts", fault.act),
            "state": code_names.bilingual("case_states", fault.state.value),
        }
        return Problem(problems.TRANSITION_NOT_ALLOWED, "state", filled, extra=extra)
    why = (
        fault.why
        if isinstance(
            fault,
            faults.ClockNotPausable | faults.EnquiryBarred | faults.IdentityNotConfirmed | faults.AddressNotVerified,
        )
        else None
    )
    return Problem(type_, why, extra=extra)
