"""The directory of posts: which posts are held, from a view of the whole compacted topic `directory.posts`."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Final

from chassis.kafka.compacted import CompactedView
from chassis.telemetry.logs import get_logger
from event_schemas import DirectoryPost, InvalidEvent, PostId, holder_of
from event_schemas.codec import decode_post

_log = get_logger(__name__)

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
        self._posts: dict[str, DirectoryPost] = {}
        self._offices: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._posts)

    def is_held(self, post: PostId, station: str) -> bool:
        """True if `post` (`SHO:5140003`) has a holder or somebody who stands in for one."""
        title, _, office = post.partition(":")
        found = self._posts.get(f"{office}:{title}")
        if found is None:
            return not self._offices[station]
        return holder_of(found, self._posts) is not None

    def on_record(self, key: bytes, value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> None:
        """Apply one record of the compacted topic; one that can't be decoded is logged and changes nothing."""
        name = key.decode("utf-8", errors="replace")
        if not value:
            self._set(name, None)
            return
        try:
            self._set(name, decode_post(headers, value))
        except InvalidEvent as error:
            _log.error("directory_record_invalid", key=name, reason=error.reason_code)

    def _set(self, name: str, post: DirectoryPost | None) -> None:
        before = self._posts.pop(name, None)
        if before is not None:
            self._offices[before.station] -= 1
        if post is not None:
            self._posts[name] = post
            self._offices[post.station] += 1


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

        async def start() -> None:
            with suppress(TimeoutError):
                await self.view.caught_up(MAX_WAIT)
            await run()

        return start
