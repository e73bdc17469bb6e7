"""The inbox of a station with 10,000 cases, sorted by remaining time, beside a bare indexed find of the same cases."""

import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from prometheus_client import CollectorRegistry

from bench.report import median, percentile, show
from chassis.clock import SystemClock
from chassis.kafka.producer import EventProducer
from chassis.mongo.client import Collection, Document, Mongo
from chassis.outbox.publisher import Outbox
from chassis.telemetry.metrics import OutboxMetrics
from event_schemas import Lane, Station, ids
from intake.case.clocks import NEVER_DUE, ClockRecord, ClockView, Due
from intake.case.model import Assignment, Case, TimelineEntry
from intake.case.numbers import CaseId, new_tracking_number
from intake.case.scope import Actor
from intake.case.states import DONE, Family, Role, State
from intake.case.store import CaseFilter, Sort
from intake.case.store.documents import to_document
from intake.case.store.mongo import CASES, MongoCaseStore
from intake.case.trail.handlers import Trail, no_signature
from intake.case.trail.store import MongoTrailStore
from intake.catalogue import load_catalogue
from intake.desk.views import Labels, desk_item
from intake.texts import load_texts
from janseva_local.servers import MongoServer

TARGET_RATIO: Final = 0.5
CASES_OF_A_STATION: Final = 10_000
STATIONS: Final = 4
PAGE: Final = 50
AT: Final = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
OPEN: Final = frozenset(State) - DONE
STATES: Final = (State.ASSIGNED, State.ACKNOWLEDGED, State.IN_PROGRESS, State.HEARD, State.RESOLVED, State.CLOSED)
SHO: Final = Actor(Role.SHO, "sho", "SHO:5140000", "5140000", "ARARIA")
_STATES_OPEN: Final = {"state": {"$in": sorted(OPEN)}}
# What an officer opens, and the bare find of the same: all that waits, what is overdue, one service, one state.
WANTED: Final[tuple[tuple[CaseFilter, Document], ...]] = (
    (CaseFilter(seen_by=SHO, states=OPEN), _STATES_OPEN),
    (CaseFilter(seen_by=SHO, states=OPEN, due_before=AT), {**_STATES_OPEN, "next_due": {"$lt": AT}}),
    (CaseFilter(seen_by=SHO, states=OPEN, service="e-complaint"), {**_STATES_OPEN, "service_code": "e-complaint"}),
    (CaseFilter(seen_by=SHO, status="acknowledged"), {"state": "acknowledged"}),
)


async def run(*, rounds: int = 7, pages: int = 40) -> bool:
    """True if the median of the rounds' ratios reaches the target."""
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        async with _store(Path(folder)) as (mongo, store):
            await _fill(mongo.relaxed(CASES))
            await store.ensure_indexes()
            measured = [await _round(mongo.collection(CASES), store, pages) for _ in range(rounds + 1)][1:]
    ours, bare = [one for own, _ in measured for one in own], [one for _, floor in measured for one in floor]
    ratio = median([sum(floor) / sum(own) for own, floor in measured])
    show(
        "inbox",
        ("", "per second", "p50 ms", "p99 ms"),
        [
            (name, 1_000 * len(times) / sum(times), percentile(times, 0.5), percentile(times, 0.99))
            for name, times in (("bare indexed find", bare), ("inbox by remaining time, query to JSON", ours))
        ],
        cases=CASES_OF_A_STATION,
        ratio=round(ratio, 3),
        target=TARGET_RATIO,
        met=ratio >= TARGET_RATIO,
    )
    return ratio >= TARGET_RATIO


@asynccontextmanager
async def _store(folder: Path) -> AsyncIterator[tuple[Mongo, MongoCaseStore]]:
    server = MongoServer(folder / "mongo")
    await server.start()
    mongo, clock = Mongo(server.uri, "bench_inbox", app_name="bench"), SystemClock()
    # Nothing is written through it, so neither Kafka nor a key is needed.
    producer = EventProducer("127.0.0.1:1", client_id="bench")
    metrics = OutboxMetrics(CollectorRegistry())
    outbox = Outbox(mongo.collection(CASES), mongo.relaxed(CASES), producer, clock, metrics=metrics)
    try:
        yield mongo, MongoCaseStore(mongo, outbox, clock, Trail(MongoTrailStore(mongo, outbox, clock), no_signature))
    finally:
        mongo.close()
        await server.stop()


async def _fill(cases: Collection) -> None:
    chance = random.Random(7)
    for number in range(STATIONS):
        station = Station(code=f"514000{number}", name="STATION", district="Araria", police_district="ARARIA")
        some = [_case(station, chance) for _ in range(CASES_OF_A_STATION)]
        for start in range(0, len(some), 2_000):
            await cases.insert_many([to_document(case) for case in some[start : start + 2_000]], ordered=False)


def _case(station: Station, chance: random.Random) -> Case:
    filed = AT - timedelta(minutes=chance.randrange(60 * 24 * 60))
    due = filed + timedelta(days=30)
    case_id = CaseId(ids.new_case_id())
    entries = tuple(
        TimelineEntry(ids.new_event_id(filed), case_id, filed, event, {"by_post": f"SHO:{station.code}"})
        for event in ("ComplaintFiled", "ComplaintAcknowledged", "HearingScheduled")
    )
    state = chance.choice(STATES)
    return Case(
        case_id=case_id,
        tracking_number=new_tracking_number(filed),
        service_code=chance.choice(("e-complaint", "e-complaint", "e-fir", "station-diary")),
        family=Family.COMPLAINT,
        lane=Lane.ROUTINE,
        state=state,
        filed_at=filed,
        channel="web",
        language="hi",
        priority="normal",
        anonymous=False,
        sensitive=chance.random() < 0.1,
        sealed="s1.2026-11." + "x" * 900,
        due=(Due("inquiry", "inquiry:1", "police", 2_592_000, due),),
        category="theft",
        owner=f"citizen:{chance.randrange(1 << 40):x}",
        receipts=(f"{chance.randrange(1 << 80):x}",),
        assignment=Assignment(1, station, f"SHO:{station.code}", "jurisdiction", provisional=False),
        attributes={"category": "theft"},
        clocks={"inquiry:1": ClockView(ClockRecord("inquiry", "inquiry:1", 1, "police", "running", 2_592_000, due))},
        history=entries,
        next_due=NEVER_DUE if state in DONE else due,
    )


async def _round(cases: Collection, store: MongoCaseStore, pages: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each page, ours and bare, by turns."""
    labels = Labels(load_texts().code_names, load_catalogue(None), "hi")
    ours, bare = [], []
    for number in range(pages):
        wanted, query = WANTED[number % len(WANTED)]
        began = time.perf_counter()
        page = await store.page(wanted, None, PAGE, Sort.REMAINING)
        orjson.dumps([desk_item(case, AT, labels) for case in page.cases], default=str)
        ours.append((time.perf_counter() - began) * 1_000)
        began = time.perf_counter()
        found: list[Any] = await cases.find(
            {"assignment.station.code": SHO.station, **query}, sort=[("next_due", 1), ("_id", 1)], limit=PAGE
        ).to_list(None)
        bare.append((time.perf_counter() - began) * 1_000)
        assert [one["_id"] for one in found] == [case.case_id for case in page.cases]
    return ours, bare
