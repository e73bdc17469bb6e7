"""A part of the stack: a server or a service, with one way to start, check and stop it."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import httpx

from janseva_local.process import ChildProcess
from janseva_local.services import Service

READY_LIMIT = timedelta(minutes=3)  # all start at once; one that ends is noticed at once
STOP_GRACE = timedelta(seconds=6)


class Startable(Protocol):
    """What KafkaServer, MongoServer and ServiceServer have in common."""

    @property
    def process(self) -> ChildProcess: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def restart(self) -> None: ...


class ServiceServer:
    """One of our services as a process; ready when its /health/ready answers 200."""

    def __init__(self, service: Service, url: str, env: dict[str, str], log: Path) -> None:
        self.url = url
        self.env = env
        self._process = ChildProcess(service.name, service.command, log=log, env=env)

    @property
    def process(self) -> ChildProcess:
        return self._process

    async def start(self) -> None:
        self._process.spawn()
        try:
            async with httpx.AsyncClient(timeout=5) as http:
                await self._process.until_ready(lambda: answers_ready(http, self.url), within=READY_LIMIT)
        except BaseException:
            self._process.kill()
            raise

    async def stop(self) -> None:
        await self._process.stop(grace=STOP_GRACE)

    async def restart(self) -> None:
        await self.start()


class Part:
    """A named member of the stack. `wanted` is false while it is stopped on purpose."""

    def __init__(self, name: str, server: Startable) -> None:
        self.name = name
        self.server = server
        self.wanted = False
        self.restarts = 0
        self.gave_up = False

    @property
    def pid(self) -> int | None:
        return self.server.process.pid

    @property
    def dead(self) -> bool:
        return self.wanted and not self.gave_up and self.pid is None

    async def start(self) -> float:
        """Seconds until it was ready."""
        began = time.monotonic()
        await self.server.start()
        self.wanted = True
        return time.monotonic() - began

    async def restart(self) -> None:
        await self.server.restart()
        self.wanted = True

    async def stop(self) -> None:
        self.wanted = False
        if self.pid is not None:
            await self.server.stop()

    def kill(self) -> None:
        self.server.process.kill()


async def answers_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        response = await http.get(f"{url}/health/ready")
    except httpx.TransportError:
        return False
    return response.status_code == 200
