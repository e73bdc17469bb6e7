"""What an operator's tool asks of Kafka and MongoDB: topics, offsets, a replica set."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import ConfigurationError, ConnectionFailure, InvalidURI, OperationFailure

from chassis.kafka.starting import start_whole

TIMEOUT_MS = 30_000
NOT_YET_INITIALIZED = 94  # MongoDB's error code of a replica set without a configuration


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic to create: its configuration is Kafka's own names and values."""

    name: str
    partitions: int
    replication: int = 1
    config: Mapping[str, str] = field(default_factory=dict)


class ReplicaSetNotReady(Exception):
    """No primary within the time given."""


async def create_topics(bootstrap: str, topics: Sequence[TopicSpec]) -> tuple[str, ...]:
    """Creates the topics that are missing and returns their names. KafkaError on any other refusal."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=TIMEOUT_MS)
    try:
        await start_whole(client)
        existing = set(await client.list_topics())
        missing = [topic for topic in topics if topic.name not in existing]
        if not missing:
            return ()
        response = await client.create_topics([_new_topic(topic) for topic in missing], timeout_ms=TIMEOUT_MS)
    finally:
        await client.close()
    created = []
    for name, code, *detail in response.topic_errors:
        error = for_code(code)
        if code == 0:
            created.append(name)
        elif error is not TopicAlreadyExistsError:  # another process was faster
            raise error(f"topic {name}: {detail[0] if detail else ''}")
    return tuple(created)


async def existing_topics(bootstrap: str) -> frozenset[str]:
    """The names of the topics that exist. Raises KafkaError."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=TIMEOUT_MS)
    try:
        await start_whole(client)
        return frozenset(await client.list_topics())
    finally:
        await client.close()


async def end_offsets(bootstrap: str, topics: Sequence[str]) -> dict[tuple[str, int], int]:
    """The end offset of each partition of the topics, by (topic, partition)."""
    partitions = [TopicPartition(topic, number) for topic in topics for number in await _partitions(bootstrap, topic)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, request_timeout_ms=TIMEOUT_MS)
    try:
        await start_whole(consumer)
        offsets = await consumer.end_offsets(partitions)
    finally:
        await consumer.stop()
    return {(partition.topic, partition.partition): offset for partition, offset in offsets.items()}


async def _partitions(bootstrap: str, topic: str) -> list[int]:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=TIMEOUT_MS)
    try:
        await start_whole(client)
        (described,) = await client.describe_topics([topic])
    finally:
        await client.close()
    if described["error_code"] != 0:
        raise for_code(described["error_code"])(topic)
    return sorted(partition["partition"] for partition in described["partitions"])


async def ensure_single_node_replica_set(host: str, port: int, *, name: str, within: timedelta) -> None:
    """Makes the mongod at this address the only member of its replica set and waits until it is primary.

    Idempotent; a member that came back under another port is put right.
    """
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        host, port, directConnection=True, serverSelectionTimeoutMS=2000
    )
    deadline = time.monotonic() + within.total_seconds()
    try:
        while True:
            try:
                if await _is_primary(client):
                    return
                await _configure(client, f"{host}:{port}", name)
                last = "no primary was elected"
            except ConnectionFailure as error:
                last = str(error)
            if time.monotonic() > deadline:
                raise ReplicaSetNotReady(f"has no primary within {within.total_seconds():.0f} s: {last}")
            await asyncio.sleep(0.1)
    finally:
        client.close()


async def replica_set_problem(uri: str, *, within: timedelta) -> str | None:
    """Why the MongoDB at this URI cannot serve the suite; None if it has a primary of a replica set."""
    try:
        client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
            uri, serverSelectionTimeoutMS=int(within.total_seconds() * 1000)
        )
    except (ConfigurationError, InvalidURI, ValueError) as error:
        return f"the URI is malformed: {error}"
    try:
        hello = await client.admin.command("hello")
    except ConnectionFailure:
        return "no primary answers there"  # the driver's own text is pages long
    finally:
        client.close()
    return None if "setName" in hello or hello.get("msg") == "isdbgrid" else "it is not a replica set"


async def _is_primary(client: AsyncIOMotorClient[dict[str, Any]]) -> bool:
    return bool((await client.admin.command("hello")).get("isWritablePrimary"))


async def _configure(client: AsyncIOMotorClient[dict[str, Any]], address: str, name: str) -> None:
    member = {"_id": 0, "host": address}
    try:
        config = (await client.admin.command("replSetGetConfig"))["config"]
    except OperationFailure as error:
        if error.code != NOT_YET_INITIALIZED:
            raise
        await client.admin.command("replSetInitiate", {"_id": name, "version": 1, "members": [member]})
        return
    if [one["host"] for one in config["members"]] != [address]:
        config["version"] += 1
        config["members"] = [member]
        await client.admin.command("replSetReconfig", config, force=True)


def _new_topic(topic: TopicSpec) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, topic.replication, topic_configs=dict(topic.config))
