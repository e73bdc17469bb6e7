"""Registers: a search over a million entries beside a bare indexed find, and an import of 100,000 rows."""

import asyncio
import csv
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from motor.motor_asyncio import AsyncIOMotorClient

from bench.report import median, percentile, show
from chassis.clock import SystemClock
from chassis.importing.report import Report
from chassis.mongo.client import Collection, Document, Mongo
from chassis.sealing import KeyRing
from event_schemas.times import whole_ms
from intake.evidence.store import MongoFileStore
from intake.evidence.workshop import Workshop
from intake.registers.domain import Draft, new_entry
from intake.registers.handlers import Asked, RegisterDesk
from intake.registers.importing import RegisterImport
from intake.registers.keys import search_keys
from intake.registers.kinds import load_registers
from intake.registers.model import Change, Entry, Kind, Search, Source
from intake.registers.photos import Photos
from intake.registers.store import ENTRIES, INDEXES, MongoEntryStore, query_of, to_document
from intake.registers.views import entry_view
from janseva_local.servers import MongoServer

TARGET_RATIO: Final = 0.5
BATCH: Final = 5_000
GIVEN: Final = (
    "Rakesh",
    "Suresh",
    "Mohan",
    "Sita",
    "Gita",
    "Anil",
    "Vikash",
    "Manoj",
    "Pooja",
    "Ravi",
    "Kiran",
    "Nisha",
)
MIDDLE: Final = (
    "Bhushan",
    "Ranjan",
    "Kishor",
    "Bala",
    "Lata",
    "Prabha",
    "Narayan",
    "Chandra",
    "Mani",
    "Datt",
    "Vallabh",
)
LAST: Final = ("Kumar", "Singh", "Devi", "Yadav", "Prasad", "Paswan", "Khatun", "Ansari", "Thakur", "Jha", "Sah", "Rai")
DISTRICTS: Final = ("ARARIA", "PATNA", "GAYA", "SARAN", "NALANDA", "PURNIA", "ROHTAS", "BUXAR")
QUERIES: Final = (
    Asked(q="Bhushan"),
    Asked(q="राकेश वल्लभ"),
    Asked(q="suresh narayan yadav"),
    Asked(q="Pooja Lata", district="पटना"),
    Asked(q="kumar"),
    Asked(district="Araria"),
)


async def run(*, rounds: int = 5, searches: int = 120, rows: int = 100_000) -> bool:
    """True if the median of the rounds' ratios reaches the target and all rows are entries."""
    count = int(os.environ.get("REGISTER_ENTRIES", "1_000_000"))
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        async with _database(Path(folder)) as (mongo, uri):
            store = MongoEntryStore(mongo)
            filling = time.perf_counter()
            await _fill(mongo.relaxed(ENTRIES), _kind(), count)
            await _index(mongo, uri)
            print(f"{count} entries in {time.perf_counter() - filling:.0f} s", file=sys.stderr)
            pairs = [await _round(mongo, store, searches) for _ in range(rounds + 1)][1:]
            imported, seconds, steps = await _import(store, Path(folder), rows)
    return _report(pairs, count, searches, rows, imported, seconds, steps)


@asynccontextmanager
async def _database(folder: Path) -> AsyncIterator[tuple[Mongo, str]]:
    server = MongoServer(folder / "mongo")
    await server.start()
    mongo = Mongo(server.uri, "bench_registers", app_name="bench")
    try:
        yield mongo, server.uri
    finally:
        mongo.close()
        await server.stop()


async def _index(mongo: Mongo, uri: str) -> None:
    """The store's own indexes, by a client that waits for them: of a million entries they take minutes."""
    patient = AsyncIOMotorClient[Document](uri)
    try:
        await patient[mongo.database.name][ENTRIES].create_indexes(list(INDEXES))
    finally:
        patient.close()


def _kind() -> Kind:
    kind = load_registers().get("wanted")
    assert kind is not None
    return kind


async def _fill(collection: Collection, kind: Kind, count: int) -> None:
    """Entries of some thousand names, spread over days, stations and districts: written before there are indexes."""
    chance, now = random.Random(112), whole_ms(SystemClock().now())
    patterns = [_entry(kind, chance, now, number) for number in range(3_000)]
    for start in range(0, count, BATCH):
        batch = []
        for number in range(start, min(start + BATCH, count)):
            entry = patterns[number % len(patterns)]
            since = entry.since - timedelta(days=chance.randint(0, 300))
            batch.append(to_document(replace(entry, entry_id=f"e{number:09d}", since=since, fingerprint=f"f{number}")))
        await collection.insert_many(batch, ordered=False)


def _entry(kind: Kind, chance: random.Random, now: Any, number: int) -> Entry:
    name = f"{chance.choice(GIVEN)} {chance.choice(MIDDLE)} {chance.choice(LAST)}"
    today = now.date()
    draft = Draft(
        station=f"51{number % 900:05d}",
        district=chance.choice(DISTRICTS),
        since=today - timedelta(days=chance.randint(1, 60)),
        source=Source("warrant", today, f"{number}/2026"),
        attributes={"name": name, "age": chance.randint(20, 60), "offence": "Theft", "locality": "Sample"},
    )
    return new_entry(kind, draft, now, Change(now, "added", "HQ:bench", "bench"))


async def _round(mongo: Mongo, store: MongoEntryStore, searches: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each bare find and each search, one after the other."""
    kind, registers = _kind(), load_registers()
    clock, ring = SystemClock(), KeyRing({})
    photos = Photos(MongoFileStore(mongo), Workshop(), ring, clock)
    desk = RegisterDesk(registers=registers, entries=store, photos=photos, clock=clock)
    bare_ms, ours_ms = [], []
    for number in range(searches):
        asked = QUERIES[number % len(QUERIES)]
        bare_ms.append(await _timed(_bare(mongo.collection(ENTRIES), kind, asked)))
        ours_ms.append(await _timed(_ours(desk, kind, asked)))
    return bare_ms, ours_ms


async def _bare(collection: Collection, kind: Kind, asked: Asked) -> None:
    """What a program would do that knows the key: one index, the newest first, a page."""
    keys = search_keys(asked.q)[:1] if asked.q else ("",)
    search = Search(kind.kind, keys, public_at=SystemClock().now())
    found = await collection.find(query_of(search), sort=[("order", -1)], limit=asked.limit + 1).to_list(None)
    assert found


async def _ours(desk: RegisterDesk, kind: Kind, asked: Asked) -> None:
    """From what a citizen typed to the bytes of the answer."""
    found = await desk.search(kind, asked)
    assert orjson.dumps([entry_view(kind, entry, "hi", "") for entry in found.entries]) != b"[]"


async def _timed(act: Awaitable[None]) -> float:
    start = time.perf_counter()
    await act
    return (time.perf_counter() - start) * 1_000


async def _import(store: MongoEntryStore, folder: Path, rows: int) -> tuple[int, float, int]:
    path, today = folder / "wanted.csv", SystemClock().now().date()
    chance = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(
            (*["station", "district", "since", "source", "source_number", "source_date"], "name", "age", "offence")
        )
        for number in range(rows):
            name = f"{chance.choice(GIVEN)} {chance.choice(MIDDLE)} {chance.choice(LAST)}"
            paper = ("warrant", f"I-{number}/2026", today - timedelta(days=1))
            table.writerow(("5140003", "ARARIA", today - timedelta(days=1), *paper, name, 30, "Theft"))
    steps = 0

    def progress(done: int, of: int) -> None:
        nonlocal steps
        steps += 1
        if done % 10_000 == 0:
            print(f"{done} of {of} rows ...", file=sys.stderr, flush=True)

    work = RegisterImport(load_registers(), _kind(), store, SystemClock(), Report(), "HQ:bench", progress=progress)
    start = time.perf_counter()
    done = await work.run(path)
    return done.accepted, time.perf_counter() - start, steps


def _report(
    pairs: list[tuple[list[float], list[float]]],
    count: int,
    searches: int,
    rows: int,
    imported: int,
    seconds: float,
    steps: int,
) -> bool:
    ratios = [sum(bare) / sum(ours) for bare, ours in pairs]
    bare = [one for pair in pairs for one in pair[0]]
    ours = [one for pair in pairs for one in pair[1]]
    reached = median(ratios) >= TARGET_RATIO and imported == rows
    show(
        "registers",
        ("", "per second", "p50 ms", "p99 ms"),
        [
            ("bare indexed find", 1_000 * len(bare) / sum(bare), percentile(bare, 0.5), percentile(bare, 0.99)),
            (
                "search, typed text to JSON",
                1_000 * len(ours) / sum(ours),
                percentile(ours, 0.5),
                percentile(ours, 0.99),
            ),
            (f"import of {rows} rows", rows / seconds, "", ""),
        ],
        entries=count,
        searches=searches * len(pairs),
        ratio=round(median(ratios), 3),
        ratios=[round(one, 3) for one in ratios],
        target=TARGET_RATIO,
        imported=imported,
        import_seconds=round(seconds, 1),
        progress_steps=steps,
        reached=reached,
    )
    return reached


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(run()) else 1)
