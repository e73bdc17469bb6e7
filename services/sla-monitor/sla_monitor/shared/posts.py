"""The directory of posts: which posts are held, from a view of the whole compacted topic `directory.posts`."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from chassis.kafka.compacted import CompactedMap, CompactedView
from event_schemas import DirectoryPost, PostId, holder_of
from event_schemas.codec import decode_post

# A breach emitted before the directory was read may go to a vacant post; emitted late it would be worse.
MAX_WAIT: Final = timedelta(seconds=5)


class NotRead(Exception):
    """The directory has not been read to its end yet."""


class DirectoryOfPosts:
    """The newest record of each post, by the record's key (`5140003:SHO`).

    A post nobody names counts as held until the station's own posts are known: an empty or late directory must not send
    every breach to headquarters. Once they are, a post without a record does not exist, and its cases go further up.
    """

    def __init__(self) -> None:
        self._posts = CompactedMap(decode_post, log_event="directory_record_invalid", on_change=self._count)
        self._offices: Counter[str] = Counter()
        self.on_record = self._posts.on_record

    def __len__(self) -> int:
        return len(self._posts)

    def is_held(self, post: PostId, station: str) -> bool:
        """True if `post` (`SHO:5140003`) has a holder or somebody who stands in for one."""
        title, _, office = post.partition(":")
        found = self._posts.get(f"{office}:{title}")
        if found is None:
            return not self._offices[station]
        return holder_of(found, self._posts) is not None

    def _count(self, before: DirectoryPost | None, after: DirectoryPost | None) -> None:
        if before is not None:
            self._offices[before.station] -= 1
        if after is not None:
            self._offices[after.station] += 1


class PostsReader:
    """The directory and the reader that keeps it; `check` is for readiness."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self.directory = DirectoryOfPosts()
        self.view = CompactedView(bootstrap, topic, self.directory.on_record)

    async def check(self) -> None:
        if not self.view.is_caught_up:
            raise NotRead

    def when_read(self, run: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Run ``run`` once the directory has been read, or after MAX_WAIT without it."""
        return self.view.once_caught_up(run, MAX_WAIT)
