"""The floor of the routing-topic benchmark: a raw aiokafka loop with the same bulk insert and the same bytes out.

It decides nothing, checks nothing and decodes nothing: each event gets the document and the record of a template.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import bson
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import WriteConcern

BATCH = 300


async def main(topic: str, sample: dict[str, Any]) -> None:
    """Until it is killed. KAFKA_BOOTSTRAP and MONGO_URI come from the environment."""
    document, value, case_id = sample["document"], sample["value"], sample["case_id"].encode()
    headers = [(name, content) for name, content in sample["headers"]]
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(os.environ["MONGO_URI"])
    durable = WriteConcern(w="majority", j=True, wtimeout=5_000)
    decisions = client["janseva_floor"].get_collection("decisions", write_concern=durable)
    await decisions.create_index([("case_id", 1), ("assignment_no", 1)])
    await decisions.create_index([("decided_at", 1)])
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP"],
        group_id="bench.floor",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=40,
        max_partition_fetch_bytes=4 * 1_048_576,
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=os.environ["KAFKA_BOOTSTRAP"], acks="all", enable_idempotence=True, max_batch_size=65_536
    )
    await consumer.start()
    await producer.start()
    while True:
        fetched = await consumer.getmany(timeout_ms=200, max_records=BATCH)
        # What it wrote itself comes back on the same topic, as it does to the service.
        keys = [
            record.key
            for records in fetched.values()
            for record in records
            if dict(record.headers)["ce_source"] != b"routing"
        ]
        if keys:
            rows = [{**document, "_id": f"{key.decode()}:1", "case_id": key.decode()} for key in keys]
            await decisions.insert_many(rows, ordered=False)
            acks = [
                await producer.send(topic, value.replace(case_id, key), key=key, headers=list(headers)) for key in keys
            ]
            await asyncio.gather(*acks)
        if fetched:
            await consumer.commit()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], bson.decode(Path(sys.argv[2]).read_bytes())))
