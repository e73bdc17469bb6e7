"""What the desk is answered, as models for OpenAPI and the tests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from intake.case.shapes import ClockState, HelpKind, LaneName, PriorityName, PromisedClock, Shape
from intake.case.states import State
from intake.commands.shapes import Done
from intake.commands.table import Act
from intake.desk.live import Happened
from intake.filing.shapes import FiledCase
from intake.tracking.shapes import CaseStatus


class WalkIn(FiledCase):
    """A visitor's new case and the visit's hearing."""

    hearing_id: str | None


class Visit(Done):
    """A visit to a case that there was: its hearing, and what is promised of it."""

    hearing_id: str | None
    due: list[PromisedClock]


class DeskClock(Shape):
    clock: str
    clock_id: str
    state: ClockState
    due_at: datetime
    remaining_s: int
    name: str
    state_text: str


class DeskItem(Shape):
    """A line of the desk's list: no personal data. `station` is its code, `next_due` when the first of the police's
    running clocks is due (null if none runs), `officer` whom the case was given to.
    """

    case_id: str
    tracking_number: str
    service_code: str
    service_name: str
    lane: LaneName
    status: State
    status_text: str
    version: int
    filed_at: datetime
    priority: PriorityName
    priority_text: str
    category: str | None
    category_text: str | None
    kinds: list[HelpKind]
    kinds_text: list[str]
    sensitive: bool
    station: str | None
    officer_post: str | None
    flags: list[str]
    flags_text: list[str]
    possible_duplicates: list[str]
    group: str | None
    next_due: datetime | None
    remaining_s: int | None
    officer: str | None
    clocks: list[DeskClock]


class DeskPage(Shape):
    items: list[DeskItem]
    next_cursor: str | None


class DeskCounts(Shape):
    """Of the cases that are not over. `mine`: given to the officer who asks."""

    open: int
    overdue: int
    mine: int
    by_status: Mapping[State, int]


class AcknowledgedCase(Shape):
    """`code` and `detail` say why a case was not acknowledged; null if it was."""

    case_id: str
    status: State | None
    version: int | None
    code: str | None
    detail: str | None


class Acknowledged(Shape):
    items: list[AcknowledgedCase]
    next_cursor: None


class Point(Shape):
    """WGS84 degrees; `accuracy_m` only where the device reported it."""

    lat: float
    lon: float
    accuracy_m: float | None = None


class DeskAssignment(Shape):
    """With routing's doubt: `confidence` from 0 to 1, and the codes of the stations that it might be as well."""

    assignment_no: int
    reason: str
    reason_text: str
    provisional: bool
    confidence: float | None
    distance_to_edge_m: float | None
    ambiguous_with: list[str]
    boundary_version: str | None


class DeskStreamCase(DeskItem):
    """A line of the list as the stream sends it: `location` of an emergency, where it is known."""

    happened: Happened
    location: Point | None


class Personal(Shape):
    """The citizen's data; masked ones are cut to initials and last digits, and have no `location`."""

    name: str | None
    phone: str | None
    address: str | None
    description: str | None
    location: Point | None = None
    attributes: Mapping[str, Any]


class PaperFact(Shape):
    """What the desk enters on a paper; `form`: text, a day (2026-11-22), or an instant with its zone."""

    name: str
    label: str
    required: bool
    form: Literal["text", "date", "time"]


class PaperToApprove(Shape):
    """A paper that `approve-certificate` may name as `kind` now, by one of these posts, with these `facts`."""

    kind: str
    kind_text: str
    approved_by: list[str]
    approved_by_text: list[str]
    facts: list[PaperFact]


class DeskMessage(Shape):
    """Of a secret tip; `text` is null as long as the case is masked."""

    message_id: str
    at: datetime
    by: Literal["police", "citizen"]
    by_text: str
    text: str | None


class DeskNote(Shape):
    """What officers wrote for each other; `text` is null as long as the case is masked."""

    note_id: str
    at: datetime
    post: str
    text: str | None


class OfficerOfCase(Shape):
    """Whom the case was given to, by which post and when."""

    officer: str
    post: str
    at: datetime


class SubRequestOfCase(Shape):
    """The police of another place were asked: a station by its code, or another state by letter."""

    sub_request_id: str
    at: datetime
    mode: str
    mode_text: str
    to_station: str | None
    to_state: str | None
    state: Literal["open", "answered"]
    state_text: str
    outcome: str | None
    outcome_text: str | None
    answered_at: datetime | None
    letter_number: str | None


class DisputeOfCase(Shape):
    """The objection of the person verified to the newest result."""

    state: Literal["open", "decided"]
    state_text: str


class CounterOfCase(Shape):
    """Who filed it for the citizen, in which language it was read back, and how he confirmed it.

    `received_at` and `received_by`: of paper that was handed in or came by post before it was entered.
    """

    post: str
    confirmation: str
    language: str
    received_at: datetime | None
    received_by: Literal["hand", "post"] | None


class SafeContactOfCase(Shape):
    """How the person asked to be reached. `neutral`: others may read along on this phone. `opens` and `closes`: the
    time of India's clock between which alone a call or message reaches nobody else, over midnight if it closes first;
    null: at any time.
    """

    neutral: bool
    opens: str | None
    closes: str | None


class DeskCase(CaseStatus):
    """The status, and what an officer needs besides. `allowed`: the commands that would be accepted now, by name in
    `allowed_text`. `papers`: those that may be approved now, by whichever post. `agreed_by`: how the person agreed to
    what a helper filed; name and number of the helper are among the revealed attributes.
    `safe_contact` stands there masked or not, so that it is seen before a call; null: nothing was asked for.
    """

    priority: PriorityName
    priority_text: str
    category: str | None
    category_text: str | None
    kinds: list[HelpKind]
    kinds_text: list[str]
    channel: str
    language: Literal["hi", "en"]
    anonymous: bool
    sensitive: bool
    flags: list[str]
    flags_text: list[str]
    possible_duplicates: list[str]
    group: str | None
    counter: CounterOfCase | None
    agreed_by: Literal["thumb", "signature", "witness", "unable"] | None
    attributes: Mapping[str, Any]
    assignment: DeskAssignment | None
    location: Point | None
    personal: Personal
    safe_contact: SafeContactOfCase | None
    messages: list[DeskMessage]
    notes: list[DeskNote]
    officer: OfficerOfCase | None
    masked: bool
    allowed: list[Act]
    allowed_text: Mapping[str, str]
    papers: list[PaperToApprove]
    sub_requests: list[SubRequestOfCase]
    dispute: DisputeOfCase | None
