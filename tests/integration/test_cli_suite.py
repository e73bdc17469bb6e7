"""`janseva` on a small real suite: status, topics and the outbox, well and not well."""

import asyncio
import os
import sys
from pathlib import Path

from chassis.kafka.invalid import SourceRecord, dead_letter
from chassis.kafka.producer import EventProducer
from janseva_local.stack import Stack
from tests.conftest import MakeStack

JANSEVA = Path(sys.executable).with_name("janseva")


async def run(stack: Stack, *arguments: str) -> tuple[int | None, str, str]:
    assert stack.kafka_bootstrap
    assert stack.mongo_uri
    process = await asyncio.create_subprocess_exec(
        *(str(JANSEVA), *arguments),
        env={**os.environ, "KAFKA_BOOTSTRAP": stack.kafka_bootstrap, "MONGO_URI": stack.mongo_uri},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_a_suite_that_is_well_and_then_is_not(make_stack: MakeStack) -> None:
    """0 while all is well; 1 and a line each for a dead letter that nobody replayed and a process that is gone."""
    stack = await make_stack(services=("provider", "notifier"))
    urls = ("--url", f"notifier={stack.urls['notifier']}")
    status, out, err = await run(stack, "topics", "list")
    assert (status, err) == (0, "")
    assert "cases.routine.dlq" in out
    status, out, err = await run(stack, "topics", "create", "--yes")
    assert (status, out, err) == (0, "every topic of the registry exists\n", "")
    status, out, err = await run(stack, "notifier", "outbox")
    assert (status, out, err) == (0, "janseva_notifier.dispatches: 0 documents wait for Kafka\n", "")

    status, out, err = await run(stack, "status", *urls)
    assert (status, err) == (0, ""), out
    assert out.splitlines()[1].split()[:5] == ["notifier", "ready", "0", "0", "0"]
    assert out.endswith("it is well\n")

    producer = EventProducer(stack.kafka_bootstrap, client_id="test")
    record = dead_letter(SourceRecord("cases.routine", 0, 5, b"k", b"{}", ()), "schema", "notifier")
    await producer.send("cases.routine.dlq", record)
    await producer.stop()
    await stack.parts["notifier"].stop()
    status, out, err = await run(stack, "status", *urls)
    assert (status, err) == (1, ""), out
    assert "notifier: does not answer (ConnectError)" in out
    assert "notifier: 1 events of cases.routine put aside within a day and not replayed" in out
    assert out.endswith("not well: 2 findings\n")
