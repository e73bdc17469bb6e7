"""Two intakes as one deployment: real Kafka, real MongoDB, each with its own outbox, consumers and producer."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from chassis.clock import SystemClock
from chassis.http.access.tokens import issue_officer_token
from chassis.kafka.admin import end_offsets
from chassis.kafka.readers import read_log
from chassis.run import Background
from event_schemas import Envelope, decode, topics
from event_schemas.officers import Officer, OfficerRole
from intake.app import create_app
from intake.settings import IntakeSettings
from janseva_local import keys

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Deployment:
    instances: tuple[httpx.AsyncClient, ...]
    settings: IntakeSettings
    officer_key: str
    apps: tuple[FastAPI, ...] = ()

    def officer(self, role: str, post: str, station: str | None = None) -> dict[str, str]:
        claims = Officer(sub=f"test-{role}", role=OfficerRole(role), post=post, station=station)
        token = issue_officer_token(self.officer_key, claims, self.settings.officer_issuer, SystemClock().now(), HOUR)
        return {"Authorization": f"Bearer {token}"}

    async def log_of(self, case_ids: Sequence[str]) -> dict[str, list[Envelope]]:
        """Every record of these cases in the log's own order, copies included."""
        found: dict[str, list[Envelope]] = {case_id: [] for case_id in case_ids}
        names = [topics.CASES_EMERGENCY, topics.CASES_ROUTINE]
        end = await end_offsets(self.settings.kafka_bootstrap, names)
        async for record in read_log(self.settings.kafka_bootstrap, {}, end):
            envelope = decode(record.record.headers, record.record.value)
            if envelope.subject in found:
                found[envelope.subject].append(envelope)
        return found

    async def until_in_log(self, case_id: str, type_: str) -> Any:
        """The case's first event of this type, once it is in the log."""
        async with asyncio.timeout(60):
            while True:
                for envelope in (await self.log_of([case_id]))[case_id]:
                    if envelope.data.type == type_:
                        return envelope
                await asyncio.sleep(0.5)


@asynccontextmanager
async def deployment(kafka: str, mongo: str, folder: Path, *, instances: int = 2) -> AsyncIterator[Deployment]:
    local = keys.load_or_create(folder)
    named: dict[str, Any] = {name.lower(): value for name, value in local.secrets.items()}
    settings = IntakeSettings(
        kafka_bootstrap=kafka,
        mongo_uri=mongo,
        mongo_database=f"intake_{uuid.uuid4().hex[:12]}",
        sealing_keys=local.sealing_keys,
        officer_jwks_file=local.officer_jwks,
        **{name: value for name, value in named.items() if name in IntakeSettings.model_fields},
    )
    async with AsyncExitStack() as stack:
        clients, apps = [], []
        for _ in range(instances):
            app = create_app(settings, background=Background(on_death=_died))
            await stack.enter_async_context(app.router.lifespan_context(app))
            apps.append(app)
            transport = httpx.ASGITransport(app)
            clients.append(await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://i")))
        yield Deployment(tuple(clients), settings, local.officer_key.read_text(), tuple(apps))


def _died(name: str, error: BaseException | None) -> None:
    raise AssertionError(f"the background task {name} died") from error


def first_occurrences(envelopes: Sequence[Envelope]) -> list[Envelope]:
    firsts: dict[str, Envelope] = {}
    for envelope in envelopes:
        firsts.setdefault(envelope.event_id, envelope)
    return list(firsts.values())
