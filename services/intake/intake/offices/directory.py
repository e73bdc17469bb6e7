"""The offices of the police by `directory.posts`: this process's own view of the whole topic."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from chassis.clock import Clock
from chassis.kafka.compacted import CompactedMap, CompactedView
from event_schemas import DirectoryPost, Post
from event_schemas.codec import decode_post
from event_schemas.topics import DIRECTORY_POSTS

# Routing publishes a new directory in pieces: until it has been quiet for so long, an office may still be to come.
SETTLES_AFTER: Final = timedelta(seconds=5)
_LONGEST_LINE: Final = 8
_READ_WITHIN: Final = timedelta(seconds=20)


async def read_offices(bootstrap: str, clock: Clock, *, topic: str = DIRECTORY_POSTS) -> "OfficeDirectory":
    """The directory as it is now, read once to its end. TimeoutError if Kafka does not give it."""
    directory = OfficeDirectory(bootstrap, clock, topic=topic, settles_after=timedelta())
    reading = asyncio.create_task(directory.view.run())
    try:
        await directory.view.caught_up(_READ_WITHIN)
    finally:
        directory.view.stop()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    return directory


class OfficeDirectory:
    """The newest record of each post, by the record's key (`5140003:SHO`)."""

    def __init__(
        self, bootstrap: str, clock: Clock, *, topic: str = DIRECTORY_POSTS, settles_after: timedelta = SETTLES_AFTER
    ) -> None:
        self._posts = CompactedMap(decode_post, log_event="directory_record_invalid", on_change=self._note)
        self.view = CompactedView(bootstrap, topic, self._posts.on_record)
        self._clock, self._settles_after = clock, settles_after
        self._offices: Counter[str] = Counter()
        self._changed_at: datetime | None = None

    def lacks(self, code: str) -> bool:
        if self._changed_at is None or not self.view.is_caught_up or self._offices[code]:
            return False
        return self._clock.now() - self._changed_at >= self._settles_after

    @property
    def is_empty(self) -> bool:
        return not any(self._offices.values())

    def line_of(self, code: str) -> frozenset[str]:
        offices = {code}
        for post in Post:
            key: str | None = f"{code}:{post}"
            for _ in range(_LONGEST_LINE):
                found = self._posts.get(key or "")
                if found is None:
                    break
                offices |= {found.station, self._office_of(found)}
                key = found.parent
        return frozenset(office.casefold() for office in offices)

    def _note(self, before: DirectoryPost | None, after: DirectoryPost | None) -> None:
        if before is not None:
            self._offices[before.station] -= 1
        if after is not None:
            self._offices[after.station] += 1
        self._changed_at = self._clock.now()

    def _office_of(self, post: DirectoryPost) -> str:
        """A station's ladder names its SDPO under the station's code; his office's own record is otherwise alike."""
        if post.post is not Post.SDPO:
            return post.station
        alike = (
            other.station
            for other in self._posts.values()
            if other.post is Post.SDPO
            and f"{other.station}:{Post.SHO}" not in self._posts
            and other.model_copy(update={"station": post.station}) == post
        )
        return next(alike, post.station)
