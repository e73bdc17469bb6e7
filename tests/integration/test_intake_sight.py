"""Conditions in MongoDB show an officer what may_see lets him see, and open to a citizen what his proof opens."""

import itertools
import random
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.mongo.client import Mongo
from chassis.outbox.publisher import Outbox
from chassis.telemetry.metrics import OutboxMetrics
from event_schemas import Lane, Station, ids
from intake.case.model import Assignment, Case, CaseHelper
from intake.case.numbers import CaseId, new_tracking_number
from intake.case.scope import AGAINST_POLICE, OFFICER_ROLES, Actor, accused_office, is_guarded, may_see
from intake.case.states import DONE, Family, Role, State
from intake.case.store import CaseFilter, Proof, Sort, lists
from intake.case.store.documents import to_document
from intake.case.store.mongo import CASES, MongoCaseStore
from intake.case.trail.handlers import Trail, no_signature
from intake.case.trail.store import MongoTrailStore
from tests.in_memory_broker import InMemoryBroker, InMemoryProducer
from tests.intake.intake_rig import START
from tests.intake.test_intake_derived_any_order import new_case

STATIONS: Final = (
    Station(code="5140003", name="ARARIA", district="Araria", police_district="ARARIA"),
    Station(code="5140012", name="SIKTI", district="Araria", police_district="ARARIA"),
    Station(code="5117001", name="KOTWALI", district="Patna", police_district="PATNA"),
    Station(code="5117002", name="OTHER", district="Patna", police_district="Patna"),
    Station(code="ARARIA", name="SP Office, Araria", district="Araria", police_district="ARARIA"),
    Station(code="sdpo-5140-araria", name="SDPO Office", district="Araria", police_district="ARARIA"),
    Station(code="bihar", name="Police Headquarters", district="Bihar", police_district="Bihar"),
)
NAMED: Final = (None, "5140003", "5140012", "ARARIA", "araria", "sdpo-5140-araria", "SDPO-5140-ARARIA", "bihar", "x")
POSTS: Final = ("SHO", "SDPO", "SP", "HQ", "DIG")
SEED: Final = 20_261_122


def made_case(chance: random.Random) -> Case:
    named = chance.choice(NAMED)
    attributes = {AGAINST_POLICE: chance.choice((True, True, False))} if chance.random() < 0.7 else {}
    station = chance.choice(STATIONS)
    number = chance.choice((1, 1, 2))
    assignment = Assignment(
        chance.choice((1, number)), station, f"{chance.choice(POSTS)}:{station.code}", "named", provisional=False
    )
    emergency = chance.random() < 0.1
    return new_case(
        case_id=CaseId(ids.new_case_id()),
        tracking_number=new_tracking_number(START),
        lane=Lane.EMERGENCY if emergency else Lane.ROUTINE,
        family=Family.EMERGENCY if emergency else chance.choice((Family.COMPLAINT, Family.COMPLAINT, Family.TIP)),
        sensitive=chance.random() < 0.4,
        named_station=named,
        attributes=attributes,
        # One in ten was filed before the accused was noted.
        accused=None if chance.random() < 0.1 else accused_office(attributes, named),
        assignment_no=number,
        assignment=assignment if chance.random() < 0.7 else None,
        asked=chance.choice(((), (), ("5140012",), ("5117001", "5140003"))),
    )


def actors() -> list[Actor]:
    roles = [Role(name) for name in OFFICER_ROLES]
    offices = (None, "5140003", "5140012", "5117001", "sdpo-5140-araria")
    districts = (None, "ARARIA", "Araria", "Patna")
    return [
        Actor(role, "sub", f"{post}:{place}", station, district)
        for role, station, district in itertools.product(roles, offices, districts)
        for post, place in (
            ("SHO", station or "5140003"),
            ("SP", district or "ARARIA"),
            ("SDPO", "sdpo-5140-araria"),
            ("HQ", "control-room"),
            ("HQ", "special-branch"),
            ("DIG", "bihar"),
        )
    ]


@pytest_asyncio.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    mongo = Mongo(mongo_uri, f"intake_sight_{uuid.uuid4().hex[:12]}", app_name="test")
    yield mongo
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


def store_of(mongo: Mongo) -> MongoCaseStore:
    metrics, clock = OutboxMetrics(CollectorRegistry()), SystemClock()
    producer = InMemoryProducer(InMemoryBroker())
    outbox = Outbox(mongo.collection(CASES), mongo.relaxed(CASES), producer, clock, metrics=metrics)
    return MongoCaseStore(mongo, outbox, clock, Trail(MongoTrailStore(mongo, outbox, clock), no_signature))


async def test_the_list_is_what_may_be_seen(mongo: Mongo) -> None:
    """Over generated cases and officers of every role, the query finds what the function lets through, no more."""
    chance = random.Random(SEED)
    cases = [made_case(chance) for _ in range(400)]
    store = store_of(mongo)
    await mongo.collection(CASES).insert_many([to_document(case) for case in cases])
    seen = hidden = 0
    for actor in chance.sample(actors(), 200):
        page = await store.page(CaseFilter(seen_by=actor), None, len(cases))
        listed = {case.case_id for case in page.cases}
        allowed = {case.case_id for case in cases if may_see(case, actor)}
        assert listed == allowed, actor
        seen += len(allowed & {case.case_id for case in cases if is_guarded(case)})
        hidden += len(cases) - len(allowed)
    # The generator reaches both sides of the rule.
    assert min(seen, hidden) > 300


async def test_the_accused_of_older_cases_are_noted(mongo: Mongo) -> None:
    """A case filed before `accused` was kept is headquarters' alone until the start of a service notes it."""
    case = new_case(named_station="ARARIA", attributes={AGAINST_POLICE: True}, accused=None)
    store = store_of(mongo)
    await mongo.collection(CASES).insert_one(to_document(case))
    old = await store.by_id(case.case_id)
    assert old is not None
    assert not may_see(old, Actor(Role.SP, "sp", "SP:PATNA", None, "PATNA"))
    assert may_see(old, Actor(Role.HQ, "hq", "HQ:control-room"))
    await store.ensure_indexes()
    noted = await store.by_id(case.case_id)
    assert noted is not None
    assert noted.accused == "araria"


@pytest.mark.parametrize("named", [None, "5140003", "Araria"])
def test_the_accused_office_is_the_named_one(named: str | None) -> None:
    """Only a complaint against police has an accused; one that names no office has the empty one."""
    assert accused_office({}, named) is None
    assert accused_office({AGAINST_POLICE: False}, named) is None
    assert accused_office({AGAINST_POLICE: True}, named) == (named or "").casefold()


BY_ITSELF = [(channel, None) for channel in ("web", "phone112", "counter")]
HELPED_ON_HIS_LOGIN, HELPERS_LOGIN = CaseHelper("csc", "thumb"), CaseHelper("csc", "thumb", logged_in=True)


async def test_the_store_opens_what_the_proof_opens(mongo: Mongo) -> None:
    """By receipt, by login, by a number that an officer took down; nothing to anybody else, sensitive or not."""
    chance, store = random.Random(SEED), store_of(mongo)
    await store.ensure_indexes()
    subs, receipts = ("citizen:a", "citizen:b"), ("r1", "r2", "r3")
    cases = [
        new_case(
            case_id=CaseId(ids.new_case_id()),
            tracking_number=new_tracking_number(START),
            sensitive=sensitive,
            owner=owner,
            contact=contact,
            channel=channel,
            helper=helper,
            receipts=tuple(chance.sample(receipts, 2)),
        )
        for sensitive in (True, False)
        for owner in (None, *subs)
        for contact in (None, *subs)
        for channel, helper in (*BY_ITSELF, ("web", HELPED_ON_HIS_LOGIN), ("web", HELPERS_LOGIN))
    ]
    for case in cases:
        await store.insert(case, ())
    proofs = [Proof(sub, receipt) for sub in (None, "", *subs) for receipt in (None, "", *receipts)]
    opened = 0
    for proof in proofs:
        for case in cases:
            found = await store.opened(case.tracking_number, proof)
            assert (found is not None) == proof.opens(case), (proof, case)
            opened += found is not None
    assert 0 < opened < len(proofs) * len(cases)


@pytest.mark.parametrize("role", ["sho", "sdpo", "sp", "dispatcher", "hq"])
async def test_the_inbox_is_read_in_the_order_of_an_index(mongo: Mongo, role: str) -> None:
    """For whoever asks, open cases by what is due first are read off indexes, and nothing is sorted afterwards."""
    store = store_of(mongo)
    await store.ensure_indexes()
    chance = random.Random(SEED)
    await mongo.collection(CASES).insert_many([to_document(made_case(chance)) for _ in range(200)])
    place = ("5140003", "ARARIA") if role == "sho" else (None, "ARARIA")
    actor = Actor(Role(role), "sub", f"{role.upper()}:5140003", *place)
    query = lists.query_of(CaseFilter(seen_by=actor, states=frozenset(State) - DONE))
    command = {"find": CASES, "filter": query, "sort": dict(lists.order_of(Sort.REMAINING)), "limit": 50}
    plan = (await mongo.database.command({"explain": command}))["queryPlanner"]["winningPlan"]
    stages = set(stages_of(plan))
    assert "IXSCAN" in stages
    assert not stages & {"SORT", "COLLSCAN"}


def stages_of(plan: Mapping[str, Any]) -> Iterator[str]:
    if "stage" in plan:
        yield plan["stage"]
    for part in (plan.get("queryPlan"), plan.get("inputStage"), *plan.get("inputStages", ())):
        if part:
            yield from stages_of(part)
