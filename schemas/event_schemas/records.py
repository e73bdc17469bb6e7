"""Records that are no event of a case: the directory's posts, ticks, the heads of audit trails, hearing windows."""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

from pydantic import Field

from event_schemas.base import Record, UtcTime
from event_schemas.values import CaseId, Code, HearingMode, Post, PostId, Sha256, Text, WindowKind


class DirectoryPost(Record):
    """One post of the directory, keyed ``station:post``; the only place where office contacts travel.

    ``station`` is the code of a station or of a district, range or headquarters; ``parent`` is the key of the next
    post up; ``acting`` is the key of the post whose holder stands in while this one is vacant.
    """

    type: ClassVar[Literal["DirectoryPost"]] = "DirectoryPost"
    producer: ClassVar[str] = "routing"

    station: Text
    post: Post
    name_en: Text
    name_hi: Text
    office_phone: Text | None = None
    office_email: Text | None = None
    parent: Text | None = None
    vacant: bool = False
    acting: Text | None = None

    @property
    def key(self) -> str:
        """The record's key in the topic, such as ``5140003:SHO``."""
        return f"{self.station}:{self.post}"

    @property
    def post_id(self) -> PostId:
        """How events name the post, such as ``SHO:5140003``."""
        return PostId(f"{self.post}:{self.station}")


def holder_of(post: DirectoryPost, posts: Mapping[str, DirectoryPost]) -> DirectoryPost | None:
    """The post whose officer answers for ``post``: itself or, while it is vacant, the one that stands in; else None.

    ``posts`` is the directory by key. One step only: a stand-in whose own post is vacant, or that has no record,
    answers nothing, whoever may stand in for it.
    """
    if not post.vacant:
        return post
    acting = posts.get(post.acting) if post.acting else None
    return acting if acting is not None and not acting.vacant else None


class SLATick(Record):
    """A tick for one partition: deadlines up to ``at`` may fire once the offset ``target_offset`` was processed."""

    type: ClassVar[Literal["SLATick"]] = "SLATick"
    producer: ClassVar[str] = "sla-monitor"

    at: UtcTime
    target_offset: int = Field(ge=0)
    partition: int = Field(ge=0)


class AuditHead(Record):
    """The newest entry of a case's audit trail, kept where who can write the store cannot: a cut tail is seen by it.

    ``hash`` is the entry's link of the chain, hexadecimal SHA-256; ``signature`` a keyed one of case, number and link.
    """

    type: ClassVar[Literal["AuditHead"]] = "AuditHead"
    producer: ClassVar[str] = "intake"

    case_id: CaseId
    at: UtcTime
    seq: int = Field(ge=1)
    hash: Sha256
    signature: Sha256


class WindowRecord(Record):
    """A fact of a hearing window: the two hours in which an office hears whoever comes or has booked.

    ``late`` and ``short`` say how the promise of the window was kept; a window that was never opened has neither event.
    """

    producer: ClassVar[str] = "intake"

    window_id: Text
    occurred_at: UtcTime
    officer_post: PostId = Field(min_length=1, max_length=120)
    place: Text
    starts_at: UtcTime
    ends_at: UtcTime
    modes: tuple[HearingMode, ...] = Field(min_length=1)
    kind: WindowKind = WindowKind.HEARING


class WindowPublished(WindowRecord):
    type: ClassVar[Literal["WindowPublished"]] = "WindowPublished"


class WindowOpened(WindowRecord):
    type: ClassVar[Literal["WindowOpened"]] = "WindowOpened"

    late: bool = False


class WindowClosed(WindowRecord):
    type: ClassVar[Literal["WindowClosed"]] = "WindowClosed"

    short: bool = False


class WindowWithdrawn(WindowRecord):
    """It will not be held; only before its time."""

    type: ClassVar[Literal["WindowWithdrawn"]] = "WindowWithdrawn"

    reason_code: Code


WINDOW_RECORDS: Final[tuple[type[WindowRecord], ...]] = (WindowPublished, WindowOpened, WindowClosed, WindowWithdrawn)
