"""What a citizen is answered about a case, as models for OpenAPI and the tests."""

from datetime import datetime
from typing import Literal

from intake.beat.domain import VisitState
from intake.case.model import IdentityState, Relation, Scan
from intake.case.shapes import ClockState, HelplineShown, LaneName, Notice, Offer, Owner, Shape
from intake.case.states import State
from intake.commands.shapes import Done


class Station(Shape):
    """`name_hi` is null where no spelling in Devanagari is known."""

    code: str
    name: str
    name_hi: str | None
    district: str


class TimelineItem(Shape):
    at: datetime
    event: str
    text: str


class ClockOfCase(Shape):
    """A time limit. `remaining_s` is negative once it has passed; of one that has ended, as it was then."""

    clock: str
    clock_id: str
    owner: Owner
    state: ClockState
    target_s: int
    due_at: datetime
    remaining_s: int
    name: str
    state_text: str


class Hearing(Shape):
    """Codes for programs, and each in words: `place_name`, `mode_text`, `status_text`, `when_text`."""

    hearing_id: str
    starts_at: datetime
    mode: str
    place: str
    status: str
    ends_at: datetime | None
    join_url: str | None
    place_name: str | None
    mode_text: str | None
    status_text: str | None
    when_text: str | None


class HomeVisit(Shape):
    """Somebody of the station comes, or was there. `may_answer`: it can be confirmed or disputed now."""

    visit_no: int
    state: VisitState
    state_text: str
    visitor: str | None
    visitor_text: str | None
    visit_by: datetime | None
    visited_at: datetime | None
    may_answer: bool


class Certificate(Shape):
    """`url`: the paper, for the owner. `verify_url`: where anybody can check it."""

    certificate_id: str
    kind: str | None
    kind_text: str
    url: str
    verify_url: str | None


class EvidenceFile(Shape):
    """A file of the case. `sha256` (hexadecimal) and `bytes` are those of the file as it was sent.

    `shown`: `copy`, one without metadata; `officers`, as it came and to them alone; `nobody`, as it is infected.
    """

    evidence_id: str
    at: datetime
    media_type: str
    bytes: int
    sha256: str
    document_type: str | None
    scan: Scan
    shown: Literal["copy", "officers", "nobody"]
    notices: list[Notice]


class RequestedDocument(Shape):
    """A paper that the service asks for; `code` goes into the `document_type` of the file."""

    code: str
    name: str
    required: bool
    received: bool


class CaseOutcome(Shape):
    code: str
    text: str
    at: datetime


class IdentityOfCase(Shape):
    """Whether the applicant is who he says; null for a service that does not ask. `document` is the paper's kind."""

    state: IdentityState
    state_text: str
    document: str | None
    last_four: str | None


class HelperOfCase(Shape):
    """Who filed it for the person."""

    kind: str
    kind_text: str


class LinkedCase(Shape):
    """Another case of the same citizen: the emergency that was called for out of this filing, that filing, or one that
    is nearly the same and was filed before.
    """

    relation: Relation
    case_id: str
    tracking_number: str
    text: str


class CaseStatus(Shape):
    """A case as its citizen sees it. Codes are for programs; `*_name` and `*_text` say them in words.

    `received_at`: when the paper that it was entered from came to the police; the time limits run from then.
    """

    case_id: str
    tracking_number: str
    service_code: str
    lane: LaneName
    service_name: str
    status: State
    status_text: str
    version: int
    filed_at: datetime
    received_at: datetime | None
    helper: HelperOfCase | None
    station: Station | None
    officer_post: str | None
    office_name: str | None
    timeline: list[TimelineItem]
    clocks: list[ClockOfCase]
    hearings: list[Hearing]
    visits: list[HomeVisit]
    certificates: list[Certificate]
    evidence: list[EvidenceFile]
    documents: list[RequestedDocument]
    identity: IdentityOfCase | None
    outcome: CaseOutcome | None
    next_step: str
    appeal: Offer | None
    emergency: Offer | None
    links: list[LinkedCase]
    helplines: list[HelplineShown]


class Rated(Done):
    """The rating is on record; `appeal` is offered for a bad one."""

    appeal: Offer | None


class OwnCase(Shape):
    case_id: str
    tracking_number: str
    service_code: str
    service_name: str
    lane: LaneName
    status: State
    status_text: str
    filed_at: datetime


class OwnCases(Shape):
    items: list[OwnCase]
    next_cursor: str | None


class StreamTicket(Shape):
    """`ticket` goes into the query of the stream, once, within `expires_in` seconds."""

    ticket: str
    expires_in: int
