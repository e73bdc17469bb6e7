"""New boundaries come into force in the middle of the demo: nothing is lost or doubled, everybody is notified."""

import asyncio
import contextlib
import io
import json
import re
from collections import Counter
from pathlib import Path

import httpx
import pytest
from shapely.geometry import mapping

from chassis.settings import load_yaml
from event_schemas import AssignedToStation, AssignmentReason
from event_schemas.policies import PolicySet
from janseva_local.demo.evidence import Evidence, gather, marks
from janseva_local.demo.journal import Journal
from janseva_local.demo.options import Options
from janseva_local.demo.run import Demo
from janseva_local.demo.target import Target
from janseva_local.stack import Stack
from routing.__main__ import main
from routing.dataset import load_shipped
from routing.domain import StationKind
from tests.conftest import DEMO_POLICIES, MakeStack

CITIZENS, OVER_S = 40, 12.0
LATE_S = 90.0  # another suite may run beside this one: the machine's speed is not what this test is about


async def test_a_switch_while_citizens_file_loses_and_doubles_nothing(make_stack: MakeStack, tmp_path: Path) -> None:
    """Old and new boundaries both decide, each case has one answer, and the demo's counts agree."""
    stack = await make_stack(policies=DEMO_POLICIES)
    options = Options(citizens=CITIZENS, over_s=OVER_S, patience_s=60.0, late_s=LATE_S)
    out = tmp_path / "demo"
    out.mkdir()
    start = await marks(stack.kafka_bootstrap)
    async with httpx.AsyncClient(timeout=60) as http:
        with Journal(out / "journal.jsonl") as journal:
            demo = Demo(_target(stack), http, journal, options, out)
            version = await _imported(stack, tmp_path)
            demonstration = asyncio.create_task(demo.run())
            await asyncio.sleep(OVER_S / 4)
            await _routing(stack, "switch", version, "--by", "test", "--why", "new boundaries")
            assert await demonstration == 0
        since = demo._since  # noqa: SLF001
        evidence = await gather(stack.kafka_bootstrap, start, stack.urls["provider"], http, since)
    first = [event for event in _assignments(evidence) if event.assignment_no == 1]
    decided_by = Counter(event.boundary_version for event in first)
    assert set(decided_by) == {load_shipped().version, version}
    assert min(decided_by.values()) >= 3, decided_by
    assert len({event.case_id for event in first}) == len(first)
    by_place = [event for event in first if event.boundary_version == version and event.distance_to_edge_m is not None]
    # Some complaints are a specialist unit's matter, wherever they come from.
    assert {event.reason for event in by_place} - {AssignmentReason.SPECIALIST} == {AssignmentReason.JURISDICTION}


def _target(stack: Stack) -> Target:
    return Target(
        urls=stack.urls,
        kafka_bootstrap=stack.kafka_bootstrap,
        mongo_uri=stack.mongo_uri,
        logs=stack.folder.logs,
        policies=PolicySet.model_validate(load_yaml(DEMO_POLICIES)),
        officer_key=stack.keys.officer_key,
        sms_password=stack.keys.secrets["SMS_PASSWORD"],
        pid_of=stack.pid,
    )


async def _imported(stack: Stack, folder: Path) -> str:
    """A version in which each district is one station's jurisdiction, imported as an operator does."""
    dataset = load_shipped()
    seat = {
        station.district: station.code
        for station in reversed(dataset.stations)
        if station.kind is StationKind.TERRITORIAL
    }
    features = [
        {
            "type": "Feature",
            "properties": {"PS_Code": seat[outline.district], "name": outline.district},
            "geometry": mapping(outline.geometry),
        }
        for outline in dataset.outlines
    ]
    file = folder / "districts.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    found = re.search(r"version (v-[0-9a-f]+) saved", await _routing(stack, "import-boundaries", str(file)))
    assert found
    return found.group(1)


async def _routing(stack: Stack, *arguments: str) -> str:
    """One of the operator's commands, beside the running service; what it says."""
    environment = {name: stack.env("routing")[name] for name in ("MONGO_URI", "MONGO_DATABASE")}

    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        for name, value in environment.items():
            patch.setenv(name, value)
        status = await asyncio.to_thread(main, arguments)
    assert status == 0, printed.getvalue()
    return printed.getvalue()


def _assignments(evidence: Evidence) -> list[AssignedToStation]:
    found = {seen.envelope.event_id: seen.envelope.data for seen in evidence.events}
    return [event for event in found.values() if isinstance(event, AssignedToStation)]
