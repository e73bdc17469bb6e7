"""What lies in the dead letters of a topic, which of it was replayed, and the replay itself.

That a dead letter was replayed is a record of its own, a mark, behind it in the same partition of the same topic. So
it needs no topic, database or right that a service that buries does not have already; one reading finds both, and as
Kafka deletes from the front, no mark is gone before its dead letter. A mark follows the acknowledged replay: a command
that is killed in between leaves dead letters that look open, and who replays them again sends events a second time,
which every consumer is made for. (A transaction would write both at once, but its markers take offsets of the source
topic, and a reader that watches for gaps would take them for lost events.)
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
from chassis.kafka.offsets import LogPositions, Place
from chassis.kafka.pipeline import REPLAY_HEADER, REPLAY_OF_HEADER
from chassis.kafka.producer import EventProducer
from chassis.kafka.readers import LogRecord, read_log
from event_schemas import InvalidEvent, WireRecord, decode, headers_by_name, peek_type, topics

MARK_HEADER: Final = "dlq_replayed"
CHUNK: Final = 200
Tell = Callable[[int], None]
_REGISTERED: Final = {topic.name: topic for topic in topics.TOPICS}


class Spot(NamedTuple):
    """Where a record stands in its topic."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "Spot":
        """``partition:offset``. Raises ValueError."""
        partition, offset = text.split(":")
        return cls(int(partition), int(offset))


class Decision(NamedTuple):
    """Who had dead letters replayed, and why."""

    by: str
    why: str


class Replayed(BaseModel, frozen=True):
    """A mark's body: which dead letters of its partition were replayed, when, by whom and why."""

    offsets: tuple[int, ...]
    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter without its body; ``cannot`` says why it is not to be replayed."""

    spot: Spot
    at: datetime
    service: str
    reason: str
    type: str
    source_topic: str
    source: Spot
    again: Spot | None
    """The dead letter whose replay this one was."""
    cannot: str | None


@dataclass(frozen=True, slots=True)
class Contents:
    """All that lies in one topic of dead letters. ``strange`` counts records that are neither letter nor mark."""

    topic: str
    letters: Sequence[Letter] = ()
    replays: Mapping[Spot, Replayed] = field(default_factory=dict)
    died_again: Mapping[Spot, Spot] = field(default_factory=dict)
    """By a dead letter that was replayed: the newest one that its replay became."""
    strange: int = 0


async def read_contents(bootstrap: str, topic: str) -> Contents:
    """Read the topic from its beginning to its end as it is now. Raises OffsetsUnknown, KafkaError."""
    letters: list[Letter] = []
    replays: dict[Spot, Replayed] = {}
    strange = 0
    async for found in _all_of(bootstrap, topic):
        mark = mark_of(found)
        if mark is not None:
            replays |= {Spot(found.partition, offset): mark for offset in mark.offsets}
            continue
        letter = letter_of(found)
        if letter is None:
            strange += 1
        else:
            letters.append(letter)
    died_again = {letter.again: letter.spot for letter in letters if letter.again is not None}
    return Contents(topic, letters, replays, died_again, strange)


async def read_record(bootstrap: str, topic: str, spot: Spot) -> LogRecord | None:
    """The record at this place; None if there is none (any more)."""
    positions = LogPositions(bootstrap, [topic])
    try:
        starts, ends = await positions.starts(), await positions.ends()
    finally:
        await positions.close()
    place = (topic, spot.partition)
    if not starts.get(place, 0) <= spot.offset < ends.get(place, 0):
        return None
    async for found in read_log(bootstrap, {place: spot.offset}, {place: spot.offset + 1}):
        return found
    return None


async def replay(
    bootstrap: str,
    topic: str,
    letters: Collection[Letter],
    decision: Decision,
    clock: Clock,
    tell: Tell,
) -> int:
    """Send these dead letters, each for its own service, to the topic they came from, and mark them, in their order.

    How many; fewer if Kafka has deleted some meanwhile. ``tell`` hears how many are done and marked. Raises
    PublishFailed, RecordTooLarge.
    """
    wanted = {letter.spot: letter for letter in letters}
    producer = EventProducer(bootstrap, client_id="dead-letters")
    done = 0
    try:
        waiting: list[tuple[Letter, WireRecord]] = []
        async for found in _all_of(bootstrap, topic, [letter.spot for letter in letters]):
            letter = wanted.get(Spot(found.partition, found.offset))
            if letter is None:
                continue
            waiting.append((letter, as_replay(found.record, letter)))
            if len(waiting) == CHUNK:
                await _send(producer, topic, waiting, decision, clock)
                done += len(waiting)
                waiting = []
                tell(done)
        if waiting:
            await _send(producer, topic, waiting, decision, clock)
            done += len(waiting)
            tell(done)
    finally:
        await producer.stop()
    return done


def as_replay(record: WireRecord, letter: Letter) -> WireRecord:
    """The original with its key, body and headers, and for whom it is."""
    original = tuple(header for header in record.headers if not header[0].startswith("dlq_"))
    added = ((REPLAY_HEADER, letter.service.encode()), (REPLAY_OF_HEADER, str(letter.spot).encode()))
    return WireRecord(record.key, record.value, original + added)


def mark_of(found: LogRecord) -> Replayed | None:
    """What a mark says; None for any other record."""
    if MARK_HEADER not in headers_by_name(found.record.headers):
        return None
    with suppress(ValidationError):  # not written by us: a strange record like others
        return Replayed.model_validate_json(found.record.value)
    return None


def letter_of(found: LogRecord) -> Letter | None:
    """None unless the record says whence it came and for whom it died."""
    headers = headers_by_name(found.record.headers)
    try:
        named = {name: headers[f"dlq_{name}"].decode() for name in ("service", "reason", "source_topic")}
        source = Spot(int(headers["dlq_partition"]), int(headers["dlq_offset"]))
        again = Spot.parse(headers[REPLAY_OF_HEADER].decode()) if REPLAY_OF_HEADER in headers else None
    except (KeyError, ValueError):
        return None
    return Letter(
        spot=Spot(found.partition, found.offset),
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
    producer: EventProducer, topic: str, chunk: Sequence[tuple[Letter, WireRecord]], decision: Decision, clock: Clock
) -> None:
    await producer.send_all([(letter.source_topic, record) for letter, record in chunk])
    at = clock.now()
    spots = sorted(letter.spot for letter, _ in chunk)
    for partition, of_partition in groupby(spots, key=lambda spot: spot.partition):
        mark = Replayed(offsets=tuple(spot.offset for spot in of_partition), at=at, by=decision.by, why=decision.why)
        body = mark.model_dump_json().encode()
        await producer.send(topic, WireRecord(None, body, ((MARK_HEADER, b"1"),)), partition=partition)


async def _all_of(bootstrap: str, topic: str, only: Sequence[Spot] | None = None) -> AsyncIterator[LogRecord]:
    """Every record of the topic, or of the stretch of each partition in which the wanted ones lie."""
    positions = LogPositions(bootstrap, [topic])
    try:
        starts, ends = await positions.starts(), await positions.ends()
    finally:
        await positions.close()
    if only is not None:
        sought: defaultdict[Place, list[int]] = defaultdict(list)
        for spot in only:
            sought[topic, spot.partition].append(spot.offset)
        starts = {place: max(min(offsets), starts[place]) for place, offsets in sought.items()}
        ends = {place: max(offsets) + 1 for place, offsets in sought.items()}
    async for found in read_log(bootstrap, starts, ends):
        yield found
