"""The servers and the running suite that integration and end-to-end tests share.

KAFKA_BOOTSTRAP and MONGO_URI, if set, name servers to use instead of starting some. Tests share them: give topics and
databases names of their own.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from janseva_local.servers import KafkaServer, MongoServer


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The bootstrap address of a real Kafka, started for this session."""
    existing = os.environ.get("KAFKA_BOOTSTRAP")
    if existing:
        yield existing
        return
    server = KafkaServer(tmp_path_factory.mktemp("kafka"))
    await server.start()
    yield server.bootstrap
    await server.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URI of a real MongoDB replica set, started for this session."""
    existing = os.environ.get("MONGO_URI")
    if existing:
        yield existing
        return
    server = MongoServer(tmp_path_factory.mktemp("mongo"))
    await server.start()
    yield server.uri
    await server.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first, then integration, then end to end: a quick failure shows early."""
    rank = {"integration": 1, "e2e": 2}
    items.sort(key=lambda item: max((rank.get(part, 0) for part in Path(item.path).parts), default=0))
