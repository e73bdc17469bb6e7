"""A case, the SLA monitor and the certificate service together, without a server: for walks over what people may do."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from certificate.domain import CaseFile, check_order, orders_of
from certificate.kind_rules import checked
from event_schemas import (
    CertificateApproved,
    CertificateIssued,
    CertificateRevocationOrdered,
    CertificateRevoked,
    DocumentsCompleted,
    Envelope,
    Event,
    TransferRequested,
    VerificationCompleted,
    ids,
)
from event_schemas.clock_policy import STATUTORY
from intake.beat import commands as beat
from intake.case import past
from intake.case.command import CommandBody, Context
from intake.case.derived import DERIVED_TYPES, apply, derive
from intake.case.due import dues
from intake.case.faults import CommandFault
from intake.case.model import Case, CaseIdentity, IdentityState
from intake.case.numbers import CaseId, TrackingNumber
from intake.case.situation import Situation, valid_certificates
from intake.case.states import Role, State
from intake.commands import among_officers, certificates, contact, documents, emergencies, general, identity, tips
from intake.commands.allowed import allowed_acts
from intake.commands.decide import decide
from intake.commands.table import TABLE, Act
from intake.filing.domain import Person, Stamp, Submission, check_in_at_filing, file_complaint, hold_at_filing
from intake.fir import commands as fir
from intake.hearings import commands as hearing
from intake.hearings import domain as hearings
from intake.reopening import commands as reopening
from intake.verifying import commands as verifying
from sla_monitor.domain import engine as monitor
from sla_monitor.domain.model import CaseRecord
from tests.intake.intake_memory import updated
from tests.intake.intake_rig import CATALOGUE, POLICIES, STATION, assigned

STEP = timedelta(minutes=1)
DAY = POLICIES.latest.effective_from + timedelta(days=1, hours=6)
STATION_POST = f"SHO:{STATION.code}"
# Some acts are kept from the post that verified.
ABOVE = {Act.DECIDE_DISPUTE: "SP:ARARIA", Act.APPROVE_CERTIFICATE: "SP:ARARIA"}
PEOPLE = tuple(TABLE)
PAPERS = checked()
ENDS = frozenset({State.CLOSED, State.WITHDRAWN})
CASE_ID = CaseId("c_01M820Q2V06XBQ4ZBBRKKXQX1V")


@dataclass(frozen=True)
class World:
    """What each service knows of the case; `late` are the monitor's words that intake has not read yet."""

    case: Case
    record: CaseRecord | None
    now: datetime
    verified: str | None = None
    late: tuple[tuple[str, Event], ...] = ()

    @property
    def situation(self) -> Situation:
        return Situation(self.case, self.now, POLICIES)

    @property
    def running(self) -> frozenset[str]:
        """The clocks that run by the SLA monitor's own rules."""
        clocks = self.record.clocks if self.record is not None else ()
        return frozenset(clock.clock_id for clock in clocks if not clock.ended)

    @property
    def ended(self) -> bool:
        return self.case.state in ENDS


def filed(
    service_code: str,
    *,
    kinds: tuple[str, ...] = (),
    sensitive: bool = False,
    attributes: Mapping[str, Any] = MappingProxyType({}),
    applicant: CaseIdentity | None = None,
) -> World:
    """With every paper that is asked for, on a day of the latest edition of the policies."""
    service = CATALOGUE.get(service_code)
    assert service is not None
    if service_code == "e-complaint":
        attributes = {"category": "crime_against_women" if sensitive else "theft"}
    submission = Submission(
        service=service,
        language="hi",
        channel="web",
        person=Person(name="आशा", phone="+919876543210"),
        kinds=kinds,
        attributes=dict(attributes),
        identity=applicant,
    )
    stamp = Stamp(DAY, CASE_ID, TrackingNumber("JS-26-32B6-TBMS-T"), _new_id(), "receipt")
    filing = file_complaint(submission, stamp, POLICIES, lambda *_: "sealed")
    if applicant is not None and applicant.state is IdentityState.HELD:
        filing = hold_at_filing(filing, applicant.document or "identity", _new_id(), POLICIES)
    if service_code == "hearing":
        filing = check_in_at_filing(filing, STATION.code, "counter", _new_id(), POLICIES)
    world = World(filing.case, None, DAY)
    for numbered in filing.events:
        world = _published(world, numbered.event_id, numbered.event, lag=False)
    if any(document.required for document in service.documents):
        world = _completed(world)
    return assign(world)


def _completed(world: World) -> World:
    """The last required paper came; what clocks start by it are promised as the evidence's room promises them."""
    case = replace(world.case, case_seq=world.case.case_seq + 1)
    event_id = _new_id()
    event = DocumentsCompleted(
        case_id=case.case_id,
        occurred_at=world.now,
        case_seq=case.case_seq,
        evidence_id="ev_1",
        media_type="image/jpeg",
        bytes=1,
        sha256="0" * 64,
    )
    case = replace(case, due=(*case.due, *dues(POLICIES.starts(event, event_id, case.service_code))))
    return _published(replace(world, case=case), event_id, event, lag=False)


def assign(world: World) -> World:
    number = world.case.assignment_no
    event = assigned(world.case.case_id, number, STATION, world.now)
    return _published(world, ids.assignment_id(world.case.case_id, number), event, lag=False)


def commanded(world: World, act: Act, order: CommandBody, *, lag: bool = False) -> World:
    """The world a minute after the command; CommandFault where it is refused. Routing and certificates answer at once.

    `lag`: what the monitor emits for it reaches intake only with `heard`.
    """
    context = replace(context_of(world), by_post=ABOVE.get(act, STATION_POST))
    decision = decide(act, order, world.case, context)
    world = replace(world, case=updated(world.case, decision.update))
    for numbered in decision.events:
        world = _published(world, numbered.event_id, numbered.event, lag=lag)
        world = _answered(world, numbered.event_id, numbered.event, lag=lag)
    return replace(world, now=world.now + STEP)


def context_of(world: World) -> Context:
    return Context(world.now, _new_id(), STATION_POST, POLICIES, seal=lambda *_: "sealed")


def heard(world: World) -> World:
    """Intake has read all that the monitor emitted."""
    return replace(world, case=_derived(world.case, world.late), late=())


def accepted(world: World) -> frozenset[Act]:
    """The acts of which a command with some body is accepted."""
    return frozenset(act for act in PEOPLE if is_accepted(world, act, ABOVE.get(act, STATION_POST)))


def is_accepted(world: World, act: Act, by_post: str) -> bool:
    """With some body."""
    context = replace(context_of(world), by_post=by_post)
    return any(_is_accepted(world, act, body, context) for body in bodies(world, act))


def listed(world: World, role: Role) -> frozenset[Act]:
    return frozenset(allowed_acts(world.situation, role))


def bodies(world: World, act: Act) -> Iterator[CommandBody]:
    """A body for each choice that the case offers; where it offers none, one all the same."""
    choices = _BODIES.get(act)
    if choices is None:
        yield TABLE[act].body()
    else:
        yield from choices(world)


def _kinds(world: World) -> tuple[str, ...]:
    return world.case.kinds or past.DEFAULT_KINDS


def _ahead(world: World) -> tuple[str | None, ...]:
    return (*(record.hearing_id for record in hearings.waiting(world.case)), None)


def _appointment(world: World) -> list[CommandBody]:
    """At once, if the citizen has no other hearing then; else a later day."""
    times = (world.now + timedelta(seconds=30), world.now + timedelta(days=1 + len(world.case.hearings)))
    return [hearing.ScheduleHearing(starts_at=at, ends_at=at + timedelta(hours=1)) for at in times]


def _pauses(world: World) -> list[CommandBody]:
    return [
        general.PauseClock(clock_id=one.clock_id, reason_code=reason)
        for one in world.situation.rounds
        for reason in (one.policy.pause_reasons[:1] if one.policy else ()) or ("court_stay",)
    ]


def _revocations(world: World) -> list[CommandBody]:
    named = (*(one.certificate_id for one in valid_certificates(world.case)), None)
    return [certificates.OrderCertificateRevocation(reason_code="fraud", certificate_id=one) for one in named]


_BODIES: Mapping[Act, Callable[[World], Iterable[CommandBody]]] = {
    Act.DISPATCH: lambda world: [emergencies.Dispatch(unit="U1", kind=kind) for kind in _kinds(world)],
    Act.ARRIVE: lambda world: [emergencies.Arrive(unit="U1", kind=kind) for kind in _kinds(world)],
    Act.STAND_DOWN: lambda world: [
        emergencies.StandDown(kind=kind, reason_code="not_needed") for kind in _kinds(world)
    ],
    Act.RESOLVE_EMERGENCY: lambda world: [
        emergencies.ResolveEmergency(how="hoax"),
        emergencies.ResolveEmergency(how="attended"),
        emergencies.ResolveEmergency(how="caller_cancelled", called_back_at=world.now),
    ],
    Act.CONTACT: lambda _: [contact.ContactBody(neutral=True)],
    Act.CHECK_IN: lambda _: [hearing.CheckIn(place=STATION.code)],
    Act.SCHEDULE_HEARING: _appointment,
    Act.HOLD_HEARING: lambda _: [hearing.HoldHearing(outcome="heard")],
    Act.RECORD_NO_SHOW: lambda world: [
        *(hearing.RecordNoShow(hearing_id=one) for one in _ahead(world)),
        hearing.RecordNoShow(party="officer"),
    ],
    Act.CANCEL_HEARING: lambda world: [hearing.CancelHearing(hearing_id=one) for one in _ahead(world)],
    Act.REVIEW_IDENTITY: lambda _: [
        identity.ReviewIdentity(outcome="confirmed"),
        identity.ReviewIdentity(outcome="rejected"),
    ],
    Act.CONFIRM_IDENTITY: lambda _: [identity.SettleIdentity(document="pan_card", last_four="234F", claim="c1")],
    Act.HOLD_IDENTITY: lambda _: [identity.SettleIdentity(document="pan_card", last_four="234F", claim="c1")],
    Act.ANSWER_TIP: lambda _: [tips.AnswerTip(text="देख रहे हैं")],
    Act.ADD_TO_TIP: lambda _: [tips.AddToTip(text="और भी है")],
    Act.COMPLETE_VERIFICATION: lambda _: [
        certificates.CompleteVerification(outcome="clear"),
        certificates.CompleteVerification(outcome="adverse"),
        certificates.CompleteVerification(outcome="unable"),
    ],
    Act.SEND_SUB_REQUEST: lambda _: [verifying.SendSubRequest(to_station="5140012")],
    Act.ANSWER_SUB_REQUEST: lambda world: [
        verifying.AnswerSubRequest(outcome="clear", sub_request_id=one.sub_request_id)
        for one in past.sub_requests(world.case)
    ],
    Act.DECIDE_DISPUTE: lambda _: [
        verifying.DecideDispute(decision="refused"),
        verifying.DecideDispute(decision="upheld", outcome="clear"),
    ],
    Act.PROMISE_VISIT: lambda world: [beat.PromiseVisit(visit_by=world.now + timedelta(hours=2))],
    Act.RECORD_VISIT: lambda _: [beat.RecordVisit(outcome="met"), beat.RecordVisit(outcome="not_at_home")],
    Act.REFUSE_CERTIFICATE: lambda _: [certificates.RefuseCertificate(reason_code="incomplete")],
    Act.ORDER_CERTIFICATE_REVOCATION: _revocations,
    Act.COMPLETE_INQUIRY: lambda _: [general.CompleteInquiry(finding="partly")],
    Act.REQUEST_DOCUMENTS: lambda _: [documents.RequestDocuments(documents=("identity",))],
    Act.REGISTER_FIR: lambda _: [
        fir.RegisterFIR(fir_number="12/26", sections=("303(2)",)),
        fir.RegisterFIR(fir_number="0/26-3", sections=("303(2)",), zero_fir=True),
    ],
    Act.PUBLISH_FIR: lambda _: [
        fir.PublishFIR(portal="fir_online"),
        fir.PublishFIR(portal="missing_children"),
    ],
    Act.DECLINE_FIR: lambda _: [fir.DeclineFIR(reason_code="non_cognizable")],
    Act.START_PRELIMINARY_ENQUIRY: lambda _: [fir.StartPreliminaryEnquiry(permitted_by_post="SDPO:5140003")],
    Act.NOTE: lambda _: [among_officers.WriteNote(note="गवाह का बयान कल")],
    Act.TRANSFER: lambda _: [general.Transfer(reason_code="jurisdiction")],
    Act.PAUSE_CLOCK: _pauses,
    Act.RESUME_CLOCK: lambda world: [general.ResumeClock(clock_id=one.clock_id) for one in world.situation.rounds],
    Act.CLOSE: lambda _: [general.Close(outcome="settled", reason_code="settled")],
    Act.WITHDRAW: lambda _: [general.Withdraw()],
    Act.REQUEST_WITHDRAWAL: lambda _: [general.Withdraw()],
    Act.CONFIRM_WITHDRAWAL: lambda _: [general.ConfirmWithdrawal(confirmation="witness")],
    Act.REOPEN: lambda _: [reopening.Reopen(reason_code="not_settled")],
    Act.FEEDBACK: lambda _: [general.Feedback(rating=3)],
}


def running_but_statutory(world: World) -> frozenset[str]:
    return frozenset(name for name in world.running if name.split(":")[0] not in STATUTORY)


def _is_accepted(world: World, act: Act, order: CommandBody, context: Context) -> bool:
    try:
        decide(act, order, world.case, context)
    except CommandFault:
        return False
    return True


def _published(world: World, event_id: str, event: Event, *, lag: bool) -> World:
    """The monitor consumes it; what it emits goes to intake, or waits for it."""
    envelope = Envelope(event_id, event.type, event.producer, event.occurred_at, event.case_id, None, event)
    record, emissions = monitor.apply(world.record, envelope, POLICIES)
    verified = str(event.outcome) if isinstance(event, VerificationCompleted) else world.verified
    own = [(event_id, event)] if event.type in DERIVED_TYPES else []
    emitted = [(one.event_id, one.data) for one in emissions]
    case = _derived(world.case, own)
    if lag:
        return replace(world, case=case, record=record, verified=verified, late=(*world.late, *emitted))
    return replace(world, case=_derived(case, emitted), record=record, verified=verified)


def _answered(world: World, event_id: str, event: Event, *, lag: bool) -> World:
    """What routing and the certificate service answer. InvalidEvent: intake accepted what that service refuses."""
    match event:
        case TransferRequested():
            return assign(world)
        case CertificateApproved():
            envelope = Envelope(event_id, event.type, event.producer, event.occurred_at, event.case_id, None, event)
            (order,) = orders_of(PAPERS, envelope, None)
            check_order(order, _case_file(world))
            assert order.certificate_id not in world.case.certificates, "a paper that was issued before"
            answer = _paper(CertificateIssued, world, order.certificate_id, event.kind, event_id)
        case CertificateRevocationOrdered():
            assert event.certificate_id is not None
            assert event.certificate_id in world.case.certificates
            answer = _paper(CertificateRevoked, world, event.certificate_id, event.kind, event_id)
        case _:
            return world
    return _published(world, _new_id(), answer, lag=lag)


def _paper(type_: type[Event], world: World, certificate_id: str, kind: str, cause: str) -> Event:
    fields = {"certificate_id": certificate_id, "kind": kind, "verify_url": "http://v", "sha256": "0" * 64}
    base = {"case_id": world.case.case_id, "occurred_at": world.now, "cause_id": cause}
    return type_.model_validate(base | fields)


def _case_file(world: World) -> CaseFile:
    case = world.case
    return CaseFile(
        case.case_id, case.tracking_number, case.service_code, case.filed_at, None, {}, case.sealed,
        verification=world.verified,
    )  # fmt: skip


def _derived(case: Case, emitted: Iterable[tuple[str, Event]]) -> Case:
    for event_id, event in emitted:
        effect = derive(event_id, event).effect if event.type in DERIVED_TYPES else None
        case = case if effect is None else apply(case, effect)
    return case


def _new_id() -> str:
    return str(uuid.uuid4())
