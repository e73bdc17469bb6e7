"""The registers' entries and the texts of FIRs in MongoDB do what their stand-ins in memory do."""

import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio

from chassis.mongo.client import Mongo
from intake.registers.domain import Draft, ended, new_entry
from intake.registers.fir_store import FIRDecision, FIRStore, FIRText, MongoFIRStore
from intake.registers.keys import place_of, search_keys
from intake.registers.kinds import load_registers
from intake.registers.model import Change, Entry, Search, Source
from intake.registers.store import ENTRIES, AlreadyThere, EntryStore, MongoEntryStore, query_of
from tests.intake.intake_rig import START
from tests.intake.registers_memory import MemoryEntryStore, MemoryFIRStore

KIND = next(kind for kind in load_registers() if kind.kind == "wanted")
NAMES = ("Rakesh Kumar", "राकेश सिंह", "Mohan Yadav", "Sita Devi", "मोहम्मद अली", "Md Ali Khan")
CHANGE = Change(START, "added", "SHO:5140003", "dev")


@pytest_asyncio.fixture
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    made = Mongo(mongo_uri, f"registers_{uuid.uuid4().hex[:12]}", app_name="test")
    yield made
    await made.database.client.drop_database(made.database.name)
    made.close()


def entry(number: int, **over: Any) -> Entry:
    chance = random.Random(number)
    station, district = chance.choice((("5140003", "ARARIA"), ("5117044", "Patna")))
    since = date(2026, 11, 1) + timedelta(days=number % 20)
    attributes = {
        "name": NAMES[number % len(NAMES)],
        "age": 30,
        "offence": "Theft",
        "gender": chance.choice(("male", "female")),
    }
    draft = Draft(station, district, since, Source("warrant", since, f"C-{number}/2026"), attributes)
    return replace(new_entry(KIND, draft, START, CHANGE), **over)


SEARCHES = [
    Search("wanted"),
    Search("wanted", search_keys("rakesh")),
    Search("wanted", search_keys("मोहम्मद अली")),
    Search("wanted", search_keys("rokesh", loose=True)),
    Search("wanted", place=place_of("अररिया"), public_at=START),
    Search("wanted", search_keys("sita"), place=place_of("PATNA"), public_at=START),
    Search("wanted", station="5117044", public_at=START),
    Search("wanted", first=date(2026, 11, 5), last=date(2026, 11, 9), public_at=START),
    Search("wanted", filters={"gender": "female"}, public_at=START),
    Search("wanted", public_at=START + timedelta(days=900)),
    Search("arrested", public_at=START),
]


async def pages(store: EntryStore, search: Search) -> list[str]:
    found, after = [], None
    while True:
        page = await store.find(replace(search, after=after, limit=7))
        found += [one.entry_id for one in page.entries]
        if page.next_order is None:
            return found
        after = page.next_order


async def test_every_search_finds_the_same_in_the_same_order(mongo: Mongo) -> None:
    """Page by page, with each combination of what may be asked; ended ones are for officers."""
    real, memory = MongoEntryStore(mongo), MemoryEntryStore()
    await real.ensure_indexes()
    entries = [entry(number) for number in range(40)]
    entries[3] = ended(entries[3], "acquitted", START, CHANGE)
    for store in (real, memory):
        assert await store.add_all(entries) == frozenset()
    for search in SEARCHES:
        assert await pages(real, search) == await pages(memory, search), search
    assert len(await pages(real, Search("wanted"))) == 40
    assert len(await pages(real, Search("wanted", public_at=START))) == 39


async def test_an_entry_comes_back_as_it_was(mongo: Mongo) -> None:
    """All but its keys, which only searches read."""
    store, one = MongoEntryStore(mongo), entry(1)
    await store.add(one)
    assert await store.by_id(one.entry_id) == one
    assert await store.by_id("nowhere") is None


@pytest.mark.parametrize("kind", ["mongo", "memory"])
async def test_doubles_and_stale_changes_are_refused(mongo: Mongo, kind: str) -> None:
    """One entry of an office, paper and name in force; a change of an older version is not written."""
    made = MongoEntryStore(mongo)
    await made.ensure_indexes()
    store: EntryStore = made if kind == "mongo" else MemoryEntryStore()
    one, twin = entry(1), entry(1)
    await store.add(one)
    with pytest.raises(AlreadyThere):
        await store.add(twin)
    assert await store.add_all([twin, entry(2)]) == {twin.entry_id}
    after = ended(one, "acquitted", START, CHANGE)
    assert await store.change(one, after)
    assert not await store.change(one, after)
    await store.add(twin)
    late = START + timedelta(days=900)
    assert await store.sweep(late) == 2
    assert await store.sweep(late) == 0


async def test_each_public_search_walks_an_index(mongo: Mongo) -> None:
    """No search of the public reads entries that it does not compare by an index."""
    store = MongoEntryStore(mongo)
    await store.ensure_indexes()
    await store.add_all([entry(number) for number in range(200)])
    for search in [*SEARCHES[4:8], Search("wanted", search_keys("rakesh"), public_at=START)]:
        plan = await mongo.collection(ENTRIES).find(query_of(search)).sort([("order", -1)]).limit(21).explain()
        text = str(plan["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in text, search
        assert "'stage': 'SORT'" not in text, search


@pytest.mark.parametrize("kind", ["mongo", "memory"])
async def test_texts_and_decisions_of_firs_are_kept(mongo: Mongo, kind: str) -> None:
    """A text is there until it is removed; decisions page by the time they were made."""
    made = MongoFIRStore(mongo)
    await made.ensure_indexes()
    store: FIRStore = made if kind == "mongo" else MemoryFIRStore()
    text = FIRText("5140003|2026|1", "5140003", 2026, "1/2026", START, START, "hi", "पाठ")
    await store.put(text)
    assert await store.text(text.key) == text
    await store.remove(text.key)
    assert await store.text(text.key) is None
    first = FIRDecision("5140003|2026|1", "5140003", "arri", 2026, "1/2026", START, "pending", START)
    made_at = [replace(CHANGE, at=START + timedelta(minutes=number)) for number in range(3)]
    kept = [replace(first, key=f"k{number}").decided("withheld", change) for number, change in enumerate(made_at)]
    for one in kept:
        await store.decide(one)
    assert await store.decision("k1") == kept[1]
    assert await store.decisions("withheld", "5140003", None, None, 2) == (kept[2], kept[1], kept[0])
    assert await store.decisions("withheld", None, "arri", kept[1].order, 2) == (kept[0],)
    assert await store.decisions("online", None, None, None, 2) == ()
