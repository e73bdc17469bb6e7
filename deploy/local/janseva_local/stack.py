"""The whole suite as child processes: servers, topics, provider and services, in the right order both ways."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from janseva_local import keys, secured, topics
from janseva_local.folder import DataFolder
from janseva_local.parts import Part, ServiceServer
from janseva_local.ports import DEFAULT_BASE, TRIES, PortsInUse, free_ports, in_use, ports_from, require_free
from janseva_local.process import ProcessFailed
from janseva_local.servers import KafkaServer, MongoServer, Progress, require_kafka, require_mongo, silent
from janseva_local.services import ALL, NAMES, Service, Surroundings, environment
from janseva_local.supervise import Supervisor

Ports = Literal["free", "default"] | Mapping[str, int]


class Stack:
    """`async with Stack(folder) as stack:` runs the suite; `stack.urls["intake"]` is where to ask.

    With `kafka_bootstrap` or `mongo_uri` these servers are used and not started. `services` limits what is started.
    `secure` gives Kafka and MongoDB TLS, users and ACLs.
    `supervised` restarts what dies; without it a killed part stays down until restart(). One owner per data folder.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        policies: Path | None = None,
        ports: Ports = "free",
        services: Sequence[str] = NAMES,
        kafka_bootstrap: str | None = None,
        mongo_uri: str | None = None,
        extra_env: Mapping[str, str] | None = None,
        supervised: bool = False,
        secure: bool = False,
        progress: Progress = silent,
    ) -> None:
        unknown = set(services) - set(NAMES)
        if unknown:
            raise ValueError(f"no such services: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
        self.folder = DataFolder(data_dir)
        self.seconds: dict[str, float] = {}
        self.parts: dict[str, Part] = {}
        self.policies = policies.resolve() if policies is not None else None
        self.kafka: KafkaServer | None = None
        self.mongo: MongoServer | None = None
        self._drawn = ports == "free"
        self._ports = _resolve_ports(ports)
        self._services = [service for service in ALL if service.name in services]
        self._external = {"kafka": kafka_bootstrap, "mongo": mongo_uri}
        self._extra_env = dict(extra_env or {})
        self._progress = progress
        self._supervisor = Supervisor(self.parts, progress) if supervised else None
        self._around: Surroundings | None = None
        self._secure = secure
        self.secured: secured.Secured | None = None

    @property
    def kafka_bootstrap(self) -> str:
        return self._external["kafka"] or (self.kafka.bootstrap if self.kafka else "")

    @property
    def mongo_uri(self) -> str:
        return self._external["mongo"] or (self.mongo.uri if self.mongo else "")

    @property
    def urls(self) -> dict[str, str]:
        """Where each service answers; `sla-monitor` is the emergency worker."""
        urls = {service.name: self.surroundings.url(service.name) for service in self._services}
        if "sla-monitor-emergency" in urls:
            urls["sla-monitor"] = urls["sla-monitor-emergency"]
        return urls

    @property
    def ports(self) -> Mapping[str, int]:
        return self._ports

    @property
    def surroundings(self) -> Surroundings:
        if self._around is None:
            raise RuntimeError("the stack was not started")
        return self._around

    @property
    def keys(self) -> keys.LocalKeys:
        return self.surroundings.keys

    def env(self, service: str) -> dict[str, str]:
        """The environment the service runs with."""
        return environment(self._service(service), self.surroundings)

    def pid(self, name: str) -> int | None:
        return self.parts[name].pid

    def kill(self, name: str) -> None:
        """SIGKILL. A supervised stack restarts the part; otherwise restart() does."""
        self.parts[name].kill()

    async def stop_part(self, name: str) -> None:
        """Stops a service or server on purpose: it stays down until restart()."""
        await self.parts[name].stop()

    async def restart(self, name: str) -> None:
        """Stops it if it runs, starts it with the same data and port, and waits until it is ready."""
        part = self.parts[name]
        await part.stop()
        await part.restart()

    def on_change(self, changed: Callable[[], object]) -> None:
        """Calls back when a supervised part was restarted or given up."""
        if self._supervisor is not None:
            self._supervisor.changed = changed

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Ready when it returns. On any failure nothing is left running.

        Free ports that another program took between the drawing and the listening are drawn again.
        """
        for left in reversed(range(TRIES)):
            try:
                await self._start()
            except (PortsInUse, ProcessFailed):
                if left == 0 or not (self._drawn and any(in_use(port) for port in self._ports.values())):
                    raise
                self._ports = free_ports()
                self.parts.clear()
            else:
                break
        if self._supervisor is not None:
            self._supervisor.start()

    async def _start(self) -> None:
        began = time.monotonic()
        self.folder.hold()
        try:
            require_free(self._ports, self._ports_needed())
            self.secured = self._load_secured()
            self._make_parts()
            await self._start_servers()
            await self._start_services()
            self.seconds["all"] = time.monotonic() - began
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Services first, so that they can finish; then the provider, Kafka and MongoDB."""
        if self._supervisor is not None:
            await self._supervisor.stop()
        last = {"provider", "kafka", "mongo"}
        await asyncio.gather(*(part.stop() for name, part in self.parts.items() if name not in last))
        await asyncio.gather(*(part.stop() for name, part in self.parts.items() if name in last))
        self.folder.release()

    def _make_parts(self) -> None:
        if not self._external["kafka"]:
            controller = self._ports["kafka-controller"]
            kafka_log = self.folder.log_of("kafka")
            self.kafka = KafkaServer(
                self.folder.kafka,
                self._ports["kafka"],
                controller_port=controller,
                log=kafka_log,
                progress=self._progress,
                secured=self.secured,
            )
            self.parts["kafka"] = Part("kafka", self.kafka)
        if not self._external["mongo"]:
            mongo_log = self.folder.log_of("mongo")
            self.mongo = MongoServer(
                self.folder.mongo,
                self._ports["mongo"],
                log=mongo_log,
                progress=self._progress,
                secured=self.secured,
            )
            self.parts["mongo"] = Part("mongo", self.mongo)
        self._around = Surroundings(
            ports=self._ports,
            kafka_bootstrap=self.kafka_bootstrap,
            mongo_uri=self.mongo_uri,
            keys=keys.load_or_create(self.folder.keys),
            folder=self.folder,
            policies=self.policies,
            extra=self._extra_env,
            secured=self.secured,
        )
        for service in self._services:
            url, log = self._around.url(service.name), self.folder.log_of(service.name)
            server = ServiceServer(service, url, environment(service, self._around), log)
            self.parts[service.name] = Part(service.name, server)

    async def _start_servers(self) -> None:
        if given := self._external["kafka"]:
            await require_kafka(given)
        if given := self._external["mongo"]:
            await require_mongo(given)
        first = [self.parts[name] for name in ("kafka", "mongo", "provider") if name in self.parts]
        await _all(self._start_part(part) for part in first)
        if self.secured is None:
            created = await topics.ensure(self.kafka_bootstrap)
        else:
            from janseva_local import accounts  # noqa: PLC0415  # heavy import

            created = await accounts.make(self.kafka_bootstrap, self.mongo_uri, self.secured)
        if created:
            self._progress(f"created {len(created)} topics")

    def _load_secured(self) -> secured.Secured | None:
        """ValueError: what lies in the folder was made the other way, and its servers would refuse the services."""
        if self._secure and any(self._external.values()):
            raise ValueError(
                "SECURE=1 is for servers that the suite starts itself: unset KAFKA_BOOTSTRAP and MONGO_URI"
            )
        was, has_data = self.folder.wire.exists(), any(one.exists() for one in (self.folder.kafka, self.folder.mongo))
        if has_data and was != self._secure:
            how = "with" if was else "without"
            raise ValueError(
                f"the data in {self.folder.root} were made {how} SECURE=1: start the suite {how} it, "
                "or with another folder (JANSEVA_DATA=<folder>)"
            )
        return secured.load_or_create(self.folder.wire) if self._secure else None

    async def _start_services(self) -> None:
        await _all(self._start_part(part) for part in self.parts.values() if not part.wanted)

    async def _start_part(self, part: Part) -> None:
        seconds = await part.start()
        self.seconds[part.name] = seconds
        self._progress(f"{part.name} is ready ({seconds:.1f} s)")

    def _service(self, name: str) -> Service:
        (service,) = (service for service in self._services if service.name == name)
        return service

    def _ports_needed(self) -> list[str]:
        needed = [service.name for service in self._services]
        needed += [] if self._external["kafka"] else ["kafka", "kafka-controller"]
        return needed + ([] if self._external["mongo"] else ["mongo"])


async def _all(starts: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All at once; the first failure cancels the others and is raised as itself."""
    tasks = [asyncio.create_task(start) for start in starts]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _resolve_ports(ports: Ports) -> dict[str, int]:
    if ports == "free":
        return free_ports()
    if ports == "default":
        return ports_from(DEFAULT_BASE)
    return dict(ports)
