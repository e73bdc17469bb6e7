"""`python -m intake verify`: what the command does."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar, Final

from chassis.clock import SystemClock
from chassis.kafka.admin import end_offsets
from chassis.kafka.readers import read_log
from chassis.mongo.client import Collection, Mongo, store_errors
from chassis.settings import SecretKey, ServiceSettings
from event_schemas import AuditHead, InvalidEvent, decode_head, topics
from intake.case.keys import Keys
from intake.case.model import TimelineEntry
from intake.case.store.documents import entry_from
from intake.case.store.mongo import CASES
from intake.case.trail.domain import Finding, TrailEntry, findings
from intake.case.trail.store import TRAIL, entries_of

AT_ONCE: Final = 200
LATE_AFTER: Final = timedelta(seconds=60)


class VerifySettings(ServiceSettings):
    """Where cases, trails and heads are kept, and the key that signs them."""

    needs: ClassVar[frozenset[str]] = frozenset()
    reads_officers: ClassVar[bool] = False

    http_port: int = 0
    mongo_database: str = "janseva_intake"
    receipt_key: SecretKey


@dataclass(slots=True)
class Verified:
    """`without`: cases nobody acted on or looked at since there are trails. `late`: heads that wait for Kafka."""

    cases: int = 0
    entries: int = 0
    without: int = 0
    heads: int = 0
    unreadable: int = 0
    late: int = 0
    found: list[Finding] = field(default_factory=list)


def verify(settings: VerifySettings, case_id: str | None) -> int:
    """0 if every trail is whole, else 1; a line for each finding, and one that says what was looked at."""

    async def act() -> Verified:
        mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="verify")
        try:
            return await verify_trails(mongo, settings.kafka_bootstrap, Keys(settings.receipt_key), case_id)
        finally:
            mongo.close()

    verified = asyncio.run(act())
    print("\n".join(lines_of(verified)))  # noqa: T201
    return 1 if verified.found or verified.unreadable else 0


async def verify_trails(mongo: Mongo, bootstrap: str, keys: Keys, case_id: str | None = None) -> Verified:
    """Heads first, then cases, then their trails: whatever is written meanwhile is no finding."""
    verified = Verified()
    heads = await _heads(bootstrap, case_id, verified)
    cases, trails = mongo.collection(CASES), mongo.collection(TRAIL)
    left = set(heads)
    async for histories in _histories(cases, case_id):
        left -= histories.keys()
        await _check(trails, histories, heads, keys, verified)
    # A case that is gone has its heads still.
    for some in _in_parts(sorted(left)):
        await _check(trails, dict.fromkeys(some, ()), heads, keys, verified)
    with store_errors():
        verified.late = await trails.count_documents({"outbox_at": {"$lt": SystemClock().now() - LATE_AFTER}})
    return verified


def lines_of(verified: Verified) -> list[str]:
    late = f"; {verified.late} heads wait for Kafka" if verified.late else ""
    unreadable = f"; {verified.unreadable} records of {topics.AUDIT_HEADS} are no heads" if verified.unreadable else ""
    summary = (
        f"{len(verified.found)} findings in {verified.entries} entries of {verified.cases} cases, against "
        f"{verified.heads} heads; {verified.without} cases have no trail{late}{unreadable}"
    )
    return [*map(str, verified.found), summary]


async def _heads(bootstrap: str, case_id: str | None, verified: Verified) -> Mapping[str, list[AuditHead]]:
    found: dict[str, list[AuditHead]] = defaultdict(list)
    ends = await end_offsets(bootstrap, [topics.AUDIT_HEADS])
    async for record in read_log(bootstrap, {}, ends):
        if case_id is not None and record.record.key != case_id.encode():
            continue
        try:
            head = decode_head(record.record.headers, record.record.value)
        except InvalidEvent:
            verified.unreadable += 1
            continue
        verified.heads += 1
        found[head.case_id].append(head)
    return found


async def _histories(cases: Collection, case_id: str | None) -> AsyncIterator[Mapping[str, tuple[TimelineEntry, ...]]]:
    wanted = {} if case_id is None else {"_id": case_id}
    some: dict[str, tuple[TimelineEntry, ...]] = {}
    with store_errors():
        async for found in cases.find(wanted, {"history": 1}, sort=[("_id", 1)]):
            some[found["_id"]] = tuple(entry_from(entry, found["_id"]) for entry in found.get("history", ()))
            if len(some) == AT_ONCE:
                yield some
                some = {}
    yield some


async def _check(
    trails: Collection,
    histories: Mapping[str, Sequence[TimelineEntry]],
    heads: Mapping[str, Sequence[AuditHead]],
    keys: Keys,
    verified: Verified,
) -> None:
    by_case: dict[str, list[TrailEntry]] = defaultdict(list)
    async for entry in entries_of(trails, histories):
        by_case[entry.case_id].append(entry)
    for case_id, history in histories.items():
        entries = by_case.get(case_id, [])
        verified.cases += 1
        verified.entries += len(entries)
        verified.without += not entries and case_id not in heads
        verified.found += findings(case_id, entries, heads.get(case_id, ()), history, keys.trail)


def _in_parts(case_ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (case_ids[start : start + AT_ONCE] for start in range(0, len(case_ids), AT_ONCE))
