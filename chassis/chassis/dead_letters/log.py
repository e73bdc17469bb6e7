"""Read a dead-letter topic, find which of its records were replayed, and replay them to their source topic.

That a dead letter was replayed is recorded as a mark: a record behind it in the same partition of the same topic. So it
needs no topic, database or right that the services do not have already; one reading finds both, and as Kafka deletes
from the front, no mark is deleted before its dead letter. A mark is written after the replay is acknowledged: a command
that is killed in between leaves dead letters without a mark, and a second replay sends their events twice, which every
consumer is made for. (A transaction would write both at once, but its markers take offsets of the source topic, and a
reader that watches for gaps would report them as lost events.)
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Final, NamedTuple

from pydantic import BaseModel, ValidationError

from chassis.clock import Clock
from chassis.dead_letters.selection import RecordPosition
from chassis.kafka.invalid import REPLAY_HEADER, REPLAY_OF_HEADER
from chassis.kafka.offsets import Partition, TopicOffsets
from chassis.kafka.producer import EventProducer
from chassis.kafka.readers import LogRecord, read_log
from event_schemas import InvalidEvent, WireRecord, decode, headers_by_name, peek_type, topics

MARK_HEADER: Final = "dlq_replayed"
CHUNK: Final = 200
OnProgress = Callable[[int], None]
_REGISTERED: Final = {topic.name: topic for topic in topics.TOPICS}


class ReplayApproval(NamedTuple):
    """Who had dead letters replayed, and why."""

    by: str
    why: str


class ReplayMark(BaseModel, frozen=True):
    """A mark's body: which dead letters of its partition were replayed, when, by whom and why."""

    offsets: tuple[int, ...]
    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter without its body; ``cannot`` says why it is not to be replayed."""

    position: RecordPosition
    at: datetime
    service: str
    reason: str
    type: str
    source_topic: str
    source: RecordPosition
    again: RecordPosition | None
    """The dead letter whose replay this one was."""
    cannot: str | None


@dataclass(frozen=True, slots=True)
class Contents:
    """All records of one dead-letter topic. ``unrecognized`` counts records that are neither letter nor mark."""

    topic: str
    letters: Sequence[DeadLetter] = ()
    replays: Mapping[RecordPosition, ReplayMark] = field(default_factory=dict)
    died_again: Mapping[RecordPosition, RecordPosition] = field(default_factory=dict)
    """By a dead letter that was replayed: the newest one that its replay became."""
    unrecognized: int = 0


async def read_contents(bootstrap: str, topic: str) -> Contents:
    """Read the topic from its beginning to its end as it is now. Raises OffsetsUnknown, KafkaError."""
    letters: list[DeadLetter] = []
    replays: dict[RecordPosition, ReplayMark] = {}
    unrecognized = 0
    async for found in _all_of(bootstrap, topic):
        mark = mark_of(found)
        if mark is not None:
            replays |= {RecordPosition(found.partition, offset): mark for offset in mark.offsets}
            continue
        letter = letter_of(found)
        if letter is None:
            unrecognized += 1
        else:
            letters.append(letter)
    died_again = {letter.again: letter.position for letter in letters if letter.again is not None}
    return Contents(topic, letters, replays, died_again, unrecognized)


async def read_record(bootstrap: str, topic: str, position: RecordPosition) -> LogRecord | None:
    """The record at this place; None if there is none (any more)."""
    async with TopicOffsets(bootstrap, [topic]) as offsets:
        starts, ends = await offsets.starts(), await offsets.ends()
    place = (topic, position.partition)
    if not starts.get(place, 0) <= position.offset < ends.get(place, 0):
        return None
    async for found in read_log(bootstrap, {place: position.offset}, {place: position.offset + 1}):
        return found
    return None


async def replay(
    bootstrap: str,
    topic: str,
    letters: Collection[DeadLetter],
    approval: ReplayApproval,
    clock: Clock,
    on_progress: OnProgress,
) -> int:
    """Send these dead letters, each for its own service, to the topic they came from, and mark them, in their order.

    How many; fewer if Kafka has deleted some meanwhile. ``on_progress`` gets how many are done and marked. Raises
    PublishFailed, RecordTooLarge.
    """
    wanted = {letter.position: letter for letter in letters}
    producer = EventProducer(bootstrap, client_id="dead-letters")
    done = 0
    try:
        waiting: list[tuple[DeadLetter, WireRecord]] = []
        async for found in _all_of(bootstrap, topic, [letter.position for letter in letters]):
            letter = wanted.get(RecordPosition(found.partition, found.offset))
            if letter is None:
                continue
            waiting.append((letter, as_replay(found.record, letter)))
            if len(waiting) == CHUNK:
                await _send(producer, topic, waiting, approval, clock)
                done += len(waiting)
                waiting = []
                on_progress(done)
        if waiting:
            await _send(producer, topic, waiting, approval, clock)
            done += len(waiting)
            on_progress(done)
    finally:
        await producer.stop()
    return done


def as_replay(record: WireRecord, letter: DeadLetter) -> WireRecord:
    """The original with its key, body and headers, and for whom it is."""
    original = tuple(header for header in record.headers if not header[0].startswith("dlq_"))
    added = ((REPLAY_HEADER, letter.service.encode()), (REPLAY_OF_HEADER, str(letter.position).encode()))
    return WireRecord(record.key, record.value, original + added)


def mark_of(found: LogRecord) -> ReplayMark | None:
    """What a mark says; None for any other record."""
    if MARK_HEADER not in headers_by_name(found.record.headers):
        return None
    with suppress(ValidationError):  # not written by us: an unrecognized record
        return ReplayMark.model_validate_json(found.record.value)
    return None


def letter_of(found: LogRecord) -> DeadLetter | None:
    """None unless the record says whence it came and for whom it died."""
    headers = headers_by_name(found.record.headers)
    try:
        named = {name: headers[f"dlq_{name}"].decode() for name in ("service", "reason", "source_topic")}
        source = RecordPosition(int(headers["dlq_partition"]), int(headers["dlq_offset"]))
        again = RecordPosition.parse(headers[REPLAY_OF_HEADER].decode()) if REPLAY_OF_HEADER in headers else None
    except (KeyError, ValueError):
        return None
    return DeadLetter(
        position=RecordPosition(found.partition, found.offset),
        at=datetime.fromtimestamp(found.timestamp_ms / 1000, UTC),
        type=peek_type(found.record.headers) or "none",
        source=source,
        again=again,
        cannot=_source_fault(found.topic, named["source_topic"]) or unreadable(found.record),
        **named,
    )


def unreadable(record: WireRecord) -> str | None:
    """Why this program can't read the event; None if it can. Names places, never values."""
    if peek_type(record.headers) is None:
        return "has no type: it would die in every service"
    try:
        envelope = decode(record.headers, record.value)
    except InvalidEvent as error:
        return f"unreadable here, {error}"
    if record.key != envelope.subject.encode():
        return "its key is not its subject: no service takes it"
    return None


def _source_fault(topic: str, source: str) -> str | None:
    if topics.dead_letter(source) != topic or source == topic:
        return "says that it came from a topic whose dead letters these are not"
    registered = _REGISTERED.get(source)
    if registered is not None and registered.key != "case_id":
        return f"{source} tells what holds now: an old record would undo a newer one"
    return None


async def _send(
    producer: EventProducer,
    topic: str,
    chunk: Sequence[tuple[DeadLetter, WireRecord]],
    approval: ReplayApproval,
    clock: Clock,
) -> None:
    await producer.send_all([(letter.source_topic, record) for letter, record in chunk])
    at = clock.now()
    positions = sorted(letter.position for letter, _ in chunk)
    for partition, of_partition in groupby(positions, key=lambda position: position.partition):
        mark = ReplayMark(
            offsets=tuple(position.offset for position in of_partition), at=at, by=approval.by, why=approval.why
        )
        body = mark.model_dump_json().encode()
        await producer.send(topic, WireRecord(None, body, ((MARK_HEADER, b"1"),)), partition=partition)


async def _all_of(bootstrap: str, topic: str, only: Sequence[RecordPosition] | None = None) -> AsyncIterator[LogRecord]:
    """Every record of the topic, or of the stretch of each partition in which the wanted ones lie."""
    async with TopicOffsets(bootstrap, [topic]) as offsets:
        starts, ends = await offsets.starts(), await offsets.ends()
    if only is not None:
        sought: defaultdict[Partition, list[int]] = defaultdict(list)
        for position in only:
            sought[topic, position.partition].append(position.offset)
        starts = {place: max(min(offsets), starts[place]) for place, offsets in sought.items()}
        ends = {place: max(offsets) + 1 for place, offsets in sought.items()}
    async for found in read_log(bootstrap, starts, ends):
        yield found
