"""What each event of a case owes to whom: worked out here anew, not by the notifier's rules."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from event_schemas import (
    AssignedToStation,
    AssignmentReason,
    BeatVisitDisputed,
    BeatVisitMade,
    BeatVisitPromised,
    CertificateIssued,
    CertificateRefused,
    CertificateRevoked,
    ClockOwner,
    ClockState,
    ComplaintAcknowledged,
    ComplaintClosed,
    ComplaintFiled,
    ComplaintReopened,
    ComplaintWithdrawn,
    DirectoryPost,
    DisputeDecided,
    DocumentsRequested,
    EmergencyOutcome,
    EmergencyResolved,
    Event,
    FIRDeclined,
    FIRRegistered,
    HearingCancelled,
    HearingHeld,
    HearingMode,
    HearingNoShow,
    HearingParty,
    HearingScheduled,
    InformationSigned,
    InquiryCompleted,
    InvestigationCompleted,
    PreliminaryEnquiryCompleted,
    PreliminaryEnquiryOrdered,
    ProgressInformed,
    ResponderArrived,
    ResponderDispatched,
    ResponderStoodDown,
    SLABreached,
    SLAClockAdjusted,
    SLADueSoon,
    SubRequestAnswered,
    SubRequestMade,
    VerificationCompleted,
    VerificationDisputed,
    WithdrawalRequested,
)
from event_schemas.ids import notification_id, post_id
from event_schemas.papers import is_letter
from event_schemas.topics import CASES_EMERGENCY
from event_schemas.values import Post, ReopeningReason
from intake.catalogue import load_catalogue
from janseva_local.demo.day import DAY
from janseva_local.demo.evidence import Seen
from janseva_local.demo.findings import Case
from janseva_local.demo.journal import Intent
from janseva_local.demo.journeys import load
from janseva_local.demo.steps import filled

LONGEST_LADDER = 8
LAST_FRACTION = 0.8  # the second warning is sent, not the first
HALF = 0.5  # of a citizen's own time every warning behind it is sent


DISPATCHER = post_id(Post.HQ, "control-room")


@dataclass(frozen=True, slots=True)
class Owed:
    """`due` is false for a message that may be sent and need not be: a warning emitted before anybody was in charge."""

    case_id: str
    to: str
    template: str
    due: bool = True
    emergency: bool = False


def owed_by(case: Case, posts: dict[str, DirectoryPost]) -> Iterator[tuple[str, Owed]]:
    """(notification id, message) for each event somebody must hear of."""
    for seen in case.events:
        template = citizen_template(seen, case)
        if template is not None:
            yield _owed(seen, "citizen", case.intent.phone, template)
        person = PERSON.get(type(seen.envelope.data))
        if person is not None and getattr(seen.envelope.data, "sealed_person", None) is not None:
            yield _owed(seen, "person", person_phone(case.intent), person)
        office = office_template(seen, case)
        if office is not None:
            post, name = office
            phone = office_phone(post, posts)
            if phone is not None:
                yield _owed(seen, "office", phone, name, due=name != "due_soon" or _assigned_before(seen, case))
        for post, name in further_offices(seen, _left(seen, case), _last_in_charge(case)):
            phone = office_phone(post, posts)
            if phone is not None:
                yield _owed(seen, f"office:{post}", phone, name)


def person_phone(intent: Intent) -> str:
    """The number of the person verified, as the citizen's form gave it: the journey's, or else the example's."""
    service = load_catalogue().get(intent.service_code)
    if service is None or service.verifies is None or service.verifies.mobile is None or service.example is None:
        return ""
    (way,) = (one for one in load().journeys if (one.service, one.name) == (intent.service_code, intent.journey))
    answers = {**service.example.attributes, **way.filed.get("attributes", {})}
    mobile: str = filled({"mobile": answers[service.verifies.mobile]}, intent.number)["mobile"]
    return f"+91{mobile[-10:]}"


# What a citizen hears of events that always have one template.
PLAIN: Mapping[type[Event], str] = {
    ComplaintFiled: "filed",
    AssignedToStation: "assigned",
    ComplaintAcknowledged: "acknowledged",
    ResponderDispatched: "dispatched",
    ResponderStoodDown: "stood_down",
    HearingHeld: "hearing_held",
    HearingCancelled: "hearing_cancelled",
    DocumentsRequested: "documents_requested",
    BeatVisitPromised: "visit_promised",
    BeatVisitMade: "visit_recorded",
    VerificationCompleted: "verification_completed",
    DisputeDecided: "dispute_decided",
    CertificateIssued: "certificate_issued",
    CertificateRefused: "certificate_refused",
    CertificateRevoked: "certificate_revoked",
    ComplaintClosed: "closed",
    ComplaintReopened: "reopened",
    ComplaintWithdrawn: "withdrawn",
    FIRDeclined: "fir_declined",
    PreliminaryEnquiryOrdered: "enquiry_ordered",
    PreliminaryEnquiryCompleted: "enquiry_completed",
    ProgressInformed: "progress_recorded",
    InvestigationCompleted: "investigation_completed",
}
# What the person hears whom a citizen has verified, where the form gave his number.
PERSON: Mapping[type[Event], str] = {
    VerificationCompleted: "verification_person",
    DisputeDecided: "dispute_decided_person",
}
# What the post in charge hears of events that always have one template.
PLAIN_OFFICE: Mapping[type[Event], str] = {
    ComplaintWithdrawn: "withdrawn_office",
    WithdrawalRequested: "withdrawal_requested",
    BeatVisitDisputed: "visit_disputed_office",
    HearingCancelled: "hearing_cancelled_office",
    VerificationDisputed: "disputed_office",
    SubRequestAnswered: "sub_request_answered",
}
RANKS = ("SHO", "SDPO", "SP", "DIG", "HQ")


def citizen_template(seen: Seen, case: Case) -> str | None:  # noqa: PLR0911, PLR0912, C901  one case per event
    """What the citizen hears; of a breach, only what goes above the post that has the case."""
    event = seen.envelope.data
    own = DAY.messages.get(event.type, {}).get(case.intent.service_code)
    if own is not None:
        return own
    match event:
        case CertificateIssued() | CertificateRevoked() if is_letter(event.kind):
            return None
        case SLABreached(owner=ClockOwner.CITIZEN):
            return "reminder_overdue"
        case SLABreached(level=0):
            return "apology_delay"
        case SLABreached():
            return "escalated" if _rank(event.escalate_to) > _rank(_in_charge(seen, case) or "SHO") else None
        case SLADueSoon():
            reminds = event.owner is ClockOwner.CITIZEN and event.fraction > HALF
            return "reminder_due_soon" if reminds else None
        case SLAClockAdjusted():
            paused = event.state is ClockState.PAUSED and event.owner is ClockOwner.POLICE
            return "clock_paused" if paused else None
        case ResponderArrived():
            return None if event.proved else "arrival_reported"
        case EmergencyResolved():
            return "emergency_joined" if event.how is EmergencyOutcome.DUPLICATE_OF else "emergency_closed"
        case InformationSigned():
            return "signed_late" if event.late else "information_signed"
        case FIRRegistered():
            return "zero_fir_registered" if event.zero_fir else "fir_registered"
        case WithdrawalRequested():
            return "withdrawal_asked" if seen.topic == CASES_EMERGENCY else "withdrawal_asked_routine"
        case ComplaintReopened(reason_code=ReopeningReason.RENEWAL):
            return "renewal_asked"
        case InquiryCompleted():
            return "inquiry_completed_fir" if event.fir_recommended else "inquiry_completed"
        case HearingScheduled():
            return _hearing_template(event)
        case HearingNoShow():
            return "hearing_citizen_absent" if event.party is HearingParty.CITIZEN else "hearing_officer_absent"
    return PLAIN.get(type(event))


def _hearing_template(event: HearingScheduled) -> str:
    if event.mode is HearingMode.IN_PERSON:
        return "hearing_moved" if event.moved else "hearing_set"
    if event.join_url is None:
        return "hearing_online_ask"
    return "hearing_online_moved" if event.moved else "hearing_online"


def office_template(seen: Seen, case: Case) -> tuple[str, str] | None:
    """(post, template) of the message that an event owes to an office; a warning goes to the post in charge."""
    event = seen.envelope.data
    if isinstance(event, AssignedToStation):
        here = "transferred_here" if _left(seen, case) else "new_case"
        return event.officer_post, here if event.desk_online else "new_case_offline"
    if isinstance(event, SLABreached):
        return event.escalate_to, "citizen_overdue" if event.owner is ClockOwner.CITIZEN else "breach"
    name = PLAIN_OFFICE.get(type(event))
    if isinstance(event, ComplaintReopened):
        name = "renewal_office" if event.reason_code == ReopeningReason.RENEWAL else "reopened_office"
    elif isinstance(event, SLADueSoon) and event.fraction == LAST_FRACTION and event.owner is not ClockOwner.CITIZEN:
        name = "due_soon"
    post = _in_charge(seen, case) or _last_in_charge(case)
    return (post, name) if post and name else None


def further_offices(seen: Seen, left: str | None = None, in_charge: str | None = None) -> list[tuple[str, str]]:
    """(post, template) of those who are informed besides the post in charge, each once."""
    event = seen.envelope.data
    if isinstance(event, WithdrawalRequested) and seen.topic == CASES_EMERGENCY and in_charge != DISPATCHER:
        return [(DISPATCHER, "withdrawal_requested")]
    if isinstance(event, SubRequestMade) and event.to_station is not None:
        return [(post_id(Post.SHO, event.to_station), "sub_request_here")]
    if not isinstance(event, AssignedToStation):
        return []
    informed = [post for post in dict.fromkeys(event.also_inform) if post != event.officer_post]
    near = [f"SHO:{code}" for code in dict.fromkeys(event.nearest_stations)]
    written_to = {event.officer_post, *event.also_inform}
    offline = [] if event.desk_online else [(post, "new_case_offline") for post in informed]
    away = [] if left is None or event.reason is AssignmentReason.AGAINST_POLICE else [(left, "transferred_away")]
    return offline + [(post, "nearby_emergency") for post in near if post not in written_to] + away


def _left(seen: Seen, case: Case) -> str | None:
    """The post that had the case before this assignment, unless it is informed of the case anyway."""
    event = seen.envelope.data
    if not isinstance(event, AssignedToStation):
        return None
    for one in _assignments(case):
        if one.assignment_no == event.assignment_no - 1 and one.officer_post not in {
            event.officer_post,
            *event.also_inform,
        }:
            return one.officer_post
    return None


def _assignments(case: Case) -> list[AssignedToStation]:
    return [one.envelope.data for one in case.of(AssignedToStation) if isinstance(one.envelope.data, AssignedToStation)]


def _in_charge(seen: Seen, case: Case) -> str | None:
    """The post that had the case when this was emitted."""
    posts = [
        one.envelope.data.officer_post
        for one in case.of(AssignedToStation)
        if one.offset < seen.offset and isinstance(one.envelope.data, AssignedToStation)
    ]
    return posts[-1] if posts else None


def _last_in_charge(case: Case) -> str | None:
    posts = [one.officer_post for one in _assignments(case)]
    return posts[-1] if posts else None


def _rank(post: str) -> int:
    return RANKS.index(post.partition(":")[0])


def office_phone(post: str, posts: dict[str, DirectoryPost]) -> str | None:
    """The phone of the post; while it is vacant, of who stands in or of the next post up; None when there is none."""
    title, _, place = post.partition(":")
    current = posts.get(f"{place}:{title}")
    for _ in range(LONGEST_LADDER):
        if current is None or not current.vacant:
            break
        following = current.acting or current.parent
        current = posts.get(following) if following else None
    return current.office_phone if current else None


def _owed(seen: Seen, audience: str, to: str, template: str, *, due: bool = True) -> tuple[str, Owed]:
    identity = notification_id(seen.envelope.event_id, audience, "sms")
    return identity, Owed(seen.envelope.subject, to, template, due, emergency=seen.topic == CASES_EMERGENCY)


def _assigned_before(seen: Seen, case: Case) -> bool:
    return any(one.offset < seen.offset for one in case.of(AssignedToStation))


def any_office(seen: Seen, events: list[Seen]) -> list[str]:
    """Whoever may be informed of an event of an earlier run's case besides the post in charge."""
    before = [one.envelope.data.officer_post for one in events if isinstance(one.envelope.data, AssignedToStation)]
    return [post for post, _ in further_offices(seen)] + list(dict.fromkeys(before))
