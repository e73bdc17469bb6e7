"""A worker that starts while Kafka is away waits for it: live, not ready, and at work a second after it is back."""

from datetime import timedelta
from pathlib import Path
from typing import Self

import httpx
import pytest

from chassis.health import Liveness
from chassis.kafka.offsets import OffsetsUnknown
from sla_monitor import app as module
from sla_monitor.app import create_app, partitions_of_the_lane
from sla_monitor.settings import Settings


async def test_without_kafka_a_worker_is_live_and_not_ready(tmp_path: Path) -> None:
    app = create_app(Settings(state_dir=tmp_path, kafka_bootstrap="127.0.0.1:1"))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://worker") as http:
            live, ready = await http.get("/health/live"), await http.get("/health/ready")
            metrics = await http.get("/metrics")
    assert (live.status_code, live.json()["status"]) == (200, "alive")
    assert ready.status_code == 503
    assert ready.json()["checks"]["kafka"] == "KafkaAway"
    assert metrics.status_code == 200


class AwayOffsets:
    """Kafka is away twice, then has the lane's four partitions."""

    asked = 0

    def __init__(self, *_given: object, **_options: object) -> None: ...

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None: ...

    async def ends(self) -> dict[tuple[str, int], int]:
        type(self).asked += 1
        if type(self).asked < 3:
            raise OffsetsUnknown("away")
        return {("cases.emergency", number): 0 for number in range(4)}


async def test_it_asks_again_until_kafka_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    async def ensure(_settings: Settings, partitions: int) -> None:
        made.append(partitions)

    monkeypatch.setattr(module, "TopicOffsets", AwayOffsets)
    monkeypatch.setattr(module, "ensure_changelog", ensure)
    monkeypatch.setattr(module, "ASK_AGAIN_S", 0.01)
    liveness = Liveness(timedelta(seconds=15))
    assert await partitions_of_the_lane(Settings(state_dir=tmp_path), liveness) == 4
    assert made == [4]
