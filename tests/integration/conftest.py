"""What several of the integration tests begin with."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

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
