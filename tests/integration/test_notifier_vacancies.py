"""A breach at a station without an officer in charge: the real worker, the real notifier, somebody's real phone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from chassis.kafka.producer import EventProducer
from event_schemas import DirectoryPost, Post, encode, topics
from event_schemas.ids import new_case_id, new_event_id
from janseva_local.topics import ensure

from .messaging_rig import Process, assigned, filed, wire
from .sla_worker import Bench, WorkerProcess, policy_file
from .test_notifier_killed import notifier, provider

SHO, SP = "+910400000001", "+910400000002"


@dataclass
class Office:
    """A notifier and a worker that read one directory."""

    bench: Bench
    gateway: Process
    worker: WorkerProcess

    async def post(self, kind: Post, place: str, phone: str, **changes: Any) -> None:
        one = DirectoryPost(
            station=place, post=kind, name_en=f"{kind}, {place}", name_hi="पद", office_phone=phone, **changes
        )
        await self.bench.producer.send(
            topics.DIRECTORY_POSTS, encode(one, event_id=new_event_id(), source="routing"), partition=0
        )

    async def file(self) -> str:
        case_id = new_case_id()
        await self.bench.producer.send(topics.CASES_ROUTINE, wire(filed(case_id, phone="+910900000001")))
        await self.bench.producer.send(topics.CASES_ROUTINE, wire(assigned(case_id), source="routing"))
        return case_id

    async def addressees(self, case_id: str, levels: int) -> list[str]:
        """Whom the first levels of the case's breach were addressed to."""

        def addressed(events: Any) -> dict[int, str]:
            breaches = [one.data for one in events if one.subject == case_id and one.type == "SLABreached"]
            return {breach.level: breach.escalate_to for breach in breaches}

        events = await self.bench.wait_for(lambda events: len(addressed(events)) >= levels, within=60)
        return [addressed(events)[level] for level in range(levels)]

    async def breach_texts(self, phone: str, wanted: int) -> list[str]:
        """The breach messages on a phone, once there are so many."""
        async with httpx.AsyncClient(base_url=self.gateway.url) as http, asyncio.timeout(40):
            while True:
                found = (await http.get("/v1/sink", params={"to": phone})).json()
                texts = [message["text"] for message in found if message["template"] == "breach"]
                if len(texts) >= wanted:
                    return texts
                await asyncio.sleep(0.2)


@asynccontextmanager
async def office(kafka: str, mongo: str, folder: Path, second_level: str) -> AsyncIterator[Office]:
    await ensure(kafka)
    producer = EventProducer(kafka, client_id="test")
    policies = policy_file(folder, 2, (("SHO", "PT0S"), ("SDPO", second_level), ("SP", "PT3H")))
    bench = Bench(kafka, policies, producer, prefix="")
    gateway = provider(folder)
    service = notifier(folder, kafka, mongo, gateway)
    try:
        await gateway.start()
        await service.start()
        async with bench.start_worker(f"vacancies-{folder.name}") as worker:
            yield Office(bench, gateway, worker)
    finally:
        await service.stop()
        await gateway.stop()
        await producer.stop()


async def test_a_breach_at_a_vacant_post_reaches_the_next_officer_at_once(
    own_kafka: str, mongo_uri: str, tmp_path: Path
) -> None:
    """No SHO, and no SDPO in the directory: the passed target goes to the SP, on the SP's phone."""
    async with office(own_kafka, mongo_uri, tmp_path, "PT2H") as here:
        await here.post(Post.SHO, "5140003", SHO, vacant=True, parent="SHEOHAR:SP")
        await here.post(Post.SP, "SHEOHAR", SP)
        await here.worker.ready(60)
        case_id = await here.file()
        assert await here.addressees(case_id, 1) == ["SP:SHEOHAR"]
        assert len(await here.breach_texts(SP, 1)) == 1
        assert await here.breach_texts(SHO, 0) == []


async def test_a_post_that_falls_vacant_between_two_levels_is_passed_by(
    own_kafka: str, mongo_uri: str, tmp_path: Path
) -> None:
    """The SDPO leaves after level 0 went to the SHO: level 1 goes to the SP."""
    async with office(own_kafka, mongo_uri, tmp_path, "PT15S") as here:
        await here.post(Post.SHO, "5140003", SHO, parent="SHEOHAR:SP")
        await here.post(Post.SDPO, "5140003", "+910400000003", parent="SHEOHAR:SP")
        await here.post(Post.SP, "SHEOHAR", SP)
        await here.worker.ready(60)
        began = datetime.now(UTC)
        case_id = await here.file()
        assert await here.addressees(case_id, 1) == ["SHO:5140003"]
        await here.post(Post.SDPO, "5140003", "+910400000003", parent="SHEOHAR:SP", vacant=True)
        assert (datetime.now(UTC) - began).total_seconds() < 16, "the level was due before the post fell vacant"
        assert await here.addressees(case_id, 2) == ["SHO:5140003", "SP:SHEOHAR"]
        assert len(await here.breach_texts(SP, 1)) == 1
