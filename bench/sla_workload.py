"""The deadline workload that the peers were measured with: its topics, its events, its policy.

A case is filed with a due time of its own; our promises have targets. So an event of the workload is read as one that
happened a target before its due time.
"""

import json
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import yaml
from aiokafka.admin import AIOKafkaAdminClient

from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.batches import partition_of
from chassis.kafka.producer import EventProducer
from chassis.settings import load_yaml
from event_schemas import policies

PARTITIONS: Final = 4
TARGET_DAYS: Final = 30
DAY_MS: Final = 86_400_000
CHUNK: Final = 5_000
SERVICES: Final = ("NOISE-RES", "HEAT-HW", "STREET-COND", "WATER-SYS", "ILLEGAL-PARK", "RODENT", "GRAFFITI", "TREE-DMG")
DISTRICTS: Final = tuple(f"{b}-{n:02d}" for b, last in (("BK", 18), ("MN", 12), ("QN", 14)) for n in range(1, last + 1))
PAD: Final = "Caller reports the issue at the address; second report this week, access by rear door. "

Keyed = tuple[bytes, bytes]


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def iso(epoch_ms: int) -> str:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def far(first: int, last: int) -> Iterator[Keyed]:
    """ComplaintFiled of cases due in 30 to 60 days."""
    now, dice = now_ms(), random.Random(first)  # the same load at each run
    for number in range(first, last):
        yield filed(f"C{number:09d}", number, now, now + (TARGET_DAYS + 30 * dice.random()) * DAY_MS)


def filed(case_id: str, number: int, now: int, due: float) -> Keyed:
    document = {
        "case_id": case_id,
        "type": "ComplaintFiled",
        "service_code": SERVICES[number % 8],
        "district": DISTRICTS[number % 44],
        "occurred_at": iso(now),
        "due_at": iso(int(due)),
        "channel": "phone",
        "priority": "normal",
        "source": "intake-gw-2",
        "schema": "case-event/1",
        "note": PAD,
    }
    return case_id.encode(), json.dumps(document, separators=(",", ":")).encode()


def closing(first: int, last: int) -> Iterator[Keyed]:
    now = iso(now_ms())
    for number in range(first, last):
        document = {
            "case_id": f"C{number:09d}",
            "type": "InquiryCompleted",
            "service_code": SERVICES[number % 8],
            "district": DISTRICTS[number % 44],
            "occurred_at": now,
            "channel": "field",
            "priority": "normal",
            "source": "inquiry-svc",
            "schema": "case-event/1",
            "outcome": "resolved",
            "note": PAD,
        }
        yield f"C{number:09d}".encode(), json.dumps(document, separators=(",", ":")).encode()


def policy_file(folder: Path) -> Path:
    """The shipped promises; the inquiry's for every case, with one level and no warnings, as the peers have none."""
    document: dict[str, Any] = load_yaml(policies.DEFAULT_PATH)
    inquiry = next(one for one in document["clocks"] if one["clock"] == "inquiry")
    inquiry |= {"target": f"P{TARGET_DAYS}D", "warn_at": [], "escalation": inquiry["escalation"][:1]}
    document["version"] = "workload"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "workload-policies.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


@dataclass(slots=True)
class Topics:
    """The topics of one run and a producer for its load."""

    bootstrap: str
    run_id: str
    producer: EventProducer

    @property
    def cases(self) -> str:
        return f"cases-{self.run_id}"

    @property
    def breaches(self) -> str:
        return f"breaches-{self.run_id}"

    async def put(self, events: Iterator[Keyed]) -> int:
        """Publish in large batches; the partition is that of Kafka's own partitioner."""
        count = 0
        runs: dict[int, list[tuple[bytes, bytes, tuple[()]]]] = {}
        for key, value in events:
            runs.setdefault(partition_of(key, range(PARTITIONS)), []).append((key, value, ()))
            count += 1
            if count % CHUNK == 0:
                await (await self.producer.send_runs(self.cases, runs))
                runs = {}
        await (await self.producer.send_runs(self.cases, runs))
        return count


@asynccontextmanager
async def topics(bootstrap: str, name: str) -> AsyncIterator[Topics]:
    """Topics of their own for a run, gone afterwards."""
    run_id = f"{name}-{uuid4().hex[:6]}"
    producer = EventProducer(bootstrap, client_id=f"bench-{run_id}", batch_bytes=512 * 1024)
    made = Topics(bootstrap, run_id, producer)
    stamped = {"message.timestamp.type": "LogAppendTime"}
    changelog = TopicSpec(f"{run_id}-floor-changelog", PARTITIONS, 1, {"cleanup.policy": "compact"})
    await create_topics(
        bootstrap, [TopicSpec(made.cases, PARTITIONS), TopicSpec(made.breaches, PARTITIONS, 1, stamped), changelog]
    )
    await producer.start()
    try:
        yield made
    finally:
        await producer.stop()
        await delete_topics(bootstrap, run_id)


async def delete_topics(bootstrap: str, run_id: str) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        await client.delete_topics([name for name in await client.list_topics() if run_id in name])
    finally:
        await client.close()
