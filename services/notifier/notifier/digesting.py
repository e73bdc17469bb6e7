"""Holds back what is too much for an office, and sends the digests: due ones, and those a dead process had begun."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from uuid import uuid4

from chassis.clock import Clock
from chassis.faults import TransientFault
from chassis.outbox.publisher import OutboxEntry
from chassis.telemetry.logs import get_logger

from .digest_store import EndedDigest
from .digests import DigestRules, Line, compose, line_of, split
from .domain import Notice
from .metrics import NotifierMetrics
from .sending import Publisher

_log = get_logger(__name__)

LOOK_EVERY: Final = timedelta(seconds=1)
SELDOM: Final = 10  # looks
# From giving messages to a digest to having it in the log: whoever takes longer is dead, or finds it done.
BUILDING: Final = timedelta(seconds=15)


class HeldLog(Protocol):
    """The part of DigestStore that holding and sending need."""

    async def recent(self, lines: Iterable[Line], since: datetime) -> Mapping[Line, int]: ...
    async def hold(self, notices: Sequence[Notice], now: datetime) -> int: ...
    async def due(self, before: datetime, urgent_before: datetime) -> list[Line]: ...
    async def close(self, line: Line, digest_id: str, now: datetime) -> list[Notice]: ...
    async def release(self, notification_id: str, now: datetime) -> None: ...
    async def members(self, digest_id: str) -> list[Notice]: ...
    async def orphaned(self, before: datetime) -> list[str]: ...
    async def ended(self) -> list[EndedDigest]: ...
    async def settle(self, digest: EndedDigest, at: datetime) -> dict[str, OutboxEntry]: ...
    async def oldest_held(self) -> tuple[datetime | None, int]: ...


class Queue(Protocol):
    async def enqueue(self, notices: Sequence[Notice], now: datetime) -> Any: ...


class Digests:
    """A digest is a message like any other: the dispatcher sends it, retries it, and gives it up by the same rules."""

    def __init__(
        self,
        *,
        held: HeldLog,
        queue: Queue,
        outbox: Publisher,
        rules: DigestRules,
        clock: Clock,
        metrics: NotifierMetrics,
    ) -> None:
        self._held, self._queue, self._outbox = held, queue, outbox
        self._rules, self._clock, self._metrics = rules, clock, metrics

    async def hold_back(self, notices: Sequence[Notice]) -> list[Notice]:
        """Hold what is too much for its post, durably; returns what is to be sent at once, in the same order."""
        lines = {line for notice in notices if (line := line_of(notice)) is not None}
        now = self._clock.now()
        at_once, held = split(notices, await self._held.recent(lines, now - self._rules.window), self._rules)
        if held:
            self._metrics.held.inc(await self._held.hold(held, now))
        return at_once

    async def run(self) -> None:
        """Look once a second, until cancelled: every step can be taken again by the next process."""
        for turn in itertools.count():
            try:
                await self.look()
                if turn % SELDOM == 0:
                    await self.adopt_orphans()
            except TransientFault as fault:
                _log.warning("digest_look_failed", reason=type(fault).__name__)
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    async def look(self) -> None:
        now = self._clock.now()
        for line in await self._held.due(now - self._rules.every, now - self._rules.urgent_every):
            digest_id = str(uuid4())
            await self._send(digest_id, await self._held.close(line, digest_id, now))
        for digest in await self._held.ended():
            await self._settle(digest)
        oldest, count = await self._held.oldest_held()
        self._metrics.waiting.set(count)
        self._metrics.oldest_held.set(0.0 if oldest is None else (now - oldest).total_seconds())

    async def adopt_orphans(self) -> None:
        """Who closed a digest and died before it was in the log left members that name it: they make the same one."""
        for digest_id in await self._held.orphaned(self._clock.now() - BUILDING):
            await self._send(digest_id, await self._held.members(digest_id))

    async def _send(self, digest_id: str, members: Sequence[Notice]) -> None:
        if not members:  # another process was faster
            return
        now = self._clock.now()
        if len(members) == 1:  # by itself it says more than a digest of one
            await self._held.release(members[0].notification_id, now)
            return
        await self._queue.enqueue([compose(digest_id, members, now)], now)
        _log.info("digest_made", digest_id=digest_id, post=members[0].post, messages=len(members))

    async def _settle(self, digest: EndedDigest) -> None:
        while entries := await self._held.settle(digest, self._clock.now()):
            if digest.reported:
                continue  # an earlier event may still wait before this one: the outbox keeps their order
            for document_id, entry in entries.items():
                self._outbox.publish_soon(document_id, [entry])
