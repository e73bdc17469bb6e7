"""The servers that everything else in this folder stands on, and how the local stack starts and ends them."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import httpx
import psutil
import pytest
from motor.motor_asyncio import AsyncIOMotorClient

from chassis.kafka.admin import TopicSpec, create_topics, end_offsets
from chassis.kafka.producer import EventProducer
from event_schemas import WireRecord
from janseva_local.ports import HOST, PortsInUse, free_ports
from janseva_local.process import ProcessFailed
from janseva_local.servers import KafkaServer, MongoServer
from janseva_local.stack import Stack
from tests.conftest import MakeStack

SMALL = ("provider",)


async def test_topics_are_created_once_with_their_partitions(kafka_bootstrap: str) -> None:
    """Creating topics twice changes nothing the second time."""
    name = f"local-{uuid.uuid4().hex}"
    spec = TopicSpec(name, partitions=3, config={"cleanup.policy": "compact"})
    assert await create_topics(kafka_bootstrap, [spec]) == (name,)
    assert await create_topics(kafka_bootstrap, [spec]) == ()
    assert await end_offsets(kafka_bootstrap, [name]) == {(name, number): 0 for number in range(3)}


async def test_mongodb_is_a_replica_set_with_transactions(mongo_uri: str) -> None:
    """A transaction commits: the server is a replica set, not a lone mongod."""
    client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(mongo_uri)
    collection = client[f"local_{uuid.uuid4().hex}"]["things"]
    async with await client.start_session() as session, session.start_transaction():
        await collection.insert_one({"_id": 1}, session=session)
    assert await collection.count_documents({}) == 1
    await client.drop_database(collection.database.name)
    client.close()


async def test_kafka_keeps_its_records_over_a_kill_and_another_port(tmp_path: Path) -> None:
    """What was acknowledged is there after kill -9 and restart, and after a start elsewhere on the same data."""
    first = KafkaServer(tmp_path)
    await first.start()
    await create_topics(first.bootstrap, [TopicSpec("kept", 1)])
    producer = EventProducer(first.bootstrap, client_id="test")
    await producer.start()
    await producer.send("kept", WireRecord(key=b"k", value=b"v", headers=()))
    await producer.stop()
    first.kill()
    await first.restart()
    assert await end_offsets(first.bootstrap, ["kept"]) == {("kept", 0): 1}
    await first.stop()
    second = KafkaServer(tmp_path)
    assert second.port != first.port
    await second.start()
    assert await end_offsets(second.bootstrap, ["kept"]) == {("kept", 0): 1}
    await second.stop()


async def test_mongodb_keeps_its_documents_over_a_kill_and_another_port(tmp_path: Path) -> None:
    """A replica set whose member comes back under another port is put right, with its data."""
    for expected in (1, 2):
        server = MongoServer(tmp_path)
        await server.start()
        client: AsyncIOMotorClient[dict[str, object]] = AsyncIOMotorClient(server.uri)
        await client["kept"].get_collection("things").insert_one({})
        assert await client["kept"].get_collection("things").count_documents({}) == expected
        client.close()
        server.kill()


async def test_a_server_that_cannot_start_gives_its_reason(tmp_path: Path) -> None:
    """The error holds the end of the server's own log, and nothing is left running."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "meta.properties").write_text("version=1\nnode.id=7\ncluster.id=other\n")
    server = KafkaServer(tmp_path)
    with pytest.raises(ProcessFailed, match=r"(?s)ended with status 1 .*node.id"):
        await server.start()
    assert server.process.pid is None


async def test_a_failed_start_leaves_nothing_running_and_the_folder_free(tmp_path: Path) -> None:
    """If one part does not come up, its log's end is shown and all the others are stopped."""
    stack = Stack(tmp_path, services=SMALL, extra_env={"SMS_JOURNAL": "/proc/nowhere/messages.jsonl"})
    with pytest.raises(ProcessFailed, match="provider ended with status"):
        await stack.start()
    assert {name: part.pid for name, part in stack.parts.items()} == {"kafka": None, "mongo": None, "provider": None}
    stack.folder.hold()
    stack.folder.release()


@pytest.mark.parametrize(
    ("given", "printed"),
    [
        ({"kafka_bootstrap": "127.0.0.1:1"}, "KAFKA_BOOTSTRAP=127.0.0.1:1"),
        ({"kafka_bootstrap": "kafka"}, "expected host:port"),
        ({"mongo_uri": "mongodb://127.0.0.1:1/?replicaSet=rs0"}, "no primary answers"),
        ({"mongo_uri": "mongo://127.0.0.1"}, "malformed"),
    ],
)
async def test_a_given_server_that_does_not_answer_is_named(
    tmp_path: Path, given: dict[str, str], printed: str
) -> None:
    """A mistyped address is reported at once, not by a service that never gets ready."""
    kafka, mongo = given.get("kafka_bootstrap"), given.get("mongo_uri")
    stack = Stack(tmp_path, services=SMALL, kafka_bootstrap=kafka, mongo_uri=mongo)
    with pytest.raises(ProcessFailed, match=printed):
        await stack.start()


async def test_given_servers_are_used_and_not_started(kafka_bootstrap: str, mongo_uri: str, tmp_path: Path) -> None:
    """With both servers given, only our own processes run, and the topics are there."""
    async with Stack(tmp_path, services=SMALL, kafka_bootstrap=kafka_bootstrap, mongo_uri=mongo_uri) as stack:
        assert set(stack.parts) == set(SMALL)
        assert len(await end_offsets(kafka_bootstrap, ["cases.emergency"])) == 4
        assert stack.env("provider")["MONGO_URI"] == mongo_uri


async def test_ports_in_use_are_named_with_their_holder_and_a_way_out(tmp_path: Path) -> None:
    """The message names the port, the process that holds it and how to choose others; nothing is started."""
    ports = free_ports()
    with socket.socket() as holder:
        holder.bind((HOST, ports["provider"]))
        holder.listen()
        stack = Stack(tmp_path, ports=ports, services=SMALL)
        with pytest.raises(PortsInUse) as busy:
            await stack.start()
    for part in (str(ports["provider"]), "provider", f"process {os.getpid()}", "PORT_BASE", "FREE_PORTS"):
        assert part in str(busy.value)
    assert stack.parts == {}


async def test_ports_that_another_program_took_in_between_are_drawn_again(tmp_path: Path) -> None:
    """A drawn port that is listened on when the server starts is no reason to fail: others are drawn."""
    server = KafkaServer(tmp_path / "kafka")
    stack = Stack(tmp_path / "suite", services=SMALL, kafka_bootstrap="", mongo_uri=None)
    busy = (server.port, stack.ports["mongo"])
    with socket.socket() as first, socket.socket() as second:
        for holder, port in zip((first, second), busy, strict=True):
            holder.bind((HOST, port))
            holder.listen()
        await server.start()
        await server.stop()
        await stack.start()
        await stack.stop()
    assert server.port != busy[0]
    assert stack.ports["mongo"] != busy[1]


async def test_a_supervised_part_that_dies_comes_back_and_one_stopped_on_purpose_does_not(
    make_stack: MakeStack,
) -> None:
    """kill -9 is mended on the same port, with what it had; a part stopped by us stays down until restarted."""
    stack = await make_stack(services=SMALL, supervised=True)
    before = stack.pid("provider")
    stack.kill("provider")
    async with asyncio.timeout(20):
        while stack.parts["provider"].restarts == 0:  # noqa: ASYNC110  # another process is awaited
            await asyncio.sleep(0.1)
    await answers(stack)
    assert stack.pid("provider") not in (None, before)
    await stack.stop_part("provider")
    await asyncio.sleep(1)
    assert stack.pid("provider") is None
    await stack.restart("provider")
    await answers(stack)


async def test_nothing_outlives_a_stack_that_is_killed(tmp_path: Path) -> None:
    """kill -9 of the process that runs the stack takes Kafka, MongoDB and the services with it."""
    code = (
        "import asyncio\nfrom pathlib import Path\nfrom janseva_local.stack import Stack\n"
        "async def main():\n"
        f"  async with Stack(Path({str(tmp_path)!r}), services={SMALL!r}) as stack:\n"
        "    print(*(part.pid for part in stack.parts.values()), flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())"
    )
    owner = subprocess.Popen(  # noqa: ASYNC220  # its end is awaited below
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout is not None
        line = await asyncio.to_thread(owner.stdout.readline)
        children = [psutil.Process(int(pid)) for pid in line.split()]
        assert len(children) == 3
        owner.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []


async def answers(stack: Stack) -> None:
    async with httpx.AsyncClient() as http:
        (await http.get(f"{stack.urls['provider']}/health/ready")).raise_for_status()
