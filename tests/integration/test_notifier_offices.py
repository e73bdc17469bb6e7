"""Messages to offices by the real notifier: stations without a desk, patrols near an emergency, storms."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from chassis.kafka import EventProducer
from event_schemas import DirectoryPost, Lane, PostId, StationCode, encode, topics
from event_schemas.ids import new_case_id, new_event_id
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


async def test_a_station_without_a_desk_its_control_room_and_the_patrols_nearby_are_told_once(
    kafka_bootstrap: str, mongo_uri: str, tmp_path: Path
) -> None:
    """One emergency at a station that is not online: three phones, one message each, and its repetition sends none."""
    await ensure(kafka_bootstrap)
    gateway = provider(tmp_path)
    service = notifier(tmp_path, kafka_bootstrap, mongo_uri, gateway)
    producer = EventProducer(kafka_bootstrap, client_id="test")
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
