"""`make up SECURE=1`: TLS, names and ACLs; the suite works, and each service is refused what is another's."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiokafka import TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError, for_code
from pymongo.errors import OperationFailure, PyMongoError

from chassis.kafka.aiokafka_patches import start_deferring_cancellation
from chassis.kafka.clients import make_admin, make_consumer, make_producer
from chassis.mongo.client import make_client
from chassis.wire import KafkaWire, MongoWire
from event_schemas.access import DATABASES, SERVICES, grants_of
from event_schemas.topics import TOPICS
from janseva_local.stack import Stack
from tests.e2e.waiting import until

EMERGENCY = {"kinds": ["police"], "location": {"lat": 25.61, "lon": 85.14}, "phone": "+919900000001"}
SHORT_MS = 10_000
NOT_ALLOWED = 13


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def suite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with Stack(tmp_path_factory.mktemp("secured"), secure=True) as running:
        yield running


async def test_a_case_travels_to_an_sms_over_secured_wires(suite: Stack) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        answer = await http.post(f"{suite.urls['intake']}/v1/emergencies", json=EMERGENCY)
        assert answer.status_code == 202, answer.text

        async def sent() -> bool:
            answer = await http.get(f"{suite.urls['provider']}/v1/sink", params={"to": str(EMERGENCY["phone"])})
            return bool(answer.json())

        await until(sent, within_s=60)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_is_refused_what_is_anothers(service: str, suite: Stack) -> None:
    assert suite.secured is not None
    wire, mongo = suite.secured.kafka(service), suite.secured.mongo(service)
    for topic in _not_to(service, "Read"):
        with pytest.raises(TopicAuthorizationFailedError):
            await _read(suite.kafka_bootstrap, topic, wire)
    for topic in _not_to(service, "Write"):
        with pytest.raises(TopicAuthorizationFailedError):
            await _write(suite.kafka_bootstrap, topic, wire)
    other = next(name for name in SERVICES if name != service)
    with pytest.raises(GroupAuthorizationFailedError):
        await _commit(suite.kafka_bootstrap, f"{other}.routine", _may(service, "Read"), wire)
    client = make_client(suite.mongo_uri, wire=mongo)
    try:
        await client[DATABASES[service]]["probe"].insert_one({"_id": 1})
        for act in (client[DATABASES[other]]["probe"].find_one({}), client[DATABASES[other]]["probe"].insert_one({})):
            with pytest.raises(OperationFailure) as refused:
                await act
            assert refused.value.code == NOT_ALLOWED
    finally:
        client.close()


async def test_nobody_comes_in_without_a_name_or_in_the_open(suite: Stack) -> None:
    assert suite.secured is not None
    for wire in (KafkaWire(), KafkaWire(kafka_ca_file=suite.secured.authority)):
        with pytest.raises(KafkaError):
            await _read(suite.kafka_bootstrap, "cases.routine", wire)
    for nameless in (MongoWire(), MongoWire(mongo_ca_file=suite.secured.authority)):
        client = make_client(suite.mongo_uri, wire=nameless, serverSelectionTimeoutMS=1_000)
        with pytest.raises(PyMongoError):
            await client[DATABASES["intake"]]["cases"].find_one({})
        client.close()


def _not_to(service: str, operation: Any) -> list[str]:
    """A topic of cases or what else is not the service's own, for each operation."""
    own = {grant.name for grant in grants_of(service) if operation in grant.operations}
    return [topic.name for topic in TOPICS if topic.name not in own and not topic.dead_letter][:2]


def _may(service: str, operation: Any) -> str:
    return next(one.name for one in grants_of(service) if one.resource == "topic" and operation in one.operations)


async def _describe(bootstrap: str, topic: str, wire: KafkaWire) -> None:
    """aiokafka's other clients wait for a topic that is not shown to them."""
    admin = make_admin(bootstrap, wire=wire, request_timeout_ms=SHORT_MS)
    try:
        await start_deferring_cancellation(admin)
        (found,) = await admin.describe_topics([topic])
    finally:
        await admin.close()
    if found["error_code"] != 0:
        raise for_code(found["error_code"])


async def _read(bootstrap: str, topic: str, wire: KafkaWire) -> None:
    await _describe(bootstrap, topic, wire)
    consumer = make_consumer(bootstrap, wire=wire, request_timeout_ms=SHORT_MS)
    try:
        await start_deferring_cancellation(consumer)
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.seek_to_beginning()
        await consumer.getmany(timeout_ms=3_000)
    finally:
        await consumer.stop()


async def _write(bootstrap: str, topic: str, wire: KafkaWire) -> None:
    await _describe(bootstrap, topic, wire)
    producer = make_producer(bootstrap, wire=wire, request_timeout_ms=SHORT_MS)
    try:
        await start_deferring_cancellation(producer)
        await producer.send_and_wait(topic, b"{}")
    finally:
        await producer.stop()


async def _commit(bootstrap: str, group: str, topic: str, wire: KafkaWire) -> None:
    consumer = make_consumer(
        bootstrap, wire=wire, group_id=group, enable_auto_commit=False, request_timeout_ms=SHORT_MS
    )
    try:
        await start_deferring_cancellation(consumer)
        consumer.assign([TopicPartition(topic, 0)])
        await consumer.commit({TopicPartition(topic, 0): 0})
    finally:
        await consumer.stop()
