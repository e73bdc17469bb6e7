"""What the store is asked for a stranger's call for help: the same, whether the number has an open case or not."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Final

import pymongo.monitoring
import pytest_asyncio

from janseva_local import topics as local_topics
from tests.integration.intake_rig import Deployment, deployment

PHONE, HERE = "9876543210", {"lat": 25.611, "lon": 85.144}
# What one request asks for, and nothing of the tasks behind it: the driver's threads keep the caller's context.
ASKED: ContextVar[list[str] | None] = ContextVar("asked", default=None)
# Names of the driver's own, and what is drawn or read from the clock.
NOT_COMPARED: Final = frozenset({"lsid", "$clusterTime", "txnNumber"})


class Listener(pymongo.monitoring.CommandListener):
    def started(self, event: pymongo.monitoring.CommandStartedEvent) -> None:
        asked = ASKED.get()
        if asked is not None:
            asked.append(f"{event.command_name} {shape_of(event.command)}")

    def succeeded(self, event: pymongo.monitoring.CommandSucceededEvent) -> None:
        asked = ASKED.get()
        if asked is not None:
            asked.append(f"{event.command_name} gives {shape_of(event.reply)}")

    def failed(self, event: pymongo.monitoring.CommandFailedEvent) -> None:
        asked = ASKED.get()
        if asked is not None:
            asked.append(f"{event.command_name} fails")


def shape_of(value: Any) -> Any:
    """Names and kinds of values, without the values."""
    if isinstance(value, dict):
        return {name: shape_of(one) for name, one in value.items() if name not in NOT_COMPARED}
    if isinstance(value, list):
        return [shape_of(one) for one in value]
    return type(value).__name__


@pytest_asyncio.fixture
async def suite(kafka_bootstrap: str, mongo_uri: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    await local_topics.ensure(kafka_bootstrap)
    pymongo.monitoring.register(Listener())
    async with deployment(kafka_bootstrap, mongo_uri, tmp_path, instances=1) as running:
        yield running


async def asked_for(suite: Deployment, phone: str) -> list[str]:
    async def call() -> list[str]:
        asked: list[str] = []
        ASKED.set(asked)
        body = {"phone": phone, "kind": "police", "location": HERE, "note": "help"}
        answer = await suite.instances[0].post("/v1/emergencies", json=body)
        assert answer.status_code == 202, answer.text
        return list(asked)

    # A task has a context of its own.
    return await asyncio.create_task(call())


async def test_a_duplicate_changes_nothing_that_is_asked(suite: Deployment) -> None:
    """The commands to MongoDB, their order and what they give are those of a number that nobody has called with."""
    first = await asked_for(suite, PHONE)
    assert any(asked.startswith("insert") for asked in first)
    assert [await asked_for(suite, PHONE) for _ in range(3)] == [first] * 3
    assert [await asked_for(suite, f"987650000{number}") for number in range(3)] == [first] * 3
