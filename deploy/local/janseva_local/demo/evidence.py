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
    ends = await marks(bootstrap)
    events, garbage = await read_events(bootstrap, start, ends)
    letters = {topics.dead_letter(name) for name in CASE_TOPICS}
    dead = sum(end - start.get(place, 0) for place, end in ends.items() if place[0] in letters)
    messages = await _messages(provider, http, since)
    return Evidence(events, garbage, dead, messages, await _posts(bootstrap), await _digested(bootstrap, start))


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


async def _digested(bootstrap: str, start: Offsets) -> Counter[str]:
    delivered: set[tuple[str, str]] = set()
    async for found in read_log(bootstrap, start, await end_offsets(bootstrap, [topics.NOTIFICATIONS])):
        envelope = decode(found.record.headers, found.record.value)
        if isinstance(envelope.data, NotificationDelivered) and envelope.data.template == DIGEST:
            delivered.add((envelope.data.notification_id, envelope.event_id))
    return Counter(notification_id for notification_id, _ in delivered)


async def _posts(bootstrap: str) -> dict[str, DirectoryPost]:
    posts: dict[str, DirectoryPost] = {}
    async for found in read_log(bootstrap, {}, await end_offsets(bootstrap, [topics.DIRECTORY_POSTS])):
        if found.record.value:
            post = DirectoryPost.model_validate_json(found.record.value)
            posts[post.key] = post
    return posts
