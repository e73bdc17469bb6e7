"""Run a service: uvicorn until a signal, and background tasks whose death ends the process with status 1."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType
from typing import Literal, Self, TypeVar

import uvicorn
from fastapi import FastAPI

from chassis.collector import spare_the_collector
from chassis.http.connection import ConnectionLimits, GuardedConfig
from chassis.kafka.clients import security
from chassis.settings import ProgramSettings, ServiceSettings, SettingsRefused, load
from chassis.telemetry.logs import configure_logging, get_logger

_log = get_logger(__name__)

# SIGTERM to exit within about 5 s: requests get 2, background tasks 3.
HTTP_GRACE_S = 2
TASK_GRACE = timedelta(seconds=3)
# The exit status of a service whose settings won't do: starting it again will not help.
REFUSED = 2

SettingsOf = TypeVar("SettingsOf", bound=ProgramSettings)

OnDeath = Callable[[str, BaseException | None], None]
Stop = Callable[[], Awaitable[None] | None]

_server_ends: ContextVar[OnDeath | None] = ContextVar("chassis_server_ends", default=None)


def serve(app: FastAPI, settings: ProgramSettings, limits: ConnectionLimits | None = None) -> int:
    """Serve until SIGTERM or SIGINT. Returns the exit status: 0, or 1 if start-up failed or a background task died.

    What `create_http_app` got as `at_stop` is called when the stop begins, before running requests are waited for.
    """
    config = _config(app, settings.http_host, settings.http_port, limits, lifespan="on")
    operations = None
    if settings.ops_port is not None:
        operations = Served(app.state.operations, host=settings.http_host, port=settings.ops_port)
    server = _Server(config, operations, getattr(app.state, "at_stop", ()))
    _server_ends.set(server.end)
    try:
        server.run()
    except SystemExit:
        # uvicorn's own way to say that the start-up failed or the port is taken; it has logged why.
        return 1
    finally:
        _server_ends.set(None)
    return 1 if server.failed or not server.started else 0


def start(
    service: str,
    kind: type[SettingsOf],
    create_app: Callable[[SettingsOf], FastAPI],
    *,
    refusals: tuple[type[Exception], ...] = (),
) -> int:
    """Read the settings, make the app and serve it. Settings, or files that raise `refusals`, that won't do are named
    on standard error, and the exit status is 2.
    """
    refused_by: tuple[type[Exception], ...] = (SettingsRefused, *refusals)
    try:
        settings = load(kind)
        configure_logging(service, settings.log_level)
        if isinstance(settings, ServiceSettings):
            # A file that it can't read would otherwise end each of its clients by itself, later.
            security()
        app = create_app(settings)
    except refused_by as refused:
        sys.stderr.write(f"{service} does not start:\n{refused}\n")
        return REFUSED
    return serve(app, settings)


class Served:
    """An app without a lifespan, answering in the running loop for as long as the context lasts."""

    def __init__(self, app: FastAPI, *, host: str, port: int, limits: ConnectionLimits | None = None) -> None:
        self._config = _config(app, host, port, limits, lifespan="off")
        self._server = uvicorn.Server(self._config)

    @property
    def port(self) -> int:
        """The port in use, also when any was asked for."""
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        await self._server.startup()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        await self._server.shutdown()


def _config(
    app: FastAPI, host: str, port: int, limits: ConnectionLimits | None, lifespan: Literal["on", "off"]
) -> GuardedConfig:
    return GuardedConfig(
        app,
        limits=limits or ConnectionLimits(),
        problem_extra=getattr(app.state, "problem_extra", {}),
        host=host,
        port=port,
        loop="uvloop",
        lifespan=lifespan,
        log_config=None,
        access_log=False,
        server_header=False,
        # chassis.http.addresses reads who is behind a proxy: uvicorn would believe whoever connects from loopback.
        proxy_headers=False,
        timeout_graceful_shutdown=HTTP_GRACE_S,
    )


class _Server(uvicorn.Server):
    """uvicorn, except that a signal obeyed gracefully is not raised again afterwards: the exit status is ours."""

    def __init__(
        self, config: uvicorn.Config, operations: Served | None = None, at_stop: Sequence[Callable[[], None]] = ()
    ) -> None:
        super().__init__(config)
        self.failed = False
        self._operations = operations
        self._at_stop = at_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        spare_the_collector()
        if self._operations is not None:
            try:
                await self._operations.__aenter__()
            except SystemExit:
                await self.lifespan.shutdown()
                raise

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for end in self._at_stop:
            end()
        await super().shutdown(sockets)
        if self._operations is not None:
            await self._operations.__aexit__()

    def end(self, _name: str, _error: BaseException | None) -> None:
        self.failed = True
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        _log.info("stopping", signal=signal.Signals(number).name)
        if self.should_exit:
            self.force_exit = True
        self.should_exit = True


@dataclass(frozen=True, slots=True)
class _Task:
    name: str
    make: Callable[[], Awaitable[None]]
    stop: Stop | None


class Background:
    """Tasks that live as long as the process. One that ends unasked ends the process: the supervisor restarts it.

    Under serve() the death stops the server gracefully with status 1; elsewhere `on_death` decides, and without it
    the process exits at once.
    """

    def __init__(self, on_death: OnDeath | None = None) -> None:
        self._on_death = on_death
        self._planned: list[_Task] = []
        self._running: dict[asyncio.Task[None], _Task] = {}
        self._stopping = False

    def add(self, name: str, factory: Callable[[], Awaitable[None]], *, stop: Stop | None = None) -> None:
        """Plan a task. `stop` asks it to end (a consumer's stop()); without it, it is cancelled at the end."""
        self._planned.append(_Task(name, factory, stop))

    async def start(self) -> None:
        self._on_death = self._on_death or _server_ends.get() or _exit
        for planned in self._planned:
            task = asyncio.create_task(_run(planned), name=planned.name)
            self._running[task] = planned
            task.add_done_callback(self._done)

    async def stop(self) -> None:
        """Ask all to end, wait up to 3 s, cancel the rest."""
        self._stopping = True
        running = dict(self._running)
        for planned in self._running.copy().values():
            if planned.stop is not None:
                asked = planned.stop()
                if inspect.isawaitable(asked):
                    # Awaited together with its task: a stop() that waits must not use up the others' time.
                    running[asyncio.ensure_future(_quietly(asked))] = planned
        for task, planned in running.items():
            if planned.stop is None:
                task.cancel()
        if running:
            _, late = await asyncio.wait(running, timeout=TASK_GRACE.total_seconds())
            for task in late:
                _log.warning("background_task_cancelled", task=running[task].name)
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        planned = self._running.pop(task)
        error = None if task.cancelled() else task.exception()
        if self._stopping:
            if error is not None:
                _log.error("background_task_failed_while_stopping", task=planned.name, exc_info=error)
            return
        _log.critical("background_task_died", task=planned.name, exc_info=error)
        assert self._on_death is not None
        self._on_death(planned.name, error)


async def _run(planned: _Task) -> None:
    await planned.make()


async def _quietly(asked: Awaitable[None]) -> None:
    await asked


def _exit(_name: str, _error: BaseException | None) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)
