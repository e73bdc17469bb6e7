"""An operator of routing with a database of a test's own."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.mongo.client import Mongo
from chassis.sealing import KeyRing
from event_schemas import Location
from routing.__main__ import main
from routing.domain import Snapshot
from routing.handlers import AssignmentHandler
from routing.metrics import RoutingMetrics
from routing.store import MongoDecisions
from routing.store.versions import Versions
from tests.in_memory_broker import received, run_handler
from tests.manual_clock import ManualClock
from tests.routing.routing_events import filed
from tests.routing.routing_places import BASE as SHIPPED

INSIDE = Location(lat=25.61, lon=85.11)
NOW = datetime.now(UTC)
T = TypeVar("T")


class Desk:
    """An operator with a database of this test alone."""

    def __init__(self, uri: str, database: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._uri, self._database, self._capsys = uri, database, capsys

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit status and everything that was printed."""
        status = main(arguments)
        output = self._capsys.readouterr()
        return status, output.out + output.err

    def ask(self, question: Callable[[Mongo], Awaitable[T]]) -> T:
        """Something about the database, on a connection of its own."""

        async def asked() -> T:
            mongo = Mongo(self._uri, self._database, app_name="routing-test")
            try:
                return await question(mongo)
            finally:
                mongo.close()

        return asyncio.run(asked())

    def in_force(self) -> str:
        async def question(mongo: Mongo) -> str:
            switch = await Versions(mongo, SystemClock()).in_force(datetime.now(UTC))
            return switch.version if switch is not None else "nothing"

        return self.ask(question)

    def saved(self, output: str) -> str:
        """The name of the version that a command says it saved."""
        return next(line.split()[1] for line in output.splitlines() if line.endswith(" saved"))

    def text(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, "utf-8")
        return str(self.folder / name)

    def geojson(self, name: str, *rings: tuple[str, list[list[float]]], **more: object) -> str:
        return self.text(name, json.dumps({"type": "FeatureCollection", "features": features(*rings), **more}))

    def decide_some(self) -> None:
        """Three cases of today: two in the square, one far from it."""

        async def question(mongo: Mongo) -> None:
            handler = AssignmentHandler(
                snapshot=lambda: Snapshot(SHIPPED),
                decisions=MongoDecisions(mongo),
                keys=KeyRing({}),
                clock=ManualClock(NOW),
                metrics=RoutingMetrics(CollectorRegistry()),
            )
            for number, place in enumerate((INSIDE, Location(lat=25.611, lon=85.111), Location(lat=24.79, lon=85.0))):
                event = filed(f"c_0{number}", location=place, at=NOW)
                await run_handler(handler.handle, received(event, event_id=f"filed-{number}"))

        self.ask(question)


def features(*rings: tuple[str, list[list[float]]]) -> list[dict[str, Any]]:
    return [
        {"type": "Feature", "properties": {"PS_Code": code}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for code, ring in rings
    ]
