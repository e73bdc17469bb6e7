"""An office in a storm gets digests: which of its messages wait, and what a digest says of them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from .domain import DIGEST, Notice
from .rules import UNKNOWN_VALUE
from .templates import Channel, DigestKind

MOST_COUNTED: Final = 99_999
KINDS: Final[tuple[DigestKind, ...]] = ("new_cases", "due_soon", "breaches", "with_citizen", "changes")

Line = tuple[str, Channel]
"""A post and a way to reach it: what is counted, and what one digest is for."""


@dataclass(frozen=True, slots=True)
class DigestRules:
    """More than `after` messages to a post within `window`: the further ones wait, `every` so long, for one digest."""

    after: int = 5
    window: timedelta = timedelta(minutes=10)
    every: timedelta = timedelta(minutes=10)
    # An emergency among what waits is not kept so long.
    urgent_every: timedelta = timedelta(minutes=1)


def line_of(notice: Notice) -> Line | None:
    """Where a message counts; None for one that is always sent by itself, such as an emergency's."""
    if notice.digest_kind is None or notice.post is None or notice.emergency:
        return None
    return notice.post, notice.channel


def split(
    notices: Iterable[Notice], earlier: Mapping[Line, int], rules: DigestRules
) -> tuple[list[Notice], list[Notice]]:
    """What is sent at once and what is held; `earlier` counts the messages of the window that a line has had."""
    counts = Counter(earlier)
    at_once: list[Notice] = []
    held: list[Notice] = []
    for notice in notices:
        line = line_of(notice)
        if line is not None:
            counts[line] += 1
        (at_once if line is None or counts[line] <= rules.after else held).append(notice)
    return at_once, held


def compose(digest_id: str, members: Sequence[Notice], at: datetime) -> Notice:
    """One message in place of many: how many of each kind, and which case to open first. Nothing of any person."""
    first = members[0]
    # What waits without a kind of its own is an emergency beyond its office's quota.
    counts = Counter(member.digest_kind or "new_cases" for member in members)
    overdue = [member for member in members if member.digest_kind == "breaches"]
    return Notice(
        notification_id=digest_id,
        event_id=digest_id,
        # It is about many cases: each has an event of its own that reports what became of it.
        case_id="",
        emergency=any(member.emergency for member in members),
        audience="office",
        channel=first.channel,
        template=DIGEST,
        language=first.language,
        neutral=False,
        variables={
            **{kind: str(min(counts[kind], MOST_COUNTED)) for kind in KINDS},
            "oldest": _tracking_number(min(members, key=lambda member: member.occurred_at)),
            "most_overdue": _tracking_number(min(overdue, key=_deadline)) if overdue else UNKNOWN_VALUE,
        },
        post=first.post,
        occurred_at=at,
        traceparent=None,
    )


def _deadline(notice: Notice) -> datetime:
    return notice.deadline or datetime.max.replace(tzinfo=UTC)


def _tracking_number(notice: Notice) -> str:
    return notice.variables.get("tracking_number", UNKNOWN_VALUE)
