"""A view of a compacted topic: all of it, then what follows."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest

from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.compacted import CompactedView
from chassis.kafka.producer import EventProducer
from event_schemas import WireRecord
from tests.integration.chassis_rigs import until


class Posts:
    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}

    def __call__(self, key: bytes, value: bytes | None, _headers: Sequence[tuple[str, bytes]]) -> None:
        if value is None:
            self.values.pop(key, None)
        else:
            self.values[key] = value


async def _topic(bootstrap: str) -> str:
    name = f"chassis-{uuid.uuid4().hex[:12]}"
    await create_topics(bootstrap, [TopicSpec(name, 2, config={"cleanup.policy": "compact"})])
    return name


async def test_a_view_knows_everything_once_it_has_caught_up(kafka_bootstrap: str) -> None:
    """What was in the topic at the start has been seen when caught_up() returns; later records follow at once."""
    topic, posts = await _topic(kafka_bootstrap), Posts()
    producer = EventProducer(kafka_bootstrap, client_id="t")
    items = [(topic, WireRecord(f"k{n % 50}".encode(), str(n).encode(), ())) for n in range(500)]
    await producer.send_all(items)
    view = CompactedView(kafka_bootstrap, topic, posts)
    task = asyncio.create_task(view.run())
    await view.caught_up(timedelta(seconds=60))
    assert posts.values == {f"k{n % 50}".encode(): str(n).encode() for n in range(450, 500)}
    await producer.send(topic, WireRecord(b"k0", b"new", ()))
    await until(lambda: posts.values[b"k0"] == b"new", 2)
    view.stop()
    await task
    await producer.stop()


async def test_an_empty_topic_is_caught_up_at_once(kafka_bootstrap: str) -> None:
    """Nothing to read is no reason to wait."""
    posts = Posts()
    view = CompactedView(kafka_bootstrap, await _topic(kafka_bootstrap), posts)
    task = asyncio.create_task(view.run())
    await view.caught_up(timedelta(seconds=60))
    assert view.is_caught_up
    assert posts.values == {}
    view.stop()
    await task


async def test_a_view_waits_for_a_broker_that_is_not_there() -> None:
    """It does not claim to know what it could not read, and it ends when stopped."""
    view = CompactedView("127.0.0.1:9", "posts", Posts())
    task = asyncio.create_task(view.run())
    with pytest.raises(TimeoutError):
        await view.caught_up(timedelta(seconds=1))
    assert not view.is_caught_up
    view.stop()
    await asyncio.wait_for(task, 10)


async def test_a_bug_in_the_reader_comes_out(kafka_bootstrap: str) -> None:
    """What on_record raises ends run(): the process is restarted rather than blind."""

    def broken(_key: bytes, _value: bytes | None, _headers: Sequence[tuple[str, bytes]]) -> None:
        raise KeyError("bug")

    topic = await _topic(kafka_bootstrap)
    producer = EventProducer(kafka_bootstrap, client_id="t")
    await producer.send(topic, WireRecord(b"k", b"v", ()))
    await producer.stop()
    with pytest.raises(KeyError):
        await asyncio.wait_for(CompactedView(kafka_bootstrap, topic, broken).run(), 15)
