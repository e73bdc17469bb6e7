"""The command table: what people may do with a case, one row each, and what each row needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from event_schemas import (
    BeatVisitConfirmed,
    BeatVisitDisputed,
    BeatVisitMade,
    BeatVisitPromised,
    CertificateApproved,
    CertificateRefused,
    CertificateRevocationOrdered,
    ClockEndReason,
    ClockPaused,
    ClockResumed,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintReopened,
    ComplaintWithdrawn,
    ContactChanged,
    DisputeDecided,
    DocumentsRequested,
    EmergencyResolved,
    FIRDeclined,
    FIRPublished,
    FIRRegistered,
    HearingCancelled,
    HearingHeld,
    HearingNoShow,
    HearingScheduled,
    HearingStarted,
    IdentityHeld,
    IdentityReviewed,
    InformationSigned,
    InquiryCompleted,
    InvestigationCompleted,
    Post,
    PreliminaryEnquiryCompleted,
    PreliminaryEnquiryOrdered,
    ProgressInformed,
    ResponderArrived,
    ResponderDispatched,
    ResponderStoodDown,
    SubRequestAnswered,
    SubRequestMade,
    TipAnswered,
    TransferRequested,
    VerificationCompleted,
    VerificationDisputed,
    VisitorArrived,
    WithdrawalRequested,
)
from event_schemas.base import IntakeEvent
from intake.beat import commands as beat
from intake.beat import domain as visits
from intake.case import past
from intake.case.command import CommandBody, Context, EventDraft
from intake.case.identity import is_settled
from intake.case.model import Case
from intake.case.scope import Reach
from intake.case.situation import (
    Situation,
    needs_confirmation,
    no_paper_under_way,
    valid_certificates,
)
from intake.case.states import CASE_FAMILIES, DONE, Family, Role, State, Transition, stay, to
from intake.commands import (
    among_officers,
    certificates,
    contact,
    documents,
    emergencies,
    general,
    identity,
    tips,
)
from intake.commands.endings import ClockEnds, every_clock, the_kinds_clock, the_signature
from intake.fir import commands as fir
from intake.fir import domain as information
from intake.hearings import commands as hearing
from intake.hearings import domain as hearings
from intake.reopening import commands as reopening
from intake.reopening import rules
from intake.verifying import commands as verifying
from intake.verifying import domain as verifications


class Act(StrEnum):
    """What people do with a case: the last part of a command's path, and its name in the list of what is allowed."""

    ACKNOWLEDGE = "acknowledge"
    DISPATCH = "dispatch"
    ARRIVE = "arrive"
    STAND_DOWN = "stand-down"
    RESOLVE_EMERGENCY = "resolve-emergency"
    CHECK_IN = "check-in"
    SCHEDULE_HEARING = "schedule-hearing"
    START_HEARING = "start-hearing"
    HOLD_HEARING = "hold-hearing"
    RECORD_NO_SHOW = "record-no-show"
    CANCEL_HEARING = "cancel-hearing"
    REVIEW_IDENTITY = "review-identity"
    CONFIRM_IDENTITY = "confirm-identity"
    HOLD_IDENTITY = "hold-identity"
    SEND_SUB_REQUEST = "send-sub-request"
    ANSWER_SUB_REQUEST = "answer-sub-request"
    COMPLETE_VERIFICATION = "complete-verification"
    DISPUTE_VERIFICATION = "dispute-verification"
    DECIDE_DISPUTE = "decide-dispute"
    APPROVE_CERTIFICATE = "approve-certificate"
    REFUSE_CERTIFICATE = "refuse-certificate"
    ORDER_CERTIFICATE_REVOCATION = "order-certificate-revocation"
    COMPLETE_INQUIRY = "complete-inquiry"
    PROMISE_VISIT = "promise-visit"
    RECORD_VISIT = "record-visit"
    CONFIRM_VISIT = "confirm-visit"
    DISPUTE_VISIT = "dispute-visit"
    ANSWER_TIP = "answer-tip"
    ADD_TO_TIP = "add-to-tip"
    REQUEST_DOCUMENTS = "request-documents"
    SIGN_INFORMATION = "sign-information"
    E_SIGN = "e-sign"
    REGISTER_FIR = "register-fir"
    DECLINE_FIR = "decline-fir"
    PUBLISH_FIR = "publish-fir"
    START_PRELIMINARY_ENQUIRY = "start-preliminary-enquiry"
    COMPLETE_PRELIMINARY_ENQUIRY = "complete-preliminary-enquiry"
    INFORM_PROGRESS = "inform-progress"
    COMPLETE_INVESTIGATION = "complete-investigation"
    NOTE = "note"
    ASSIGN_OFFICER = "assign-officer"
    TRANSFER = "transfer"
    PAUSE_CLOCK = "pause-clock"
    RESUME_CLOCK = "resume-clock"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    REQUEST_WITHDRAWAL = "request-withdrawal"
    CONFIRM_WITHDRAWAL = "confirm-withdrawal"
    DISMISS_WITHDRAWAL = "dismiss-withdrawal"
    REOPEN = "reopen"
    RENEW = "renew"
    CONTACT = "contact"
    FEEDBACK = "feedback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Transition):
    """A row: what the command says, the event it writes (None: none), and who may give it when.

    `build` drafts the event and the case's change, or raises a fault of `intake.case.faults`.
    `condition`: what the case's own facts must fulfil besides. With `build_explains` a command is not refused by it,
    as the fault that `build` raises says more; it still decides whether the command is listed as allowed.
    `posts`: those that may, where the case says so; a command of another post is refused by a fault of `build`.
    `identity`: what must be so of the applicant's identity besides. `reviews_identity`: its document's other holder is
    notified, and its claim says what the officer found.
    `reads_person`: the command asks whom the case verifies.
    `waits_for_the_law`: not while a time limit of the law runs, which ends by its own event alone.
    `ends`: the clock rounds that end with it where the policies do not end them.
    """

    body: type[CommandBody]
    example: Mapping[str, Any] | None = None
    event: type[IntakeEvent] | None
    build: Callable[[Any, Case, Context], EventDraft]
    roles: frozenset[Role]
    condition: Callable[[Situation], bool] | None = None
    build_explains: bool = False
    posts: Callable[[Situation], frozenset[Post]] | None = None
    identity: Callable[[Case], bool] | None = None
    reviews_identity: bool = False
    reads_person: bool = False
    waits_for_the_law: bool = False
    ends: ClockEnds | None = None
    reach: Reach = Reach.OWN


def acts_by_table(state: State, family: Family, role: Role | None = None) -> tuple[Act, ...]:
    """The acts that the table has a move for, for one role or for any; a case's facts may forbid them yet."""
    return tuple(
        act
        for act, command in TABLE.items()
        if command.next_state(state, family) is not None and (role is None or role in command.roles)
    )


def withdrawal_of(case: Case) -> Act:
    """What a citizen's request to withdraw does to this case."""
    return Act.REQUEST_WITHDRAWAL if needs_confirmation(case) else Act.WITHDRAW


def _clock_ends_on(event: type[IntakeEvent]) -> Callable[[Situation], bool]:
    return lambda situation: any(one.ends_on(event.type) for one in situation.rounds)


S, F, R = State, Family, Role

_OPEN = frozenset(S) - DONE
_AT_DESK = frozenset(
    {S.ASSIGNED, S.ACKNOWLEDGED, S.IN_PROGRESS, S.HEARING_SCHEDULED, S.HEARD, S.FIR_REGISTERED, S.REOPENED}
)
# Where a hearing goes on beside what the case waits for.
_BESIDE_A_HEARING = frozenset({S.VERIFICATION_DONE, S.CERTIFICATE_ISSUED, S.FIR_REGISTERED})
_BEFORE_ARRIVAL = frozenset({S.RECEIVED, S.ASSIGNED, S.ACKNOWLEDGED, S.TRANSFERRED, S.RESPONDING})
# Without its only hearing the case is at the desk again.
_WITHOUT_HEARING = {**to(S.ASSIGNED, S.HEARING_SCHEDULED), **stay(_OPEN - {S.HEARING_SCHEDULED})}
_EMERGENCY = frozenset({F.EMERGENCY})
_TIP = frozenset({F.TIP})
_CERTIFICATE = frozenset({F.CERTIFICATE})
_VERIFIED = frozenset({F.CERTIFICATE, F.VERIFICATION})
# Whose result is about another person; the papers say which of them.
_RESULTS = frozenset({F.VERIFICATION})
# Who gave information without a name is never called in.
_HEARABLE = CASE_FAMILIES - {F.EMERGENCY, F.TIP}
_ISSUED = frozenset({F.REPORT, F.CERTIFICATE, F.VERIFICATION, F.REGISTRATION})
_INQUIRED = frozenset({F.COMPLAINT, F.REPORT, F.VISIT})
_REPLIED = frozenset({F.HELP, F.REGISTRATION, F.TIP})
_VISITED = frozenset({F.HELP, F.REGISTRATION})
# Seen by the station, and not at its end.
_IN_WORK = _OPEN - {S.RECEIVED, S.ASSIGNED, S.TRANSFERRED, S.REOPENED}
_INFORMED = frozenset({F.COMPLAINT, F.REPORT})
_ANY = CASE_FAMILIES

_STATION = frozenset({R.SHO, R.IO, R.COUNTER})
# Those who go out themselves.
_VISITORS = frozenset({R.SHO, R.IO})
_DECIDERS = frozenset({R.SHO, R.SDPO, R.SP, R.HQ})
_SUPERVISORS = _DECIDERS - {R.SHO}
_INVESTIGATORS = _DECIDERS | {R.IO}
_RESPONDERS = frozenset({R.DISPATCHER, R.SHO, R.IO})
_CITIZEN = frozenset({R.CITIZEN})
# A tip is at no station: which of their posts read it says case/scope.py.
_TIP_READERS = frozenset({R.SP, R.HQ})

TABLE: Mapping[Act, Command] = {
    Act.ACKNOWLEDGE: Command(
        body=general.Acknowledge,
        event=ComplaintAcknowledged,
        build=general.acknowledge,
        moves=to(S.ACKNOWLEDGED, S.ASSIGNED, S.REOPENED),
        families=_ANY,
        roles=_DECIDERS | _STATION | _RESPONDERS,
    ),
    Act.DISPATCH: Command(
        body=emergencies.Dispatch,
        example={"unit": "PCR-07", "kind": "police"},
        event=ResponderDispatched,
        build=emergencies.respond,
        moves={**to(S.RESPONDING, _BEFORE_ARRIVAL), **stay(frozenset({S.ARRIVED}))},
        families=_EMERGENCY,
        roles=_RESPONDERS,
    ),
    Act.ARRIVE: Command(
        body=emergencies.Arrive,
        example={"unit": "PCR-07", "kind": "police", "source": "gps"},
        event=ResponderArrived,
        build=emergencies.respond,
        moves=to(S.ARRIVED, _BEFORE_ARRIVAL, S.ARRIVED),
        families=_EMERGENCY,
        roles=_RESPONDERS,
    ),
    Act.RESOLVE_EMERGENCY: Command(
        body=emergencies.ResolveEmergency,
        example={"how": "attended"},
        event=EmergencyResolved,
        build=emergencies.resolve_emergency,
        moves=to(S.RESOLVED, _BEFORE_ARRIVAL, S.ARRIVED),
        families=_EMERGENCY,
        roles=_RESPONDERS,
        ends=ClockEnds(every_clock, emergencies.end_reason),
    ),
    Act.STAND_DOWN: Command(
        body=emergencies.StandDown,
        example={"kind": "fire", "reason_code": "not_needed"},
        event=ResponderStoodDown,
        build=emergencies.stand_down,
        moves=stay(_BEFORE_ARRIVAL | {S.ARRIVED}),
        families=_EMERGENCY,
        roles=_RESPONDERS,
        condition=lambda situation: bool(past.kinds_out(situation.case)),
        ends=ClockEnds(the_kinds_clock, ClockEndReason.STOOD_DOWN),
    ),
    Act.CHECK_IN: Command(
        body=hearing.CheckIn,
        event=VisitorArrived,
        build=hearing.check_in,
        moves=stay(_OPEN),
        families=_HEARABLE,
        roles=_STATION | _DECIDERS,
        reach=Reach.COUNTER,
    ),
    Act.SCHEDULE_HEARING: Command(
        body=hearing.ScheduleHearing,
        example={"starts_at": "2026-12-01T11:00:00+05:30", "ends_at": "2026-12-01T11:30:00+05:30"},
        event=HearingScheduled,
        build=hearing.schedule_hearing,
        moves={**to(S.HEARING_SCHEDULED, _AT_DESK - {S.FIR_REGISTERED}), **stay(frozenset({S.FIR_REGISTERED}))},
        families=_HEARABLE,
        roles=_DECIDERS | _STATION,
    ),
    Act.START_HEARING: Command(
        body=hearing.StartHearing,
        event=HearingStarted,
        build=hearing.start_hearing,
        moves={
            **to(S.IN_PROGRESS, _AT_DESK - {S.FIR_REGISTERED}, S.RECEIVED, S.TRANSFERRED),
            **stay(_BESIDE_A_HEARING),
        },
        families=_HEARABLE,
        roles=_INVESTIGATORS,
        reach=Reach.AWAITED,
    ),
    Act.HOLD_HEARING: Command(
        body=hearing.HoldHearing,
        example={"outcome": "settled"},
        event=HearingHeld,
        build=hearing.hold_hearing,
        moves={**to(S.HEARD, S.IN_PROGRESS), **stay(_OPEN - {S.IN_PROGRESS})},
        families=_HEARABLE,
        roles=_INVESTIGATORS,
        condition=lambda situation: bool(hearings.under_way(situation.case)),
        reach=Reach.AWAITED,
    ),
    Act.RECORD_NO_SHOW: Command(
        body=hearing.RecordNoShow,
        event=HearingNoShow,
        build=hearing.record_no_show,
        moves=_WITHOUT_HEARING,
        families=_HEARABLE,
        roles=_DECIDERS | _STATION,
        condition=lambda situation: bool(hearings.missable(situation.case, situation.now)),
        reach=Reach.AWAITED,
    ),
    Act.CANCEL_HEARING: Command(
        body=hearing.CancelHearing,
        event=HearingCancelled,
        build=hearing.cancel_hearing,
        moves=_WITHOUT_HEARING,
        families=_HEARABLE,
        roles=_DECIDERS | _STATION,
        condition=lambda situation: bool(hearings.waiting(situation.case)),
        reach=Reach.AWAITED,
    ),
    Act.REVIEW_IDENTITY: Command(
        body=identity.ReviewIdentity,
        example={"outcome": "confirmed"},
        event=IdentityReviewed,
        build=identity.review_identity,
        moves=stay(_OPEN),
        families=_ANY - _EMERGENCY,
        roles=_DECIDERS | _STATION,
        condition=identity.may_review,
        reviews_identity=True,
    ),
    # A citizen who gives a document after the filing: what the register says, or who gave it before, is for the case.
    Act.CONFIRM_IDENTITY: Command(
        body=identity.SettleIdentity,
        event=IdentityReviewed,
        build=identity.confirm_identity,
        moves=stay(_OPEN),
        families=_ANY - _EMERGENCY,
        roles=_CITIZEN,
        condition=identity.waits,
    ),
    Act.HOLD_IDENTITY: Command(
        body=identity.SettleIdentity,
        event=IdentityHeld,
        build=identity.hold_identity,
        moves=stay(_OPEN),
        families=_ANY - _EMERGENCY,
        roles=_CITIZEN,
        condition=identity.may_hold,
    ),
    Act.COMPLETE_VERIFICATION: Command(
        body=certificates.CompleteVerification,
        example={"outcome": "clear"},
        event=VerificationCompleted,
        build=certificates.complete_verification,
        moves=to(S.VERIFICATION_DONE, _AT_DESK, S.VERIFICATION_DONE),
        families=_VERIFIED,
        roles=_INVESTIGATORS,
        condition=verifications.may_verify,
        identity=certificates.applicant_is_known,
        reads_person=True,
    ),
    Act.SEND_SUB_REQUEST: Command(
        body=verifying.SendSubRequest,
        example={"to_station": "5130001"},
        event=SubRequestMade,
        build=verifying.send_sub_request,
        moves=stay(_AT_DESK),
        families=_VERIFIED,
        roles=_INVESTIGATORS,
        condition=verifications.may_send,
        reads_person=True,
    ),
    # By the station that was asked, or by the desk of the case for an answer on paper.
    Act.ANSWER_SUB_REQUEST: Command(
        body=verifying.AnswerSubRequest,
        example={"outcome": "clear"},
        event=SubRequestAnswered,
        build=verifying.answer_sub_request,
        moves=stay(_AT_DESK),
        families=_VERIFIED,
        roles=_INVESTIGATORS,
        condition=verifications.may_answer,
        reach=Reach.ASKED,
    ),
    Act.DISPUTE_VERIFICATION: Command(
        body=verifying.DisputeVerification,
        event=VerificationDisputed,
        build=verifying.dispute_verification,
        moves=stay(frozenset(S)),
        families=_RESULTS,
        roles=_CITIZEN | _DECIDERS | _STATION,
        condition=verifications.may_dispute,
        reach=Reach.COUNTER,
    ),
    Act.DECIDE_DISPUTE: Command(
        body=verifying.DecideDispute,
        example={"decision": "upheld", "outcome": "clear"},
        event=DisputeDecided,
        build=verifying.decide_dispute,
        moves=stay(frozenset(S)),
        families=_RESULTS,
        roles=_DECIDERS,
        condition=verifications.is_disputed,
        posts=verifications.deciders,
        reads_person=True,
    ),
    Act.APPROVE_CERTIFICATE: Command(
        body=certificates.ApproveCertificate,
        example={"facts": {}},
        event=CertificateApproved,
        build=certificates.approve_certificate,
        # A letter to an office may follow the citizen's paper.
        moves=stay(_AT_DESK | {S.VERIFICATION_DONE, S.CERTIFICATE_ISSUED}),
        families=_ISSUED,
        roles=_DECIDERS,
        condition=certificates.may_approve,
        identity=is_settled,
        posts=certificates.approvers,
    ),
    Act.REFUSE_CERTIFICATE: Command(
        body=certificates.RefuseCertificate,
        example={"reason_code": "pending_case"},
        event=CertificateRefused,
        build=certificates.refuse_certificate,
        moves=to(S.RESOLVED, _AT_DESK, S.VERIFICATION_DONE),
        families=_CERTIFICATE,
        roles=_DECIDERS,
        condition=certificates.may_refuse,
        ends=ClockEnds(every_clock, ClockEndReason.DECIDED),
    ),
    Act.ORDER_CERTIFICATE_REVOCATION: Command(
        body=certificates.OrderCertificateRevocation,
        example={"reason_code": "wrong_person"},
        event=CertificateRevocationOrdered,
        build=certificates.order_certificate_revocation,
        moves=stay(frozenset(S)),
        families=_ISSUED,
        roles=_DECIDERS,
        condition=lambda situation: bool(valid_certificates(situation.case)),
    ),
    Act.COMPLETE_INQUIRY: Command(
        body=general.CompleteInquiry,
        example={"finding": "substantiated", "fir_recommended": True},
        event=InquiryCompleted,
        build=general.complete_inquiry,
        moves=to(S.RESOLVED, _AT_DESK),
        families=_INQUIRED,
        roles=_INVESTIGATORS,
        ends=ClockEnds(every_clock, ClockEndReason.DECIDED),
    ),
    Act.PROMISE_VISIT: Command(
        body=beat.PromiseVisit,
        example={"visitor": "beat_officer", "visit_by": "2026-12-01T17:00:00+05:30"},
        event=BeatVisitPromised,
        build=beat.promise_visit,
        moves=stay(_IN_WORK),
        families=_VISITED,
        roles=_DECIDERS | _STATION,
        condition=visits.may_promise,
    ),
    Act.RECORD_VISIT: Command(
        body=beat.RecordVisit,
        example={"visitor": "beat_officer", "outcome": "met"},
        event=BeatVisitMade,
        build=beat.record_visit,
        moves=stay(_IN_WORK),
        families=_VISITED,
        roles=_VISITORS,
    ),
    Act.CONFIRM_VISIT: Command(
        body=beat.AnswerVisit,
        event=BeatVisitConfirmed,
        build=beat.confirm_visit,
        moves=stay(_OPEN),
        families=_VISITED,
        roles=_CITIZEN,
        condition=visits.may_answer,
    ),
    Act.DISPUTE_VISIT: Command(
        body=beat.AnswerVisit,
        event=BeatVisitDisputed,
        build=beat.dispute_visit,
        moves=stay(_OPEN),
        families=_VISITED,
        roles=_CITIZEN,
        condition=visits.may_answer,
    ),
    Act.ANSWER_TIP: Command(
        body=tips.AnswerTip,
        example={"text": "सूचना मिली। किस समय गाड़ी आती है?"},
        event=TipAnswered,
        build=tips.answer_tip,
        moves=to(S.IN_PROGRESS, S.ASSIGNED, S.ACKNOWLEDGED, S.IN_PROGRESS, S.REOPENED),
        families=_TIP,
        roles=_TIP_READERS,
        condition=tips.has_room,
    ),
    Act.ADD_TO_TIP: Command(
        body=tips.AddToTip,
        event=None,
        build=tips.add_to_tip,
        moves=stay(_OPEN),
        families=_TIP,
        roles=_CITIZEN,
        condition=tips.has_room,
    ),
    Act.REQUEST_DOCUMENTS: Command(
        body=documents.RequestDocuments,
        example={"documents": ["identity", "residence"]},
        event=DocumentsRequested,
        build=documents.request_documents,
        moves=stay(_AT_DESK | {S.VERIFICATION_DONE}),
        families=_HEARABLE,
        roles=_DECIDERS | _STATION,
    ),
    Act.SIGN_INFORMATION: Command(
        body=fir.SignInformation,
        event=InformationSigned,
        build=fir.sign_information,
        moves=stay(_OPEN),
        families=_INFORMED,
        roles=_DECIDERS | _STATION,
        condition=information.may_sign,
    ),
    Act.E_SIGN: Command(
        body=fir.ESigned,
        event=InformationSigned,
        build=fir.e_signed,
        moves=stay(_OPEN),
        families=_INFORMED,
        roles=_CITIZEN,
        condition=information.may_e_sign,
    ),
    # From every open state, and after an inquiry: the law asks for none before it.
    Act.REGISTER_FIR: Command(
        body=fir.RegisterFIR,
        example={"fir_number": "123/2026", "sections": ["BNS 303(2)"], "zero_fir": False},
        event=FIRRegistered,
        build=fir.register_fir,
        moves=to(S.FIR_REGISTERED, _OPEN | {S.RESOLVED}),
        families=_INFORMED | _EMERGENCY,
        roles=_DECIDERS,
        condition=information.may_register,
        ends=ClockEnds(the_signature, ClockEndReason.DECIDED),
    ),
    Act.DECLINE_FIR: Command(
        body=fir.DeclineFIR,
        example={"reason_code": "non_cognizable"},
        event=FIRDeclined,
        build=fir.decline_fir,
        moves={
            **to(S.IN_PROGRESS, _AT_DESK - {S.HEARING_SCHEDULED, S.HEARD, S.FIR_REGISTERED}),
            **stay(frozenset({S.HEARING_SCHEDULED, S.HEARD})),
        },
        families=_INFORMED,
        roles=_DECIDERS,
        condition=information.may_decline,
        ends=ClockEnds(the_signature, ClockEndReason.FIR_DECLINED),
    ),
    # Whatever has become of the case since.
    Act.PUBLISH_FIR: Command(
        body=fir.PublishFIR,
        example={"portal": "fir_online"},
        event=FIRPublished,
        build=fir.publish_fir,
        moves=stay(frozenset(S)),
        families=_INFORMED | _EMERGENCY,
        roles=_DECIDERS | _STATION,
        condition=information.may_publish,
        build_explains=True,
    ),
    Act.START_PRELIMINARY_ENQUIRY: Command(
        body=fir.StartPreliminaryEnquiry,
        example={"permitted_by_post": "SDPO:5140003"},
        event=PreliminaryEnquiryOrdered,
        build=fir.start_preliminary_enquiry,
        moves=stay(_AT_DESK),
        families=_INFORMED,
        roles=_DECIDERS,
        condition=information.may_order_enquiry,
        build_explains=True,
    ),
    Act.COMPLETE_PRELIMINARY_ENQUIRY: Command(
        body=general.CompleteEnquiry,
        event=PreliminaryEnquiryCompleted,
        build=general.completed,
        moves=stay(_OPEN),
        families=_ANY,
        roles=_INVESTIGATORS,
        condition=_clock_ends_on(PreliminaryEnquiryCompleted),
    ),
    # A case may be closed, or withdrawn, before a time limit of the law is met: its clock ends there all the same.
    Act.INFORM_PROGRESS: Command(
        body=general.CompleteEnquiry,
        event=ProgressInformed,
        build=general.completed,
        moves=stay(frozenset(S)),
        families=_ANY,
        roles=_INVESTIGATORS,
        condition=_clock_ends_on(ProgressInformed),
    ),
    Act.COMPLETE_INVESTIGATION: Command(
        body=general.CompleteEnquiry,
        event=InvestigationCompleted,
        build=general.completed,
        moves=stay(frozenset(S)),
        families=_ANY,
        roles=_INVESTIGATORS,
        condition=_clock_ends_on(InvestigationCompleted),
    ),
    # Whatever has become of the case: who looks into it later finds what was noted.
    Act.NOTE: Command(
        body=among_officers.WriteNote,
        example={"note": "गवाह का बयान कल सुबह"},
        event=None,
        build=among_officers.write_note,
        moves=stay(frozenset(S)),
        families=_ANY,
        roles=_DECIDERS | _STATION | _RESPONDERS,
        condition=among_officers.has_room,
    ),
    Act.ASSIGN_OFFICER: Command(
        body=among_officers.AssignOfficer,
        example={"officer": "io-5140003-2"},
        event=None,
        build=among_officers.assign_officer,
        moves=stay(_OPEN),
        families=_ANY - _TIP,
        roles=_INVESTIGATORS,
    ),
    Act.TRANSFER: Command(
        body=general.Transfer,
        example={"to_station": "5140012", "reason_code": "other_jurisdiction"},
        event=TransferRequested,
        build=general.transfer,
        moves=to(S.TRANSFERRED, _AT_DESK, S.RESPONDING, S.VERIFICATION_DONE),
        # A tip stays with the post that it was given to: a station may be the one that it is about.
        families=_ANY - _TIP,
        roles=_DECIDERS | {R.DISPATCHER},
        condition=no_paper_under_way,
    ),
    Act.PAUSE_CLOCK: Command(
        body=general.PauseClock,
        example={"clock_id": "inquiry:1", "reason_code": "awaiting_documents"},
        event=ClockPaused,
        build=general.pause_clock,
        moves=stay(_OPEN),
        families=_ANY - _EMERGENCY,
        roles=_DECIDERS,
        condition=lambda situation: bool(situation.pausable),
        build_explains=True,
    ),
    Act.RESUME_CLOCK: Command(
        body=general.ResumeClock,
        example={"clock_id": "inquiry:1"},
        event=ClockResumed,
        build=general.resume_clock,
        moves=stay(_OPEN),
        families=_ANY - _EMERGENCY,
        roles=_DECIDERS,
        condition=lambda situation: bool(situation.paused),
        build_explains=True,
    ),
    Act.CLOSE: Command(
        body=general.Close,
        example={"outcome": "settled", "reason_code": "done"},
        event=ComplaintClosed,
        build=general.close,
        moves=to(S.CLOSED, S.RESOLVED, S.HEARD, S.IN_PROGRESS, S.FIR_REGISTERED, S.CERTIFICATE_ISSUED),
        # A verification ends with its result, a request with the answer to it: the closing's outcome.
        also={
            F.VERIFICATION: to(S.CLOSED, S.VERIFICATION_DONE),
            **{family: to(S.CLOSED, S.ACKNOWLEDGED) for family in sorted(_REPLIED)},
        },
        families=_ANY,
        roles=_DECIDERS | {R.DISPATCHER},
        waits_for_the_law=True,
        ends=ClockEnds(every_clock, ClockEndReason.CASE_CLOSED),
    ),
    Act.WITHDRAW: Command(
        body=general.Withdraw,
        event=ComplaintWithdrawn,
        build=general.withdraw,
        moves=to(S.WITHDRAWN, _OPEN - {S.CERTIFICATE_ISSUED, S.FIR_REGISTERED, S.ARRIVED}),
        families=_ANY,
        roles=_CITIZEN,
        condition=general.may_withdraw,
        waits_for_the_law=True,
        ends=ClockEnds(every_clock, ClockEndReason.WITHDRAWN),
    ),
    Act.REQUEST_WITHDRAWAL: Command(
        body=general.Withdraw,
        event=WithdrawalRequested,
        build=general.request_withdrawal,
        moves=stay(_OPEN),
        families=_ANY,
        roles=_CITIZEN,
        condition=lambda situation: needs_confirmation(situation.case),
    ),
    # Crimes against women, children, SC/ST: others may have made the citizen ask, so another office finds out.
    Act.CONFIRM_WITHDRAWAL: Command(
        body=general.ConfirmWithdrawal,
        example={"confirmation": "witness", "reason_code": "settled"},
        event=ComplaintWithdrawn,
        build=general.confirm_withdrawal,
        moves=to(S.WITHDRAWN, _OPEN - {S.CERTIFICATE_ISSUED, S.FIR_REGISTERED}),
        families=_ANY - _EMERGENCY,
        roles=_SUPERVISORS,
        condition=general.may_confirm_withdrawal,
        waits_for_the_law=True,
        ends=ClockEnds(every_clock, ClockEndReason.WITHDRAWN),
    ),
    Act.DISMISS_WITHDRAWAL: Command(
        body=general.DismissWithdrawal,
        event=None,
        build=general.dismiss_withdrawal,
        moves=stay(_OPEN),
        families=_ANY - _EMERGENCY,
        roles=_SUPERVISORS,
        condition=general.may_confirm_withdrawal,
    ),
    Act.REOPEN: Command(
        body=reopening.Reopen,
        event=ComplaintReopened,
        build=reopening.reopen,
        moves=to(S.REOPENED, S.RESOLVED, S.CLOSED),
        families=_ANY - _EMERGENCY,
        roles=_CITIZEN,
        condition=rules.may_reopen,
        build_explains=True,
    ),
    Act.RENEW: Command(
        body=reopening.Renew,
        event=ComplaintReopened,
        build=reopening.renew,
        moves=to(S.REOPENED, S.ACKNOWLEDGED, S.IN_PROGRESS),
        families=frozenset({F.REGISTRATION}),
        roles=_CITIZEN,
        condition=rules.may_renew,
    ),
    # A message may come after any end of the case; an emergency's are as they are, and a tip has none.
    Act.CONTACT: Command(
        body=contact.ContactBody,
        event=ContactChanged,
        build=contact.change_contact,
        moves=stay(frozenset(S)),
        families=_HEARABLE,
        roles=_CITIZEN,
    ),
    Act.FEEDBACK: Command(
        body=general.Feedback,
        event=None,
        build=general.feedback,
        moves=stay(DONE | {S.CERTIFICATE_ISSUED, S.HEARD}),
        families=_ANY,
        roles=_CITIZEN,
    ),
}
_BY_NUMBER = frozenset({Act.CHECK_IN, Act.DISPUTE_VERIFICATION})
DESK_COMMANDS: Mapping[Act, Command] = {
    act: command for act, command in TABLE.items() if command.roles != _CITIZEN and act not in _BY_NUMBER
}
"""The desk's by their path segment. Not those of a counter, which come by the number that a visitor hands in."""
