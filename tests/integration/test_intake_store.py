"""The store in MongoDB and the one in memory keep the same promises; the fast tests may trust the latter."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.mongo.client import Mongo
from chassis.outbox.publisher import Outbox
from chassis.telemetry.metrics import OutboxMetrics
from event_schemas import Lane, Location, ids
from intake.case.clocks import NEVER_DUE, Due
from intake.case.derived import apply, derive
from intake.case.keys import Keys
from intake.case.model import BY_OWNER, Assignment, Case, CaseUpdate, HearingRecord, Idempotency, Join, TimelineEntry
from intake.case.numbers import CaseId, TrackingNumber, new_tracking_number
from intake.case.officers import Investigator
from intake.case.scope import Actor
from intake.case.states import Family, Role, State
from intake.case.store import CaseFilter, CaseStore, Counts, Proof, Sort, UniqueConflict, UniqueField
from intake.case.store.mongo import CASES, MongoCaseStore
from intake.case.store.side import MongoSideStore, SideStore
from intake.case.trail.handlers import Trail
from intake.case.trail.store import TRAIL, MongoTrailStore, TrailStore
from tests.in_memory_broker import InMemoryBroker, InMemoryProducer
from tests.intake.intake_memory import MemoryCaseStore, MemorySideStore
from tests.intake.intake_rig import OTHER_STATION, START, STATION, assigned, settings
from tests.intake.test_intake_derived_any_order import EVENTS, new_case, outcome
from tests.intake.trail_memory import MemoryTrailStore

SIGN = Keys(settings().receipt_key).trail


@dataclass(frozen=True)
class Stores:
    cases: CaseStore
    side: SideStore
    trails: TrailStore
    trail: Trail


@pytest_asyncio.fixture(params=["memory", "mongo"])
async def stores(request: pytest.FixtureRequest, mongo_uri: str) -> AsyncIterator[Stores]:
    if request.param == "memory":
        trails: TrailStore = MemoryTrailStore()
        trail = Trail(trails, SIGN)
        yield Stores(MemoryCaseStore(trail), MemorySideStore(), trails, trail)
        return
    mongo = Mongo(mongo_uri, f"intake_store_{uuid.uuid4().hex[:12]}", app_name="test")
    clock, broker = SystemClock(), InMemoryBroker()
    metrics = OutboxMetrics(CollectorRegistry())
    outbox = Outbox(mongo.collection(CASES), mongo.relaxed(CASES), InMemoryProducer(broker), clock, metrics=metrics)
    heads = Outbox(mongo.collection(TRAIL), mongo.relaxed(TRAIL), InMemoryProducer(broker), clock, metrics=metrics)
    kept = MongoTrailStore(mongo, heads, clock)
    trail = Trail(kept, SIGN)
    cases, side = MongoCaseStore(mongo, outbox, clock, trail), MongoSideStore(mongo)
    await kept.ensure_indexes()
    await cases.ensure_indexes()
    await side.ensure_indexes()
    yield Stores(cases, side, kept, trail)
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


def fresh(**changes: Any) -> Case:
    made = {"case_id": CaseId(ids.new_case_id()), "tracking_number": new_tracking_number(START)} | changes
    return new_case(**made)


def full() -> Case:
    """A case with every field a filing can set."""
    case_id = CaseId(ids.new_case_id())
    return fresh(
        case_id=case_id,
        sealed="s1.2026-11.x",
        due=(Due("inquiry", "inquiry:1", "police", 60, START + timedelta(minutes=1)),),
        category="theft",
        kinds=("police", "fire"),
        owner="citizen:asha",
        contact="contact:1",
        receipts=("h1",),
        idempotency=Idempotency("scope", "body"),
        repeat_slot="slot",
        marks=("mark-1", "mark-2"),
        call_received_at=START - timedelta(minutes=1),
        location=Location(lat=26.1, lon=87.4, accuracy_m=3),
        named_station="5140003",
        attributes={"category": "theft", "against_police": True},
        flags=("aadhaar_removed",),
        hearings={"h.1:$": HearingRecord("h.1:$", "5140003", "in_person", "checked_in", START)},
        history=(TimelineEntry("e1", case_id, START, "ComplaintFiled", {"kind": "fire"}),),
    )


def entry(case: Case, name: str = "ComplaintAcknowledged") -> TimelineEntry:
    return TimelineEntry(ids.new_event_id(), case.case_id, START, name)


async def test_a_case_is_read_as_it_was_written(stores: Stores) -> None:
    """Every field survives, by each way to find it."""
    case = full()
    await stores.cases.insert(case, [])
    assert await stores.cases.by_id(case.case_id) == case
    assert await stores.cases.by_tracking_number(case.tracking_number) == case
    assert await stores.cases.opened(case.tracking_number, Proof(receipt=case.receipts[0])) == case
    assert await stores.cases.opened(case.tracking_number, Proof()) is None
    assert await stores.cases.by_idempotency("scope") == case
    assert await stores.cases.by_id("c_none") is None
    assert await stores.cases.by_tracking_number("JS-26-0000-0000-0") is None
    assert await stores.cases.by_idempotency("other") is None


@pytest.mark.parametrize("by", list(UniqueField))
async def test_what_is_unique_is_stored_once(stores: Stores, by: UniqueField) -> None:
    """A second case with the same key, number, slot or id is refused with what it collided on."""
    first = full()
    same: dict[UniqueField, dict[str, Any]] = {
        UniqueField.IDEMPOTENCY: {"idempotency": Idempotency("scope", "other")},
        UniqueField.TRACKING_NUMBER: {"tracking_number": TrackingNumber(first.tracking_number)},
        UniqueField.REPEAT_SLOT: {"repeat_slot": "slot"},
        UniqueField.MARK: {"marks": ("mark-3", "mark-2")},
        UniqueField.CASE_ID: {"case_id": first.case_id},
    }
    await stores.cases.insert(first, [])
    with pytest.raises(UniqueConflict) as conflict:
        await stores.cases.insert(fresh(**same[by]), [])
    assert conflict.value.by is by
    await stores.cases.insert(fresh(), [])
    await stores.cases.insert(fresh(), [])


async def test_an_update_is_guarded_by_the_version(stores: Stores) -> None:
    """Of two that saw one version, the second writes nothing; what an update does not name stays."""
    case = full()
    await stores.cases.insert(case, [])
    hearing = HearingRecord("h2", "5140003", "video", "booked", START, START, "SHO:1", "https://x")
    update = CaseUpdate(
        state=State.HEARING_SCHEDULED,
        entry=entry(case),
        by=BY_OWNER,
        hearing=hearing,
        assignment_no=2,
        ended=("inquiry:1", "hearing:h1"),
        emits=3,
        receipt="h2",
        flags=("a", "b"),
        sealed="s2",
        round=2,
        feedback=3,
        due=(Due("hearing", "hearing:h2", "police", 1, START),),
        command=Idempotency("aa", "bb"),
    )
    changed = await stores.cases.update(case, update, [])
    assert changed is not None
    assert changed == await stores.cases.by_id(case.case_id)
    assert (changed.version, changed.changes, changed.case_seq) == (2, 2, 4)
    assert changed.ended == ("inquiry:1", "hearing:h1")
    assert (changed.receipts, changed.flags, changed.location) == (("h1", "h2"), ("a", "b"), case.location)
    assert changed.hearings == {**case.hearings, "h2": hearing}
    assert changed.history == (*case.history, update.entry)
    assert changed.due == (*case.due, *update.due)
    mark = changed.commands["aa"]
    assert (mark.body, mark.version, mark.state, mark.event_id) == (
        "bb",
        2,
        State.HEARING_SCHEDULED,
        update.entry.event_id,
    )
    assert await stores.cases.update(case, CaseUpdate(state=State.CLOSED, entry=entry(case), by=BY_OWNER), []) is None
    nothing = CaseUpdate(state=changed.state, entry=entry(case), by=BY_OWNER, emits=0)
    silent = await stores.cases.update(changed, nothing, [])
    assert silent is not None
    assert (silent.version, silent.case_seq) == (3, 4)


@pytest.mark.parametrize(
    ("state", "number"), [(State.RECEIVED, 1), (State.TRANSFERRED, 2), (State.VERIFICATION_DONE, 2)]
)
async def test_derived_events_do_what_the_domain_does(stores: Stores, state: State, number: int) -> None:
    """In two orders, doubled, in batches: the stored case is the pure function's."""
    events = [derive(event_id, event) for event_id, event in EVENTS if number == 2 or event_id != "a2"]
    for order in (events, events[::-1]):
        case = fresh(state=state, assignment_no=number)
        await stores.cases.insert(case, [])
        here = [
            replace(
                d,
                case_id=case.case_id,
                entry=replace(d.entry, case_id=case.case_id, event_id=case.case_id + d.entry.event_id),
            )
            for d in order
        ]
        await stores.cases.apply_derived(here[:4])
        await stores.cases.apply_derived([*here, *here[2:5]])
        expected = case
        for derived in here:
            expected = expected if derived.effect is None else apply(expected, derived.effect)
        stored = await stores.cases.by_id(case.case_id)
        assert stored is not None
        assert outcome(stored) == outcome(expected)
        assert stored.changes > case.changes
        assert len(await stores.cases.timeline(case.case_id)) == len(here)


async def test_an_event_of_an_unknown_case_harms_nothing(stores: Stores) -> None:
    """A derived event whose case is not here is applied without a case being made."""
    await stores.cases.apply_derived([derive("e1", assigned("c_nowhere", 1, STATION, START))])
    assert await stores.cases.by_id("c_nowhere") is None
    await stores.cases.apply_derived([])


async def test_the_emergencies_of_a_caller(stores: Stores) -> None:
    """By token or receipt, of the window, newest first; never by the number, and no routine case."""
    emergency = {"lane": Lane.EMERGENCY, "family": Family.EMERGENCY}
    owned = fresh(**emergency, owner="citizen:asha", contact="p", receipts=("a",))
    later = fresh(**emergency, receipts=("a", "b"), filed_at=START + timedelta(seconds=1))
    old = fresh(**emergency, owner="citizen:asha", filed_at=START - timedelta(minutes=5))
    routine = fresh(owner="citizen:asha", receipts=("a",))
    number = fresh(**emergency, contact="p")
    for case in (owned, later, old, routine, number):
        await stores.cases.insert(case, [])
    since = START - timedelta(minutes=2)

    async def found(sub: str | None, receipt: str | None) -> list[str]:
        return [case.case_id for case in await stores.cases.emergencies_of(Proof(sub, receipt), since)]

    assert await found("citizen:asha", None) == [owned.case_id]
    assert await found(None, "a") == [later.case_id, owned.case_id]
    assert await found("citizen:asha", "b") == [later.case_id, owned.case_id]
    assert await found("citizen:ravi", "none") == []


async def test_a_join_is_kept_and_found(stores: Stores) -> None:
    """With its notices and its key's traces; one without a key has none."""
    case = fresh(lane=Lane.EMERGENCY, family=Family.EMERGENCY)
    await stores.cases.insert(case, [])
    joins = (Join(START, ("updated_open_case",), "scope", "body"), Join(START, ("x",)))
    for join in joins:
        update = CaseUpdate(state=case.state, entry=entry(case), by=BY_OWNER, emits=0, join=join, desk_keys=("k:1",))
        changed = await stores.cases.update(case, update, [])
        assert changed is not None
        case = changed
    assert case.joins == joins
    assert case.desk_keys == ("k:1",)
    assert await stores.cases.by_join("scope") == case
    assert await stores.cases.by_join("other") is None


async def test_the_desks_keys_find_and_count(stores: Stores) -> None:
    """Any of the keys finds a case; counting stops at its limit; a group includes all its stretches."""
    place = Location(lat=26.1, lon=87.4)
    cases = [fresh(desk_keys=("number:a:1", f"cell:{number}")) for number in range(3)]
    other = fresh(desk_keys=("number:a:2", "cell:9"), location=place)
    for case in (*cases, other):
        await stores.cases.insert(case, [])
    traces = await stores.cases.traces({"cell:0", "cell:9"})
    assert {trace.case_id for trace in traces} == {cases[0].case_id, other.case_id}
    assert {trace.location for trace in traces} == {None, place}
    assert await stores.cases.count({"number:a:1", "number:a:2"}, 10) == 4
    assert await stores.cases.count({"number:a:1", "number:a:2"}, 2) == 2
    page = await stores.cases.page(CaseFilter(group="number:a"), None, 10)
    assert {case.case_id for case in page.cases} == {case.case_id for case in (*cases, other)}


async def test_lists_are_filtered_and_paged(stores: Stores) -> None:
    """By owner, station (a walk-in by the one it named), officer and status; newest first, each once."""
    here, there, walk_in, mine = fresh(), fresh(), fresh(named_station=STATION.code), fresh(owner="me")
    for case in (here, there, walk_in, mine):
        await stores.cases.insert(case, [])
    for case, station in ((here, STATION), (there, OTHER_STATION)):
        await stores.cases.apply_derived([derive(f"a{case.case_id}", assigned(case.case_id, 1, station, START))])

    async def found(limit: int = 10, after: str | None = None, **wanted: Any) -> set[str]:
        page = await stores.cases.page(CaseFilter(**wanted), after, limit)
        return {str(case.case_id) for case in page.cases}

    superintendent = Actor(Role.SP, "sp", "SP:ARARIA", None, "ARARIA")
    assert await found(station=STATION.code) == {here.case_id, walk_in.case_id}
    assert await found(seen_by=superintendent) == {here.case_id, there.case_id}
    assert await found(seen_by=superintendent, station=STATION.code) == {here.case_id}
    assert await found(seen_by=Actor(Role.DISPATCHER, "d", "HQ:control-room")) == set()
    assert await found(owner="me", filed_since=START + timedelta(hours=1)) == set()
    assert await found(owner="me", filed_since=START, sensitive=mine.sensitive) == {mine.case_id}
    assert await found(owner="me", sensitive=not mine.sensitive) == set()
    assert await found(status="assigned", station=OTHER_STATION.code) == {there.case_id}
    first = await stores.cases.page(CaseFilter(), None, 3)
    assert first.cursor is not None
    rest = await stores.cases.page(CaseFilter(), first.cursor, 3)
    assert rest.cursor is None
    assert [case.case_id for case in (*first.cases, *rest.cases)] == sorted(
        (case.case_id for case in (here, there, walk_in, mine)), reverse=True
    )


async def test_changes_are_announced(stores: Stores) -> None:
    """Whoever tails hears of a filing and of a derived event, in their order and with what was written."""
    case = fresh()
    tail = stores.cases.changed_cases()
    heard = asyncio.ensure_future(anext(tail))
    await asyncio.sleep(0.5)
    await stores.cases.insert(case, [])
    await stores.cases.apply_derived([derive("a", assigned(case.case_id, 1, STATION, START))])
    async with asyncio.timeout(60):
        first, second = await heard, await anext(tail)
    assert [(one.case_id, one.is_new) for one in (first, second)] == [(case.case_id, True), (case.case_id, False)]
    assert first.at < second.at
    assert {"assignment", "state", "changes"} <= second.fields
    await tail.aclose()


async def test_tickets(stores: Stores) -> None:
    """A ticket serves once and in time."""
    await stores.side.add_ticket("t", "c_1", START + timedelta(seconds=60))
    await stores.side.add_ticket("late", "c_1", START)
    assert [await stores.side.use_ticket(one, START) for one in ("t", "t", "late")] == ["c_1", None, None]


async def test_the_inbox_is_sorted_and_counted_alike(stores: Stores) -> None:
    """By what is due first, over pages, with ties and cases without a clock; overdue and given ones are counted."""
    dues = (5, 1, None, 3, 1)
    cases = [
        fresh(
            assignment=Assignment(1, STATION, "SHO:5140003", "jurisdiction", provisional=False),
            state=State.ASSIGNED,
            next_due=NEVER_DUE if due is None else START + timedelta(hours=due),
            investigator=Investigator("io-1", "SHO:5140003", START) if due == 3 else None,
        )
        for due in dues
    ]
    for case in cases:
        await stores.cases.insert(case, [])
    actor = Actor(Role.SHO, "sho", "SHO:5140003", "5140003", "ARARIA")
    wanted = CaseFilter(seen_by=actor, states=frozenset(State))
    expected = [one.case_id for one in sorted(cases, key=lambda one: (one.next_due, one.case_id))]
    listed: list[str] = []
    cursor: str | None = None
    while True:
        page = await stores.cases.page(wanted, cursor, 2, Sort.REMAINING)
        listed += [case.case_id for case in page.cases]
        cursor = page.cursor
        if cursor is None:
            break
    assert listed == expected
    now = START + timedelta(hours=2)
    late = await stores.cases.page(replace(wanted, due_before=now), None, 10, Sort.REMAINING)
    assert [case.case_id for case in late.cases] == expected[:2]
    mine = await stores.cases.page(replace(wanted, officer="io-1"), None, 10)
    assert [case.case_id for case in mine.cases] == [cases[3].case_id]
    assert await stores.cases.counts(wanted, now, "io-1") == Counts({State.ASSIGNED: 5}, overdue=2, mine=1)
