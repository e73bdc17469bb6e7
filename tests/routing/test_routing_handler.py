"""What becomes of intake's events: one decision per number, repeated and never recomputed."""

import base64
from collections.abc import Sequence
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from chassis.kafka.consumer import Outgoing
from chassis.sealing import KeyRing
from event_schemas import AssignedToStation, AssignmentReason, Lane, Location, PersonalData, decode, ids
from routing.directory import build_directory
from routing.domain import Dataset, Snapshot
from routing.handlers import AssignmentHandler
from routing.metrics import RoutingMetrics
from routing.store.decisions import from_document, to_document
from routing.store.memory import MemoryDecisions
from tests.in_memory_broker import received, run_handler
from tests.manual_clock import ManualClock
from tests.routing.routing_events import NOW, SHEOHAR, erased, filed, transfer
from tests.routing.routing_places import BASE as SHIPPED

SNAPSHOT = Snapshot(SHIPPED)
KEYS = KeyRing({"2026-11": bytes(range(32))})


class Desk:
    """A handler with everything it needs, and a switch of version."""

    def __init__(self) -> None:
        self.snapshot = SNAPSHOT
        self.decisions = MemoryDecisions()
        self.registry = CollectorRegistry()
        self.handler = AssignmentHandler(
            snapshot=lambda: self.snapshot,
            decisions=self.decisions,
            keys=KEYS,
            clock=ManualClock(NOW),
            metrics=RoutingMetrics(self.registry),
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def assigned(outgoing: Sequence[Outgoing]) -> list[AssignedToStation]:
    events = [decode(item.record.headers, item.record.value).data for item in outgoing]
    assert all(isinstance(event, AssignedToStation) for event in events)
    return [event for event in events if isinstance(event, AssignedToStation)]


async def test_a_complaint_gets_its_station(desk: Desk) -> None:
    """A filed complaint is assigned under its number, caused by it, with an id that derives from both."""
    cause = received(filed(), event_id="filed-1")
    outgoing = await run_handler(desk.handler.handle, cause)
    (event,) = assigned(outgoing)
    assert event.station.code == "5801016"
    assert event.officer_post == "SHO:5801016"
    assert event.reason is AssignmentReason.JURISDICTION
    assert (event.assignment_no, event.cause_id) == (1, "filed-1")
    assert event.territorial_station is not None
    envelope = decode(outgoing[0].record.headers, outgoing[0].record.value)
    assert envelope.event_id == ids.assignment_id(event.case_id, 1)
    assert envelope.source == "routing"


async def test_an_answer_lies_behind_the_event_that_asked(desk: Desk) -> None:
    """On its topic and in its partition, also where the key alone would say another."""
    cause = received(filed(), topic="cases.emergency", partition=7)
    (answer,) = await run_handler(desk.handler.handle, cause)
    assert (answer.topic, answer.partition) == ("cases.emergency", 7)


async def test_a_replay_after_a_switch_repeats_the_decision(desk: Desk) -> None:
    """The same event under another version gives the same bytes: a decision is made once."""
    cause = received(filed(), event_id="filed-1")
    first = await run_handler(desk.handler.handle, cause)
    desk.snapshot = Snapshot(
        Dataset("without-boundaries", SHIPPED.stations, SHIPPED.police_districts, SHIPPED.outlines)
    )
    again = await run_handler(desk.handler.handle, cause)
    assert again[0].record.value == first[0].record.value
    other = assigned(await run_handler(desk.handler.handle, filed("c_02OTHER")))
    assert other[0].boundary_version == "without-boundaries"
    assert (
        desk.registry.get_sample_value("janseva_assignments_total", {"reason": "jurisdiction", "provisional": "false"})
        == 1.0
    )


async def test_a_batch_answers_in_its_order_and_doubles_give_one_decision(desk: Desk) -> None:
    """Two copies of a filing in one batch are one decision, published for each copy."""
    copies = [received(filed("c_0A"), event_id="a"), received(filed("c_0B"), event_id="b")]
    outgoing = await run_handler(desk.handler.handle, copies[0], copies[1], copies[0])
    assert [event.case_id for event in assigned(outgoing)] == ["c_0A", "c_0B", "c_0A"]
    assert outgoing[0].record.value == outgoing[2].record.value
    assert len(desk.decisions.kept) == 2


async def test_a_first_place_that_comes_later_is_routed_by(desk: Desk) -> None:
    """An emergency without a place waits at a control room; by a later place the station there gets and keeps it."""
    emergency = filed(lane=Lane.EMERGENCY, service_code="emergency-112", location=None)
    (waiting,) = assigned(await run_handler(desk.handler.handle, emergency))
    assert waiting.reason is AssignmentReason.CONTROL_ROOM
    requested = transfer(no=2, by="HQ:control-room").model_copy(update={"location": SHEOHAR})
    (event,) = assigned(await run_handler(desk.handler.handle, requested))
    assert (event.station.code, event.assignment_no) == ("5801016", 2)
    assert event.previous_station == waiting.station.code
    assert event.nearest_stations
    # A later transfer without a station goes by the place that is known now.
    (further,) = assigned(await run_handler(desk.handler.handle, transfer(no=3, by="SHO:5801016")))
    assert further.reason is AssignmentReason.TRANSFER
    assert further.nearest_stations == event.nearest_stations


async def test_answers_go_to_the_lane_of_the_case(desk: Desk) -> None:
    """An emergency's assignment goes back to the emergency topic."""
    emergency = received(filed(lane=Lane.EMERGENCY, service_code="emergency-112"), topic="cases.emergency")
    (outgoing,) = await run_handler(desk.handler.handle, emergency)
    assert outgoing.topic == "cases.emergency"


async def test_a_sealed_place_is_opened_and_kept_sealed(desk: Desk) -> None:
    """A sensitive case is routed by the place inside the seal, and the place is not stored in clear."""
    sealed = KEYS.seal("c_01ROUTING", PersonalData(location=SHEOHAR).to_json(), NOW)
    (event,) = assigned(await run_handler(desk.handler.handle, filed(location=None, sealed=sealed)))
    assert event.station.code == "5801016"
    (kept,) = desk.decisions.kept.values()
    assert kept.filing.point is None
    assert kept.sealed == sealed


@pytest.mark.parametrize(
    "address",
    [
        "ग्राम पोस्ट, गया 823001",
        "House 12, Gaya - 823 001, Bihar",
        "गया ८२३००१",
        "गया ८२३ ००१",
        "گیا ۸۲۳۰۰۱",
        "Flat 110001 A, Gaya 823\u00a0001",
    ],
)
async def test_a_pin_code_inside_a_sealed_address_is_a_place(desk: Desk, address: str) -> None:
    """Without a point, the PIN code of the address gives the district, in whatever digits and groups it is written."""
    sealed = KEYS.seal("c_01ROUTING", PersonalData(address=address).to_json(), NOW)
    (event,) = assigned(await run_handler(desk.handler.handle, filed(location=None, sealed=sealed)))
    assert event.station.police_district == "GAYA"
    assert event.provisional
    assert "pin_only" in event.notes


@pytest.mark.parametrize("address", ["Tel 98765 823 001", "Khata 823 001 77", "No 18230015", "Delhi 110 001", "823"])
async def test_other_numbers_of_an_address_are_no_pin_code(desk: Desk, address: str) -> None:
    """Pieces of a telephone or plot number, and another state's PIN, say nothing about a district."""
    sealed = KEYS.seal("c_01ROUTING", PersonalData(address=address).to_json(), NOW)
    (event,) = assigned(await run_handler(desk.handler.handle, filed(location=None, sealed=sealed)))
    assert "no_usable_place" in event.notes


@pytest.mark.parametrize("sealed", ["s1.2020-01." + base64.urlsafe_b64encode(bytes(64)).decode(), "garbage"])
async def test_a_seal_that_cannot_be_opened_loses_the_place_and_not_the_case(desk: Desk, sealed: str) -> None:
    """A destroyed key or a broken seal sends an emergency to the control room instead of the dead letters."""
    event = filed(location=None, sealed=sealed, lane=Lane.EMERGENCY)
    (answer,) = assigned(await run_handler(desk.handler.handle, event))
    assert answer.officer_post == "HQ:control-room"


async def test_an_emergency_names_the_stations_whose_patrols_are_near(desk: Desk) -> None:
    """The dispatcher sees three stations by distance; a complaint has none, nor has a place outside the state."""
    events = [
        filed("c_0A", lane=Lane.EMERGENCY, service_code="emergency-112"),
        filed("c_0B"),
        filed("c_0C", lane=Lane.EMERGENCY, location=Location(lat=27.7172, lon=85.3240)),
    ]
    near, none, abroad = assigned(await run_handler(desk.handler.handle, *events))
    assert len(set(near.nearest_stations)) == 3
    assert near.nearest_stations[0] == "5801016"
    assert none.nearest_stations == abroad.nearest_stations == ()
    assert "zero_fir_at_any_station" in abroad.notes


@pytest.mark.parametrize("named", ["5801016", None, "nobody"], ids=["named", "that of the place", "an unknown name"])
async def test_the_accused_is_notified_of_no_emergency_against_it(desk: Desk, named: str | None) -> None:
    """Its code is nowhere in the event, nor in the next after a hand-over: three other patrols are named."""
    about = {"against_police": True}
    case = filed(lane=Lane.EMERGENCY, service_code="emergency-112", named_station=named, attributes=about)
    for cause in (received(case), received(transfer(no=2, by="SP:SHEOHAR"))):
        (outgoing,) = await run_handler(desk.handler.handle, cause)
        assert b"5801016" not in outgoing.record.value
        (event,) = assigned([outgoing])
        assert len(set(event.nearest_stations)) == 3


async def test_a_complaint_about_a_superintendent_accuses_no_station(desk: Desk) -> None:
    """The patrols of the place's own station are near, as ever."""
    case = filed(lane=Lane.EMERGENCY, named_station="SHEOHAR", attributes={"against_police": True})
    (event,) = assigned(await run_handler(desk.handler.handle, case))
    assert event.officer_post == "DIG:bihar"
    assert event.nearest_stations[0] == "5801016"


async def test_a_station_without_a_desk_has_its_control_room_notified(desk: Desk) -> None:
    """Where nobody sees the case on a screen, the event names the SHO and the district's control room to telephone."""
    stations = tuple(
        replace(station, desk_online=False) if station.code == "5801016" else station for station in SHIPPED.stations
    )
    desk.snapshot = Snapshot(replace(SHIPPED, stations=stations))
    (event,) = assigned(await run_handler(desk.handler.handle, filed()))
    assert (event.desk_online, event.officer_post) == (False, "SHO:5801016")
    assert event.also_inform == ("HQ:control-room-5801",)
    assert f"{event.also_inform[0].partition(':')[2]}:HQ" in build_directory(desk.snapshot).posts
    (back,) = assigned(await run_handler(desk.handler.handle, transfer(no=2, to="5801011")))
    assert (back.desk_online, back.also_inform) == (True, ())


async def test_a_transfer_is_a_new_assignment_with_its_predecessor(desk: Desk) -> None:
    """A case handed on goes where it was sent, and the chain is emitted."""
    await run_handler(desk.handler.handle, filed())
    (event,) = assigned(await run_handler(desk.handler.handle, transfer(no=2, to="5801011")))
    assert (event.station.code, event.previous_station) == ("5801011", "5801016")
    assert event.reason is AssignmentReason.TRANSFER
    assert event.assignment_no == 2


async def test_filing_and_transfers_in_one_batch_see_each_other(desk: Desk) -> None:
    """A backlog of a case's hand-overs is decided one after the other, each knowing the one before."""
    events = assigned(
        await run_handler(desk.handler.handle, filed(), transfer(no=2, to="5801011"), transfer(no=3, to="5801019"))
    )
    assert [event.previous_station for event in events] == [None, "5801016", "5801011"]


async def test_a_case_sent_back_goes_to_the_superintendent(desk: Desk) -> None:
    """A to B and back to A is not a journey: the superintendent decides."""
    await run_handler(desk.handler.handle, filed(), transfer(no=2, to="5801011"))
    (event,) = assigned(await run_handler(desk.handler.handle, transfer(no=3, to="5801016", by="SHO:5801011")))
    assert event.officer_post == "SP:SHEOHAR"
    assert desk.registry.get_sample_value("janseva_transfers_raised_total", {"why": "transfer_loop"}) == 1.0


async def test_a_third_hop_goes_to_the_superintendent(desk: Desk) -> None:
    """Two stations may hand a case on; the third time it is the superintendent's."""
    await run_handler(desk.handler.handle, filed(), transfer(no=2, to="5801011"), transfer(no=3, to="5801019"))
    (event,) = assigned(await run_handler(desk.handler.handle, transfer(no=4, to="5801024", by="SHO:5801019")))
    assert event.officer_post == "SP:SHEOHAR"
    (last,) = assigned(await run_handler(desk.handler.handle, transfer(no=5, to="5801024", by="SP:SHEOHAR")))
    assert last.station.code == "5801024"


async def test_a_transfer_without_a_target_goes_by_rule(desk: Desk) -> None:
    """A wrongly named station hands the case to the station of the place."""
    await run_handler(desk.handler.handle, filed(named_station="5140003"))
    (event,) = assigned(await run_handler(desk.handler.handle, transfer(no=2, by="SHO:5140003")))
    assert event.station.code == "5801016"


async def test_a_case_against_police_never_reaches_the_accused_station(desk: Desk) -> None:
    """Not even the superintendent's own hand-over sends it there."""
    await run_handler(desk.handler.handle, filed(attributes={"against_police": True}, named_station="5801016"))
    (event,) = assigned(await run_handler(desk.handler.handle, transfer(no=2, to="5801016", by="SP:SHEOHAR")))
    assert event.officer_post == "DIG:bihar"


async def test_a_complaint_against_police_keeps_its_mark_in_the_store(desk: Desk) -> None:
    """What the database gives back says what was asked, or a transfer would show the accused station its own case."""
    await run_handler(desk.handler.handle, filed(attributes={"against_police": True}, named_station="5801016"))
    (kept,) = desk.decisions.kept.values()
    assert kept.filing.against_police
    assert from_document(to_document(kept)) == kept._replace(record=None)


async def test_erasure_forgets_the_place_and_keeps_the_decision(desk: Desk) -> None:
    """After an erasure nothing shows where the person was."""
    await run_handler(desk.handler.handle, filed())
    assert await run_handler(desk.handler.handle, erased()) == []
    (kept,) = desk.decisions.kept.values()
    assert kept.filing.point is None
    assert kept.event.station.code == "5801016"
