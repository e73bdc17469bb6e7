"""The notifier as a process, against real Kafka and MongoDB and the local gateway's real HTTP."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from uuid import uuid4

import httpx

from chassis.kafka.producer import EventProducer
from event_schemas import DirectoryPost, Lane, Post, encode, topics
from event_schemas.ids import new_case_id, new_event_id
from janseva_local.ports import free_port
from janseva_local.topics import ensure

from .messaging_rig import SEALING_KEYS, TOKEN, Process, assigned, filed, wire

CASES = 150


def provider(tmp_path: Path) -> Process:
    env = {"SMS_JOURNAL": str(tmp_path / "messages.jsonl"), "SMS_USERNAME": "janseva", "SMS_PASSWORD": "pw"}
    return Process("janseva_local.provider", free_port(), env, tmp_path / "provider.log")


def notifier(tmp_path: Path, kafka: str, mongo: str, gateway: Process) -> Process:
    env = {
        "KAFKA_BOOTSTRAP": kafka,
        "MONGO_URI": mongo,
        "MONGO_DATABASE": f"t_notifier_{uuid4().hex[:8]}",
        "SEALING_KEYS": SEALING_KEYS,
        "SERVICE_TOKEN": TOKEN,
        "SMS_URL": f"{gateway.url}/cgi-bin/sendsms",
        "SMS_USERNAME": "janseva",
        "SMS_PASSWORD": "pw",
        "SMS_TIMEOUT": "PT1.5S",
        # All cases of a test may lie with one officer.
        "DIGEST_AFTER": "1000",
    }
    return Process("notifier", free_port(), env, tmp_path / "notifier.log")


async def templates_of(gateway: Process, phone: str) -> Counter[str]:
    async with httpx.AsyncClient(base_url=gateway.url) as http:
        found = (await http.get("/v1/sink", params={"to": phone})).json()
    return Counter(message["template"] for message in found)


async def has_exactly(gateway: Process, phone: str, wanted: Counter[str]) -> None:
    """Wait until all wanted messages are there; fail at once on one too many."""
    while (found := await templates_of(gateway, phone)) != wanted:
        assert not found - wanted, f"doubled: {found - wanted}"
        await asyncio.sleep(0.2)


async def test_a_killed_notifier_neither_loses_nor_doubles_a_message(
    own_kafka: str, mongo_uri: str, tmp_path: Path
) -> None:
    """Killed with -9 while it sends: each citizen has each message once in the gateway's log, and no more."""
    await ensure(own_kafka)
    gateway = provider(tmp_path)
    service = notifier(tmp_path, own_kafka, mongo_uri, gateway)
    producer = EventProducer(own_kafka, client_id="test")
    phones = {new_case_id(): f"+9109{number:08d}" for number in range(CASES)}
    await gateway.start()
    await service.start()
    try:
        post = DirectoryPost(
            station="5140003", post=Post.SHO, name_en="SHO, Sheohar", name_hi="थानाध्यक्ष", office_phone="+910400000001"
        )
        await producer.send(topics.DIRECTORY_POSTS, encode(post, event_id=new_event_id(), source="routing"))
        for number, (case_id, phone) in enumerate(phones.items()):
            lane = Lane.EMERGENCY if number % 3 == 0 else Lane.ROUTINE
            topic = topics.case_topic(lane)
            await producer.send(topic, wire(filed(case_id, phone=phone, lane=lane)))
            await producer.send(topic, wire(assigned(case_id), source="routing"))
            if number == 80:
                await service.kill()
                await service.start()
        wanted = Counter({"filed": 1, "assigned": 1})
        async with asyncio.timeout(40):
            for phone in phones.values():
                await has_exactly(gateway, phone, wanted)
        await asyncio.sleep(12)  # longer than a lease: whoever would double a message has done it by now
        for phone in phones.values():
            assert await templates_of(gateway, phone) == wanted
        assert (await templates_of(gateway, "+910400000001"))["new_case"] == CASES
        assert await service.stop() == 0
    finally:
        await service.stop()
        await gateway.stop()
        await producer.stop()
    log = service.log.read_text()
    assert not any(phone.removeprefix("+91") in log for phone in phones.values()), "a phone number is in the log"


async def test_a_gateway_that_falters_gets_each_message_once(own_kafka: str, mongo_uri: str, tmp_path: Path) -> None:
    """Answers lost after acceptance, then a gateway that is away for a while: every message arrives, none twice."""
    await ensure(own_kafka)
    gateway = provider(tmp_path)
    service = notifier(tmp_path, own_kafka, mongo_uri, gateway)
    producer = EventProducer(own_kafka, client_id="test")
    phones = {new_case_id(): f"+9108{number:08d}" for number in range(20)}
    await gateway.start()
    await service.start()
    try:
        for number, (case_id, phone) in enumerate(phones.items()):
            if number % 10 == 0:
                fault = {"lose_answers": 5} if number == 0 else {"unavailable_for_s": 2.0}
                async with httpx.AsyncClient(base_url=gateway.url) as http:
                    (await http.put("/v1/faults", json=fault)).raise_for_status()
            await producer.send(topics.CASES_ROUTINE, wire(filed(case_id, phone=phone)))
            await asyncio.sleep(0.1)
        async with asyncio.timeout(40):
            for phone in phones.values():
                await has_exactly(gateway, phone, Counter({"filed": 1}))
        await asyncio.sleep(4)
        for phone in phones.values():
            assert await templates_of(gateway, phone) == Counter({"filed": 1})
    finally:
        await service.stop()
        await gateway.stop()
        await producer.stop()
