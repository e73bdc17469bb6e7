"""New boundaries come into force in the middle of the demo: nothing is lost, nothing is doubled, everything is told."""

import asyncio
import json
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import httpx
from shapely.geometry import mapping

from chassis.settings import load_yaml
from event_schemas import AssignedToStation, AssignmentReason
from event_schemas.policies import PolicySet
from janseva_local.demo.evidence import Evidence, gather, marks
from janseva_local.demo.journal import Journal
from janseva_local.demo.run import Demo, Options
from janseva_local.demo.target import Target
from janseva_local.stack import Stack
from routing.dataset import load_shipped
from routing.domain import StationKind
from tests.conftest import DEMO_POLICIES, MakeStack

CITIZENS, OVER_S = 40, 12.0


async def test_a_switch_while_citizens_file_loses_and_doubles_nothing(make_stack: MakeStack, tmp_path: Path) -> None:
    """Old and new boundaries both decide, each case has one answer, and the demo's books balance."""
    stack = await make_stack(policies=DEMO_POLICIES)
    options = Options(citizens=CITIZENS, over_s=OVER_S, patience_s=20.0)
    start = await marks(stack.kafka_bootstrap)
    async with httpx.AsyncClient(timeout=15) as http:
        with Journal(tmp_path / "journal.jsonl") as journal:
            demo = Demo(_target(stack), http, journal, options, tmp_path / "demo")
            books = asyncio.create_task(demo.run())
            version = await _imported(stack, tmp_path)
            await asyncio.sleep(OVER_S / 4)
            await _routing(stack, "switch", version, "--by", "test", "--why", "new boundaries")
            assert await books == 0
        since = demo._since  # noqa: SLF001
        evidence = await gather(stack.kafka_bootstrap, start, stack.urls["provider"], http, since)
    first = [event for event in _assignments(evidence) if event.assignment_no == 1]
    decided_by = Counter(event.boundary_version for event in first)
    assert set(decided_by) == {load_shipped().version, version}
    assert min(decided_by.values()) >= 3, decided_by
    assert len({event.case_id for event in first}) == len(first)
    by_place = [event for event in first if event.boundary_version == version and event.distance_to_edge_m is not None]
    assert {event.reason for event in by_place} == {AssignmentReason.JURISDICTION}
