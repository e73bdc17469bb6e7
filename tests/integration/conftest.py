"""What several of the integration tests begin with."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from tests.integration import sla_ledger_rig
from tests.integration.chassis_rigs import KafkaRig
from tests.integration.routing_desk import Desk


@pytest.fixture
def desk(
    mongo_uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    """An operator of routing whose database is gone afterwards."""
    database = f"routing_{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("MONGO_URI", mongo_uri)
    monkeypatch.setenv("MONGO_DATABASE", database)
    yield Desk(mongo_uri, database, tmp_path, capsys)
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        client.drop_database(database)


@pytest.fixture
async def kafka_rig(kafka_bootstrap: str) -> AsyncIterator[KafkaRig]:
    made = KafkaRig(kafka_bootstrap)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def ledger_rig(kafka_bootstrap: str, mongo_uri: str) -> AsyncIterator[sla_ledger_rig.LedgerRig]:
    async with sla_ledger_rig.ledger_rig(kafka_bootstrap, mongo_uri) as one:
        yield one
