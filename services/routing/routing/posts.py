"""Keeps directory.posts saying what the directory says: publishes what differs from the topic, and only that."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from chassis.faults import TransientFault
from chassis.kafka.compacted import CompactedMap, CompactedView
from chassis.kafka.producer import Producer
from chassis.telemetry.logs import get_logger
from event_schemas import DirectoryPost, WireRecord, decode_post, encode, ids
from event_schemas.topics import DIRECTORY_POSTS
from routing.directory import Directory, changed
from routing.metrics import RoutingMetrics

SOURCE: Final = "routing"
AT_ONCE: Final = 100
RETRY_AFTER: Final = timedelta(seconds=2)

_log = get_logger(__name__)


class PostsPublisher:
    """Compares the directory with a view of the topic, at the start and whenever it is poked."""

    def __init__(
        self,
        bootstrap: str,
        producer: Producer,
        directory: Callable[[], Directory],
        metrics: RoutingMetrics,
        *,
        topic: str = DIRECTORY_POSTS,
    ) -> None:
        self._producer = producer
        self._directory = directory
        self._metrics = metrics
        self._topic = topic
        # Someone else's garbage under a key of ours is written over; under another every reader skips it.
        self._published = CompactedMap(decode_post, log_event="directory_record_unreadable", forget_invalid=True)
        self._poked = asyncio.Event()
        self._poked.set()
        self.view = CompactedView(bootstrap, topic, self._published.on_record)
        self.up_to_date = asyncio.Event()

    def poke(self) -> None:
        """The directory may have changed."""
        self._poked.set()

    async def run(self) -> None:
        """Publish differences until cancelled. Kafka being away delays it and harms nothing."""
        await self.view.caught_up()
        while True:
            await self._poked.wait()
            self._poked.clear()
            try:
                await self._publish()
            except TransientFault as fault:
                _log.warning("directory_not_published", reason=f"{type(fault).__name__}: {fault}")
                self._poked.set()
                await asyncio.sleep(RETRY_AFTER.total_seconds())

    async def _publish(self) -> None:
        posts = changed(self._directory(), self._published)
        # In pieces: a new version may change every post, and writing them all at once would hold up the lanes.
        for start in range(0, len(posts), AT_ONCE):
            piece = posts[start : start + AT_ONCE]
            await self._producer.send_all([(self._topic, _record(post)) for post in piece])
            # Known at once, not when the view reads it back: a second poke publishes nothing twice.
            for post in piece:
                self._published.put(post.key, post)
            self._metrics.posts_published.inc(len(piece))
        self.up_to_date.set()
        if posts:
            _log.info("directory_published", posts=len(posts))


def _record(post: DirectoryPost) -> WireRecord:
    return encode(post, event_id=ids.directory_record_id(post.key, post.model_dump_json()), source=SOURCE)
