"""What the suite left behind: the raw Kafka log, the provider's log, the directory of posts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import httpx
from pydantic import BaseModel

from chassis.kafka.admin import end_offsets
from chassis.kafka.offsets import Offsets
from chassis.kafka.readers import read_log
from event_schemas import DirectoryPost, Envelope, InvalidEvent, NotificationDelivered, decode, topics

CASE_TOPICS = (topics.CASES_EMERGENCY, topics.CASES_ROUTINE)
DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Seen:
    """One event as it lies in the log."""

    topic: str
    partition: int
    offset: int
    stored_at_ms: int
    envelope: Envelope


class SentMessage(BaseModel):
    """One message as the provider logged it."""

    to: str
    channel: str
    text: str
    template: str
    language: str
    received_at: datetime
    notification_id: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """`garbage` counts records of the case topics that decode as no event. `digested`: by notification id, how many
    different events say that a digest delivered it. `earlier`: what lay in the log when the run began.
    """

    events: Sequence[Seen]
    garbage: int
    dead_letters: int
    messages: Sequence[SentMessage]
    posts: dict[str, DirectoryPost]
    digested: Mapping[str, int] = field(default_factory=dict)
    earlier: Sequence[Seen] = ()


async def marks(bootstrap: str) -> dict[tuple[str, int], int]:
    """The ends of the case topics, their dead letters and the notifications: where a run begins."""
    names = [*CASE_TOPICS, *map(topics.dead_letter, CASE_TOPICS), topics.NOTIFICATIONS]
    return await end_offsets(bootstrap, names)


async def gather(bootstrap: str, start: Offsets, provider: str, http: httpx.AsyncClient, since: datetime) -> Evidence:
    return await Gatherer(bootstrap, start, provider, http, since).look()


class Gatherer:
    """Reads on in the log at each look: what was read once is kept."""

    def __init__(self, bootstrap: str, start: Offsets, provider: str, http: httpx.AsyncClient, since: datetime) -> None:
        self._bootstrap = bootstrap
        self._start = dict(start)
        self._read = dict(start)
        self._provider = provider
        self._http = http
        self._since = since
        self._events: list[Seen] = []
        self._garbage = 0
        self._digested: set[tuple[str, str]] = set()
        self._posts: dict[str, DirectoryPost] = {}

    async def look(self) -> Evidence:
        """Everything since the start. Messages come first: while clocks run, the cause of each is then in the log."""
        messages = await _messages(self._provider, self._http, self._since)
        ends = await marks(self._bootstrap)
        events, garbage = await read_events(self._bootstrap, self._read, ends)
        self._events += events
        self._garbage += garbage
        await self._read_digested(ends)
        await self._read_posts()
        self._read |= ends
        letters = {topics.dead_letter(name) for name in CASE_TOPICS}
        dead = sum(end - self._start.get(place, 0) for place, end in ends.items() if place[0] in letters)
        digested = Counter(notification_id for notification_id, _ in self._digested)
        return Evidence([*self._events], self._garbage, dead, messages, dict(self._posts), digested)

    async def _read_digested(self, ends: Offsets) -> None:
        notifications = {place: end for place, end in ends.items() if place[0] == topics.NOTIFICATIONS}
        async for found in read_log(self._bootstrap, self._read, notifications):
            envelope = decode(found.record.headers, found.record.value)
            if isinstance(envelope.data, NotificationDelivered) and envelope.data.template == DIGEST:
                self._digested.add((envelope.data.notification_id, envelope.event_id))

    async def _read_posts(self) -> None:
        ends = await end_offsets(self._bootstrap, [topics.DIRECTORY_POSTS])
        async for found in read_log(self._bootstrap, self._read, ends):
            if found.record.value:
                post = DirectoryPost.model_validate_json(found.record.value)
                self._posts[post.key] = post
        self._read |= ends


async def read_events(bootstrap: str, start: Offsets, ends: Offsets) -> tuple[list[Seen], int]:
    """The events of the case topics between two marks, and how many records there are none."""
    events, garbage = [], 0
    case_ends = {place: end for place, end in ends.items() if place[0] in CASE_TOPICS}
    async for found in read_log(bootstrap, start, case_ends):
        try:
            envelope = decode(found.record.headers, found.record.value)
        except InvalidEvent:
            garbage += 1
            continue
        events.append(Seen(found.topic, found.partition, found.offset, found.timestamp_ms, envelope))
    return events, garbage


async def _messages(provider: str, http: httpx.AsyncClient, since: datetime) -> list[SentMessage]:
    """The provider's log since the run began, without login codes."""
    messages: list[SentMessage] = []
    cursor: str | None = None
    while True:
        response = await http.get(f"{provider}/v1/sink", params={"cursor": cursor} if cursor else {})
        response.raise_for_status()
        page = [SentMessage.model_validate(item) for item in response.json()]
        messages += [message for message in page if message.received_at >= since and message.template != "otp"]
        cursor = response.headers.get("X-Next-Cursor")
        if not cursor or not page or page[-1].received_at < since:
            return messages
