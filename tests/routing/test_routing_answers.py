"""The JSON that routing writes by itself is what the contract's model would have written."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from chassis.kafka.consumer import Outgoing
from chassis.sealing import KeyRing
from event_schemas import AssignedToStation, AssignmentReason, ComplaintFiled, Lane, Location, encode, ids
from routing.domain import Reason, Snapshot
from routing.handlers import AssignmentHandler
from routing.metrics import RoutingMetrics
from routing.store.memory import MemoryDecisions
from tests.in_memory_broker import received, run_handler
from tests.manual_clock import ManualClock
from tests.routing.routing_events import NOW, filed, transfer
from tests.routing.routing_places import BASE as SHIPPED

# Some stations have no desk yet, so that there is somebody to telephone.
SNAPSHOT = Snapshot(
    replace(
        SHIPPED,
        stations=tuple(replace(station, desk_online=row % 3 > 0) for row, station in enumerate(SHIPPED.stations)),
    )
)
CODES = [station.code for station in SHIPPED.stations[::40]]
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

places = st.one_of(
    st.none(),
    st.builds(
        Location,
        lat=st.floats(24.0, 27.8),
        lon=st.floats(83.0, 88.5),
        accuracy_m=st.one_of(st.none(), st.floats(0, 3_000)),
    ),
    st.just(Location(lat=26.5163, lon=85.2962)),
    st.just(Location(lat=85.2962, lon=26.5163)),
    st.just(Location(lat=-90.0, lon=180.0)),
)
filings = st.builds(
    filed,
    location=places,
    lane=st.sampled_from([Lane.EMERGENCY, Lane.ROUTINE]),
    service_code=st.sampled_from(["e-complaint", "e-fir", "emergency-112", "character-certificate"]),
    category=st.sampled_from([None, "cyber_fraud", "theft", "domestic_violence"]),
    named_station=st.sampled_from([None, None, "unheard-of", *CODES]),
    attributes=st.sampled_from([{}, {"against_police": True}]),
)


async def answers_to(filing: ComplaintFiled, hops: list[str | None]) -> list[Outgoing]:
    handler = AssignmentHandler(
        snapshot=lambda: SNAPSHOT,
        decisions=MemoryDecisions(),
        keys=KeyRing({}),
        clock=ManualClock(NOW),
        metrics=RoutingMetrics(CollectorRegistry()),
    )
    asked = [received(filing)]
    asked += [received(transfer(no=no, to=to, by="SHO:5801016")) for no, to in enumerate(hops, start=2)]
    return [answer for item in asked for answer in await run_handler(handler.handle, item)]


@given(filings, st.lists(st.sampled_from([None, *CODES]), max_size=3))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_every_answer_is_what_the_model_writes(filing: ComplaintFiled, hops: list[str | None]) -> None:
    """The strictest reader takes it, and the codec would have sent the same fields under the same headers."""
    answers = await answers_to(filing, hops)
    assert len(answers) == 1 + len(hops)
    for answer in answers:
        event = AssignedToStation.model_validate_json(answer.record.value)
        assert 0 <= event.confidence <= 1
        event_id = ids.assignment_id(event.case_id, event.assignment_no)
        expected = encode(event, event_id=event_id, source="routing", traceparent=TRACE)
        assert json.loads(answer.record.value) == json.loads(expected.value)
        assert answer.record.key == expected.key
        assert headers_but_trace(answer.record.headers) == headers_but_trace(expected.headers)


def test_the_rules_and_the_contract_have_the_same_reasons() -> None:
    """A reason is published by its name alone."""
    assert {reason.value for reason in Reason} == {reason.value for reason in AssignmentReason.known()}


def headers_but_trace(headers: Any) -> list[tuple[str, bytes]]:
    return [(name, value) for name, value in headers if name != "traceparent"]
