"""What an entry of a trail says, how it is chained, and what a check of a trail finds. Pure."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from event_schemas import AuditHead
from event_schemas.times import epoch_ms
from intake.case.keys import framed
from intake.case.model import OWNER, ActedBy, Case, TimelineEntry

ERASED: Final = "erased"
"""What an owner's name becomes by its erasure; that the owner acted, and when, stays."""
BEGINNING: Final = "0" * 64
_ERASABLE: Final = frozenset({OWNER})

Sign = Callable[..., str]
"""A keyed digest of its parts, in 64 hexadecimal digits: who can write the store alone can't make one."""


class EntryKind(StrEnum):
    """An act is written before the case is: of one that another write came before, the case's history knows nothing."""

    ACT = "act"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """`what`: the act's event or name, or why somebody looked. `covers`: the case's history entries that it answers
    for, each as its id and a digest of what it says. `content` is the digest of all this, with `actor` and `salt` in it
    as a digest of their own, so that they can be erased; `link` is the keyed digest of `previous`, `seq` and `content`.
    """

    entry_id: str
    case_id: str
    seq: int
    at: datetime
    kind: EntryKind
    what: str
    post: str
    who: str
    previous: str
    content: str
    link: str
    actor: str = ""
    salt: str = ""
    covers: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is to be recorded, without its place in the trail."""

    entry_id: str
    at: datetime
    kind: EntryKind
    what: str
    by: ActedBy
    salt: str
    history: tuple[TimelineEntry, ...] = ()


class FindingKind(StrEnum):
    ALTERED = "altered"
    REMOVED = "removed"
    REORDERED = "out of its order"
    CUT = "cut off at the end"
    REWRITTEN = "not what its signed head says"
    FORGED_HEAD = "a head whose signature is not ours"
    UNRECORDED = "in the case's history, and in no entry"
    CHANGED_ACT = "in the case's history otherwise than it was recorded"


@dataclass(frozen=True, slots=True)
class Finding:
    case_id: str
    kind: FindingKind
    where: str

    def __str__(self) -> str:
        return f"{self.case_id}: {self.where}: {self.kind}"


def digest(*parts: str) -> str:
    return hashlib.sha256(framed(parts)).hexdigest()


def covering(entry: TimelineEntry) -> str:
    """A history entry by its id, and a digest of what it says."""
    content = json.dumps(dict(sorted(entry.params.items())), ensure_ascii=False)
    return f"{entry.event_id} {digest(entry.event, str(epoch_ms(entry.at)), content)}"


def following(newest: TrailEntry | None, recorded: Recorded, case: Case, sign: Sign) -> TrailEntry:
    """The entry behind `newest`. The first answers for all that the case's history says by then."""
    history = recorded.history if newest is not None else (*case.history, *recorded.history)
    covers = tuple(covering(entry) for entry in history)
    seq = 1 if newest is None else newest.seq + 1
    previous = BEGINNING if newest is None else newest.link
    who = digest(recorded.salt, recorded.by.actor)
    content = _content(
        recorded.entry_id, case.case_id, recorded.at, recorded.kind, recorded.what, recorded.by.post, who, covers
    )
    return TrailEntry(
        entry_id=recorded.entry_id,
        case_id=case.case_id,
        seq=seq,
        at=recorded.at,
        kind=recorded.kind,
        what=recorded.what,
        post=recorded.by.post,
        who=who,
        previous=previous,
        content=content,
        link=_link(previous, seq, content, sign),
        actor=recorded.by.actor,
        salt=recorded.salt,
        covers=covers,
    )


def head_of(entry: TrailEntry, sign: Sign) -> AuditHead:
    signature = _signature(entry.case_id, entry.seq, entry.link, sign)
    return AuditHead(case_id=entry.case_id, at=entry.at, seq=entry.seq, hash=entry.link, signature=signature)


def findings(
    case_id: str,
    entries: Sequence[TrailEntry],
    heads: Iterable[AuditHead],
    history: Sequence[TimelineEntry],
    sign: Sign,
) -> list[Finding]:
    """What is wrong with a trail; `heads` are those kept outside of the store, read before the entries were."""
    ordered = sorted(entries, key=lambda entry: entry.seq)
    by_number = {entry.seq: entry for entry in ordered}
    found = [*_of_chain(case_id, ordered, sign), *_of_heads(case_id, by_number, heads, sign)]
    return found + ([*_of_history(case_id, ordered, history)] if ordered else [])


def _of_chain(case_id: str, ordered: Sequence[TrailEntry], sign: Sign) -> Iterable[Finding]:
    expected, previous = 1, BEGINNING
    for entry in ordered:
        if entry.seq > expected:
            yield Finding(case_id, FindingKind.REMOVED, _numbers(expected, entry.seq - 1))
            previous = entry.previous
        if not _is_unaltered(entry):
            yield Finding(case_id, FindingKind.ALTERED, f"entry {entry.seq}")
        elif entry.link != _link(entry.previous, entry.seq, entry.content, sign) or entry.previous != previous:
            yield Finding(case_id, FindingKind.REORDERED, f"entry {entry.seq}")
        expected, previous = entry.seq + 1, entry.link


def _of_heads(
    case_id: str, by_number: Mapping[int, TrailEntry], heads: Iterable[AuditHead], sign: Sign
) -> Iterable[Finding]:
    last = max(by_number, default=0)
    seen = last
    for head in sorted(heads, key=lambda one: one.seq):
        entry = by_number.get(head.seq)
        if head.signature != _signature(case_id, head.seq, head.hash, sign):
            yield Finding(case_id, FindingKind.FORGED_HEAD, f"head {head.seq}")
        elif head.seq > last:
            seen = max(seen, head.seq)
        elif entry is not None and entry.link != head.hash:
            yield Finding(case_id, FindingKind.REWRITTEN, f"entry {head.seq}")
    if seen > last:
        yield Finding(case_id, FindingKind.CUT, _numbers(last + 1, seen))


def _of_history(case_id: str, ordered: Sequence[TrailEntry], history: Sequence[TimelineEntry]) -> Iterable[Finding]:
    covered = {one.partition(" ")[0]: one for entry in ordered for one in entry.covers}
    for act in history:
        known = covered.get(act.event_id)
        if known is None:
            yield Finding(case_id, FindingKind.UNRECORDED, f"{act.event} {act.event_id}")
        elif known != covering(act):
            yield Finding(case_id, FindingKind.CHANGED_ACT, f"{act.event} {act.event_id}")


def _numbers(first: int, last: int) -> str:
    return f"entry {first}" if first == last else f"entries {first} to {last}"


def _is_unaltered(entry: TrailEntry) -> bool:
    erased = entry.actor == ERASED and not entry.salt and entry.post in _ERASABLE
    if not erased and entry.who != digest(entry.salt, entry.actor):
        return False
    content = _content(
        entry.entry_id, entry.case_id, entry.at, entry.kind, entry.what, entry.post, entry.who, entry.covers
    )
    return entry.content == content


def _content(
    entry_id: str, case_id: str, at: datetime, kind: EntryKind, what: str, post: str, who: str, covers: Iterable[str]
) -> str:
    return digest(entry_id, case_id, str(epoch_ms(at)), str(kind), what, post, who, *covers)


def _link(previous: str, seq: int, content: str, sign: Sign) -> str:
    return sign("link", previous, str(seq), content)


def _signature(case_id: str, seq: int, link: str, sign: Sign) -> str:
    return sign("head", case_id, str(seq), link)
