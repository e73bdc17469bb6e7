"""Messages to offices by the real notifier: stations without a desk, patrols near an emergency, storms."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from chassis.kafka.admin import end_offsets
from chassis.kafka.producer import EventProducer
from chassis.kafka.readers import read_log
from event_schemas import DirectoryPost, Lane, NotificationDelivered, PostId, StationCode, decode, encode, topics
from event_schemas.ids import new_case_id, new_event_id, notification_id
from janseva_local.topics import ensure

from .messaging_rig import Process, assigned, filed, wire
from .test_notifier_killed import has_exactly, notifier, provider

SHO, NEAR, ROOM = "+910400000011", "+910400000012", "+910400000013"


async def publish(producer: EventProducer, post: str, phone: str, **changes: Any) -> None:
    title, _, place = post.partition(":")
    one = DirectoryPost.model_validate(
        {"station": place, "post": title, "name_en": post, "name_hi": "पद", "office_phone": phone, **changes}
    )
    await producer.send(topics.DIRECTORY_POSTS, encode(one, event_id=new_event_id(), source="routing"), partition=0)


async def texts_of(gateway: Process, phone: str, template: str) -> list[str]:
    async with httpx.AsyncClient(base_url=gateway.url) as http:
        found = (await http.get("/v1/sink", params={"to": phone})).json()
    return [message["text"] for message in found if message["template"] == template]


async def test_a_station_without_a_desk_its_control_room_and_the_patrols_nearby_are_notified_once(
    own_kafka: str, mongo_uri: str, tmp_path: Path
) -> None:
    """One emergency at a station that is not online: three phones, one message each, and its repetition sends none."""
    await ensure(own_kafka)
    gateway = provider(tmp_path)
    service = notifier(tmp_path, own_kafka, mongo_uri, gateway)
    producer = EventProducer(own_kafka, client_id="test")
    await gateway.start()
    await service.start()
    try:
        for post, phone in (("SHO:5140003", SHO), ("SHO:5140777", NEAR), ("HQ:control-room-5140", ROOM)):
            await publish(producer, post, phone)
        case_id = new_case_id()
        decision = assigned(case_id).model_copy(
            update={
                "desk_online": False,
                "also_inform": (PostId("HQ:control-room-5140"),),
                "nearest_stations": (StationCode("5140003"), StationCode("5140777")),
            }
        )
        record = wire(decision, source="routing")
        filing = wire(filed(case_id, phone="+910900000077", service_code="emergency-112", lane=Lane.EMERGENCY))
        for one in (filing, record, record):
            await producer.send(topics.CASES_EMERGENCY, one)
        async with asyncio.timeout(40):
            await has_exactly(gateway, SHO, Counter({"new_case_offline": 1}))
            await has_exactly(gateway, ROOM, Counter({"new_case_offline": 1}))
            await has_exactly(gateway, NEAR, Counter({"nearby_emergency": 1}))
            await has_exactly(gateway, "+910900000077", Counter({"filed": 1, "assigned": 1}))
        assert "डेस्क अभी ऑनलाइन नहीं" in (await texts_of(gateway, SHO, "new_case_offline"))[0]
    finally:
        await service.stop()
        await gateway.stop()
        await producer.stop()


STORM = 40


async def digests_of(bootstrap: str) -> tuple[Counter[str], Counter[str]]:
    """How many different events say of each message that it was delivered: by itself, and by a digest."""
    events: dict[str, NotificationDelivered] = {}
    async for found in read_log(bootstrap, {}, await end_offsets(bootstrap, [topics.NOTIFICATIONS])):
        envelope = decode(found.record.headers, found.record.value)
        if isinstance(envelope.data, NotificationDelivered):
            events[envelope.event_id] = envelope.data
    reported = [(one.notification_id, one.template == "digest") for one in events.values()]
    alone, digested = ([name for name, digest in reported if digest is wanted] for wanted in (False, True))
    return Counter(alone), Counter(digested)


def counted(texts: list[str]) -> int:
    """How many new cases the digests speak of."""
    return sum(int(re.findall(r"\d+", text)[0]) for text in texts)


async def test_a_storm_reaches_its_officer_in_digests_though_the_notifier_is_killed(
    own_kafka: str, mongo_uri: str, tmp_path: Path
) -> None:
    """Killed with -9 while messages wait: each is sent by itself or counted by one digest, and announced once."""
    await ensure(own_kafka)
    gateway = provider(tmp_path)
    service = notifier(tmp_path, own_kafka, mongo_uri, gateway)
    service.env = {**service.env, "DIGEST_AFTER": "3", "DIGEST_EVERY": "PT4S", "OFFICE_LANGUAGE": "en"}
    producer = EventProducer(own_kafka, client_id="test")
    phone = "+910400000021"
    await gateway.start()
    await service.start()
    try:
        await publish(producer, "SHO:5140888", phone)
        wanted = []
        for number in range(STORM):
            case_id, event_id = new_case_id(), new_event_id()
            decision = assigned(case_id).model_copy(update={"officer_post": PostId("SHO:5140888")})
            await producer.send(topics.CASES_ROUTINE, wire(filed(case_id, phone=f"+9106{number:08d}")))
            await producer.send(topics.CASES_ROUTINE, wire(decision, event_id, source="routing"))
            wanted.append(notification_id(event_id, "office", "sms"))
            if number == STORM // 2:
                async with asyncio.timeout(40):
                    while await waiting(service) == 0:  # noqa: ASYNC110  the question goes to a process
                        await asyncio.sleep(0.05)
                await service.kill()
                await service.start()
        urgent = assigned(new_case_id()).model_copy(update={"officer_post": PostId("SHO:5140888")})
        emergency_id = new_event_id()
        await producer.send(topics.CASES_EMERGENCY, wire(urgent, emergency_id, source="routing"))
        async with asyncio.timeout(60):
            alone, digested = await digests_of(own_kafka)
            while not set(wanted) <= alone.keys() | digested.keys():
                await asyncio.sleep(0.3)
                alone, digested = await digests_of(own_kafka)
        single = await texts_of(gateway, phone, "new_case")
        texts = await texts_of(gateway, phone, "digest")
        assert counted(texts) + len(single) == STORM + 1, "every message, and the emergency"
        assert counted(texts) > STORM / 2
        assert alone[notification_id(emergency_id, "office", "sms")] == 1
        assert 1 <= len(texts) < STORM / 3
        reported = [alone[name] + digested[name] for name in wanted]
        assert reported == [1] * STORM
        assert sum(name in digested for name in wanted) == counted(texts)
    finally:
        await service.stop()
        await gateway.stop()
        await producer.stop()


async def waiting(service: Process) -> int:
    """How many messages the log of the notifier has held, as its metrics show."""
    async with httpx.AsyncClient(base_url=service.url) as http:
        metrics = (await http.get("/metrics")).text
    [line] = [line for line in metrics.splitlines() if line.startswith("janseva_notifications_held_total ")]
    return int(float(line.split()[1]))
