"""Events that Kafka deleted before a lane's workers had read them.

Workers refuse to go on behind such a gap. Here an operator sees it and, with ``--accept``, lets them.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from chassis.clock import Clock, SystemClock
from chassis.commands import run_command
from chassis.kafka.offsets import GroupHasMembers, Partition, TopicOffsets, has_members, move_group
from chassis.kafka.readers import read_log
from chassis.mongo.client import Collection, Mongo, store_errors
from chassis.settings import load
from event_schemas import Lane, ids
from event_schemas.calendars import INDIA
from sla_monitor.ledger.settings import LedgerSettings
from sla_monitor.settings import Settings


@dataclass(frozen=True, slots=True)
class Gap:
    """Events of a partition from ``committed`` up to ``begins`` that the workers have not read and the log lost."""

    partition: int
    committed: int
    begins: int
    by_ledger: int
    """Up to which offset the ledger has read."""
    since: datetime | None
    """The time of the oldest event that is left; None if none is."""

    @property
    def lost(self) -> int:
        return self.begins - self.committed

    @property
    def unread(self) -> int:
        """Events that the ledger has not read either: nobody knows them."""
        return max(0, self.begins - max(self.committed, self.by_ledger))


class WorkersRunning(Exception):
    """Workers of the lane are members of its group: they would go on from where they are, and commit that."""

    def __init__(self, group: str) -> None:
        super().__init__(f"not done: workers of {group} are running; stop all of this lane first")


class Approval(NamedTuple):
    """Who lets the workers go on, and why."""

    by: str
    why: str


def main(lane: str, approval: Approval | None, *, wait_s: float, history: bool) -> int:
    """0 if nothing is lost, or it was accepted; 1 if events are lost, or it could not be done."""

    def act() -> int:
        settings = load(Settings, lane=lane)
        return asyncio.run(_show_history(settings) if history else _lost_events(settings, approval, wait_s))

    return run_command("sla-monitor", act, refusals=(WorkersRunning,))


async def _lost_events(settings: Settings, approval: Approval | None, wait_s: float) -> int:
    gaps = await find_gaps(settings)
    _print_lines(page(gaps, settings))
    if not gaps or approval is None:
        return 1 if gaps else 0
    if not await _members_gone(settings, wait_s):
        raise WorkersRunning(settings.group)
    try:
        await accept(settings, gaps, approval, SystemClock())
    except GroupHasMembers as error:
        raise WorkersRunning(settings.group) from error
    _print_lines([f"accepted: {settings.group} goes on from the log's beginning. Start the workers."])
    return 0


async def find_gaps(settings: Settings) -> list[Gap]:
    """Every partition of the lane whose log begins behind what its workers have committed."""
    topic, ledger_group = settings.cases_topic, load(LedgerSettings).group(Lane(settings.lane))
    positions = TopicOffsets(settings.kafka_bootstrap, [topic])
    try:
        committed, begins = await positions.committed(settings.group), await positions.starts()
        lost = {place: offset for place, offset in committed.items() if offset < begins[place]}
        by_ledger = await positions.committed(ledger_group) if lost else {}
        since = await _oldest(
            settings.kafka_bootstrap, {place: begins[place] for place in lost}, await positions.ends()
        )
    finally:
        await positions.close()
    return [
        Gap(place[1], offset, begins[place], by_ledger.get(place, 0), since.get(place))
        for place, offset in sorted(lost.items())
    ]


async def accept(settings: Settings, gaps: Sequence[Gap], approval: Approval, clock: Clock) -> None:
    """Record the decision, then carry it out: a decision whose ``moved_at`` is missing was not."""
    mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="sla-lost-events")
    try:
        decisions, number = _decisions(mongo), ids.new_event_id()
        partitions = [{"partition": one.partition, "from": one.committed, "to": one.begins} for one in gaps]
        decision = {"_id": number, "group": settings.group, "at": clock.now(), "by": approval.by, "why": approval.why}
        with store_errors():
            await decisions.insert_one({**decision, "partitions": partitions})
        await move_group(
            settings.kafka_bootstrap,
            settings.group,
            {(settings.cases_topic, one.partition): one.begins for one in gaps},
        )
        with store_errors():
            await decisions.update_one({"_id": number}, {"$set": {"moved_at": clock.now()}})
    finally:
        mongo.close()


def page(gaps: Sequence[Gap], settings: Settings) -> Iterator[str]:
    """What the operator reads before he decides."""
    if not gaps:
        yield f"nothing is lost: {settings.cases_topic} holds all that {settings.group} has not read"
        return
    yield f"deleted from {settings.cases_topic} before {settings.group} had read it:"
    yield f"{'partition':>9}  {'from':>12}  {'to':>12}  {'events':>9}  {'ledger lacks':>12}  oldest event left (India)"
    for one in gaps:
        since = "none" if one.since is None else f"{one.since.astimezone(INDIA):%Y-%m-%d %H:%M:%S}"
        yield f"{one.partition:>9}  {one.committed:>12}  {one.begins:>12}  {one.lost:>9}  {one.unread:>12}  {since}"
    lost, unread = sum(one.lost for one in gaps), sum(one.unread for one in gaps)
    yield f"{lost} events, {unread} of which the ledger has not read either"


async def _oldest(
    bootstrap: str, begins: Mapping[Partition, int], ends: Mapping[Partition, int]
) -> dict[Partition, datetime]:
    """When the first record behind each of these offsets was written."""
    firsts = {place: offset + 1 for place, offset in begins.items() if ends[place] > offset}
    return {
        (one.topic, one.partition): datetime.fromtimestamp(one.timestamp_ms / 1000, UTC)
        async for one in read_log(bootstrap, begins, firsts)
    }


async def _members_gone(settings: Settings, within: float) -> bool:
    deadline = time.monotonic() + within
    while await has_members(settings.kafka_bootstrap, settings.group):
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(1.0)
    return True


async def _show_history(settings: Settings) -> int:
    mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="sla-lost-events")
    try:
        with store_errors():
            found = [one async for one in _decisions(mongo).find({"group": settings.group}).sort("at", 1)]
    finally:
        mongo.close()
    _print_lines(_decision(one) for one in found)
    return 0


def _decision(one: Mapping[str, Any]) -> str:
    events = sum(part["to"] - part["from"] for part in one["partitions"])
    done = "" if "moved_at" in one else " (not carried out)"
    return f"{one['at'].astimezone(INDIA):%Y-%m-%d %H:%M:%S} in India, {one['by']}: {events} events, {one['why']}{done}"


def _decisions(mongo: Mongo) -> Collection:
    return mongo.collection("lost_events")


def _print_lines(lines: Iterator[str] | Sequence[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()
