"""`python -m bench.sla_floors faust|raw`: the floors of the throughput benchmark, under the same driver.

faust: an agent that reads an event and writes one table entry, with the settings that were found fastest.
raw: a plain aiokafka loop with a dict and a hand-made changelog.
"""

import asyncio
import os
import sys
import time
from typing import Any, Final

import faust
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.sla_stats import Stats
from bench.sla_workload import PARTITIONS

ENV: Final = os.environ


def _clock(value: bytes) -> tuple[bytes, bytes | None]:
    """The case and its clock as one entry; None once the inquiry is completed."""
    event = orjson.loads(value)
    if event["type"] == "InquiryCompleted":
        return event["case_id"].encode(), None
    clock = {"status": "open", "due_at": event["due_at"], "district": event["district"]}
    return event["case_id"].encode(), bytes(memoryview(orjson.dumps(clock)))


async def run_faust(stats: Stats) -> None:
    app = faust.App(
        ENV["APP_ID"],
        broker=f"kafka://{ENV['BOOTSTRAP']}",
        store="memory://",
        datadir=ENV["STATE_DIR"],
        autodiscover=False,
        web_enabled=False,
        topic_partitions=PARTITIONS,
        topic_disable_leader=True,
        table_standby_replicas=0,
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=10.0,
        broker_commit_interval=1.0,
        broker_max_poll_records=None,
        stream_buffer_maxsize=65_536,
        stream_wait_empty=False,
        producer_linger=0.02,
        key_serializer="raw",
        value_serializer="raw",
    )
    table = app.Table("clocks", partitions=PARTITIONS, key_type=bytes, value_type=bytes)
    cases = app.topic(ENV["CASES"], key_type=bytes, value_type=bytes)

    @app.agent(cases)
    async def clocks(stream: Any) -> None:
        async for event in stream.events():
            key, clock = _clock(event.value)
            table[key] = clock or b"closed"
            stats.count(event.message.partition)

    await app.start()
    await asyncio.Event().wait()


async def run_raw(stats: Stats) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=ENV["BOOTSTRAP"], acks="all", linger_ms=5, max_batch_size=256 * 1024)
    consumer = AIOKafkaConsumer(
        ENV["CASES"],
        bootstrap_servers=ENV["BOOTSTRAP"],
        group_id=ENV["APP_ID"],
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await producer.start()
    await consumer.start()
    clocks: dict[bytes, bytes] = {}
    committed, offsets = time.monotonic(), {}
    while True:
        acks = []
        for place, messages in (await consumer.getmany(timeout_ms=200, max_records=5_000)).items():
            batch = producer.create_batch()
            for message in messages:
                key, clock = _clock(message.value)
                if clock is None:
                    clocks.pop(key, None)
                else:
                    clocks[key] = clock
                if batch.append(key=key, value=clock, timestamp=None) is None:
                    acks.append(await producer.send_batch(batch, _changelog(), partition=place.partition))
                    batch = producer.create_batch()
                    batch.append(key=key, value=clock, timestamp=None)
            acks.append(await producer.send_batch(batch, _changelog(), partition=place.partition))
            stats.count(place.partition, len(messages))
            offsets[TopicPartition(place.topic, place.partition)] = messages[-1].offset + 1
        await asyncio.gather(*acks)
        if offsets and time.monotonic() - committed > 1:
            await consumer.commit(offsets)
            committed, offsets = time.monotonic(), {}


def _changelog() -> str:
    return f"{ENV['APP_ID']}-floor-changelog"


def main() -> int:
    asyncio.run({"faust": run_faust, "raw": run_raw}[sys.argv[1]](Stats()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
