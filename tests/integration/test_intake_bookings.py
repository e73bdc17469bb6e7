"""Two replicas over real servers: fifty bookings of one time, thirty check-ins of one visitor."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio

from chassis.kafka.producer import EventProducer
from event_schemas import Lane, encode, ids, topics
from janseva_local import topics as local_topics
from tests.e2e.waiting import until
from tests.intake.intake_rig import STATION, assigned
from tests.integration.intake_rig import Deployment, deployment, first_occurrences

BOOKINGS, CHECK_INS = 50, 30


@pytest_asyncio.fixture
async def suite(kafka_bootstrap: str, mongo_uri: str, tmp_path: Path) -> AsyncIterator[Deployment]:
    await local_topics.ensure(kafka_bootstrap)
    async with deployment(kafka_bootstrap, mongo_uri, tmp_path) as running:
        yield running


async def test_one_time_is_booked_once_and_one_visit_counted_once(suite: Deployment) -> None:
    """Whichever replica is asked: one HearingScheduled for fifty cases, one VisitorArrived for thirty check-ins."""
    replicas = itertools.cycle(suite.instances)
    officer = suite.officer("sho", f"SHO:{STATION.code}", STATION.code)

    async def post(path: str, body: dict[str, Any]) -> Any:
        return await next(replicas).post(path, json=body, headers=officer)

    visits = [(await post("/v1/desk/visits", {})).json() for _ in range(BOOKINGS)]
    case_ids = [visit["case_id"] for visit in visits]
    await assign(suite, case_ids)

    start = datetime.now(UTC) + timedelta(days=1)
    body = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(minutes=30)).isoformat()}
    booked = await asyncio.gather(*(post(f"/v1/desk/cases/{one}/schedule-hearing", body) for one in case_ids))
    assert sorted(answer.status_code for answer in booked) == [202] + [409] * (BOOKINGS - 1)
    assert {answer.json()["code"] for answer in booked if answer.status_code == 409} == {"slot_taken"}

    first = visits[0]
    again = {"tracking_number": first["tracking_number"]}
    answers = await asyncio.gather(*(post("/v1/desk/visits", again) for _ in range(CHECK_INS)))
    assert {(answer.status_code, answer.json()["hearing_id"]) for answer in answers} == {(202, first["hearing_id"])}

    log = await settled_log(suite, case_ids)
    names = [envelope.type for case_id in case_ids for envelope in first_occurrences(log[case_id])]
    assert names.count("HearingScheduled") == 1
    assert names.count("VisitorArrived") == BOOKINGS


async def assign(suite: Deployment, case_ids: list[str]) -> None:
    producer = EventProducer(suite.settings.kafka_bootstrap, client_id="test")
    events = [assigned(case_id, 1, STATION, datetime.now(UTC)) for case_id in case_ids]
    topic = topics.case_topic(Lane.ROUTINE)
    records = [
        (topic, encode(event, event_id=ids.assignment_id(event.case_id, 1), source="routing")) for event in events
    ]
    await producer.send_all(records)
    await producer.stop()
    officer = suite.officer("sho", f"SHO:{STATION.code}", STATION.code)

    async def all_assigned() -> bool:
        page = await suite.instances[0].get("/v1/desk/cases?status=assigned&limit=200", headers=officer)
        found = page.json()
        return len(found.get("items", found.get("cases"))) == len(case_ids)

    await until(all_assigned, within_s=60)


async def settled_log(suite: Deployment, case_ids: list[str]) -> Any:
    """The log once nothing is left to publish."""

    async def published() -> bool:
        log = await suite.log_of(case_ids)
        return sum(envelope.type == "HearingScheduled" for found in log.values() for envelope in found) > 0

    await until(published, within_s=60)
    return await suite.log_of(case_ids)
