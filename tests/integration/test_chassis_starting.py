"""Who is cancelled while it connects leaves nothing open."""

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest

from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.compacted import CompactedView
from chassis.kafka.offsets import TopicOffsets
from chassis.kafka.readers import read_log


async def _view(bootstrap: str) -> None:
    await CompactedView(bootstrap, "starting", lambda *_: None).run()


async def _positions(bootstrap: str) -> None:
    positions = TopicOffsets(bootstrap, ["starting"])
    try:
        await positions.ends()
    finally:
        await positions.close()


async def _log(bootstrap: str) -> None:
    async for _ in read_log(bootstrap, {}, {("starting", 0): 1}):
        pass


@pytest.mark.parametrize("work", [_view, _positions, _log])
async def test_a_cancelled_start_leaves_no_connection_behind(
    kafka_bootstrap: str, work: Callable[[str], Awaitable[None]]
) -> None:
    """At whatever point of its start: an open connection that nobody knows would be reported by the collector."""
    await create_topics(kafka_bootstrap, [TopicSpec("starting", 1)])
    for turns in range(1, 25):
        task = asyncio.ensure_future(work(kafka_bootstrap))
        for _ in range(turns):
            await asyncio.sleep(0.0005)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        gc.collect()
