"""Processes and events for the notifier's and the certificate service's integration tests."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from chassis.sealing import KeyRing
from event_schemas import (
    AssignedToStation,
    AssignmentReason,
    CaseId,
    ComplaintFiled,
    EventId,
    FilingChannel,
    Lane,
    Language,
    PersonalData,
    PostId,
    Station,
    StationCode,
    WireRecord,
    encode,
    ids,
)
from janseva_local.parts import answers_ready

SEALING_KEYS = '{"2026-01": "%s"}' % base64.b64encode(b"k" * 32).decode()  # noqa: UP031  braces abound
TOKEN = "service-token-of-the-tests"
KEYS = KeyRing.from_json(SEALING_KEYS)
STATION = Station(code=StationCode("5140003"), name="Sheohar", district="Sheohar", police_district="SHEOHAR")


@dataclass
class Process:
    """A service as an operating system process, its log in a file."""

    module: str
    port: int
    env: Mapping[str, str]
    log: Path
    running: asyncio.subprocess.Process | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        env = {**os.environ, "HTTP_HOST": "127.0.0.1", "HTTP_PORT": str(self.port), **self.env}
        with self.log.open("ab") as out:
            self.running = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.module, env=env, stdout=out, stderr=out
            )
        await self._ready()

    async def kill(self) -> None:
        assert self.running is not None
        self.running.kill()
        await self.running.wait()
        self.running = None

    async def stop(self) -> int:
        if self.running is None:
            return 0
        self.running.terminate()
        status = await asyncio.wait_for(self.running.wait(), 60)
        self.running = None
        return status

    async def _ready(self) -> None:
        async with httpx.AsyncClient() as http, asyncio.timeout(120):
            while True:
                assert self.running is not None
                assert self.running.returncode is None, self.log.read_text()
                if await answers_ready(http, self.url):
                    return
                await asyncio.sleep(0.05)


def filed(
    case_id: str, *, phone: str | None, service_code: str = "e-complaint", lane: Lane = Lane.ROUTINE, **more: Any
) -> ComplaintFiled:
    """A filing whose contact is sealed as intake seals it."""
    now = datetime.now(UTC)
    person = more.pop("person", PersonalData(name="Sita Devi", phone=phone))
    return ComplaintFiled(
        case_id=CaseId(case_id),
        occurred_at=now,
        case_seq=1,
        tracking_number="JS-26-7K3M-9QXD-4",
        service_code=service_code,
        lane=lane,
        channel=FilingChannel.WEB,
        language=more.pop("language", Language.HI),
        sealed=KEYS.seal(case_id, person.to_json(), now),
        **more,
    )


def assigned(case_id: str, *, assignment_no: int = 1) -> AssignedToStation:
    return AssignedToStation(
        case_id=CaseId(case_id),
        occurred_at=datetime.now(UTC),
        cause_id=EventId("cause"),
        assignment_no=assignment_no,
        station=STATION,
        officer_post=PostId("SHO:5140003"),
        reason=AssignmentReason.NEAREST,
        confidence=0.7,
        boundary_version="v1",
    )


def wire(event: Any, event_id: str | None = None, source: str = "intake") -> WireRecord:
    return encode(event, event_id=event_id or ids.new_event_id(), source=source)
