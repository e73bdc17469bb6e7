"""Kafka away: citizens still get their 202, and what they filed follows in order when it is back."""

import httpx

from chassis.kafka.admin import end_offsets
from chassis.kafka.readers import read_log
from event_schemas import AssignedToStation, decode, topics
from tests.conftest import MakeStack
from tests.e2e.waiting import until

EMERGENCY = {"kinds": ["police"], "location": {"lat": 25.61, "lon": 85.14}}


async def test_e2e_filing_goes_on_while_kafka_is_stopped(make_stack: MakeStack) -> None:
    """Twenty emergencies filed without Kafka are all assigned, each once and in order, after it is back."""
    stack = await make_stack(services=("provider", "notifier", "intake", "routing"))
    await stack.stop_part("kafka")
    cases = []
    async with httpx.AsyncClient(base_url=stack.urls["intake"], timeout=60) as http:
        for number in range(20):
            answer = await http.post("/v1/emergencies", json=EMERGENCY | {"phone": f"+91990000{number:04d}"})
            assert answer.status_code == 202, answer.text
            cases.append(answer.json()["case_id"])
    await stack.restart("kafka")

    async def all_assigned() -> bool:
        return set(cases) <= set(await _assigned(stack.kafka_bootstrap))

    await until(all_assigned, within_s=60)
    assert sorted(await _assigned(stack.kafka_bootstrap)) == sorted(cases)


async def _assigned(bootstrap: str) -> list[str]:
    """The case of each distinct assignment in the log."""
    found = {}
    ends = await end_offsets(bootstrap, [topics.CASES_EMERGENCY])
    async for entry in read_log(bootstrap, {}, ends):
        envelope = decode(entry.record.headers, entry.record.value)
        if isinstance(envelope.data, AssignedToStation):
            found[envelope.event_id] = envelope.subject
    return list(found.values())
