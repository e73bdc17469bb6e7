"""The dispatch log of the fast tests and the real one on MongoDB keep the same rules."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from chassis.mongo.client import Mongo
from chassis.mongo.erasures import ErasureLog
from event_schemas import AssignedToStation, ComplaintFiled, ContactChanged, PersonalData
from event_schemas.ids import new_case_id
from notifier.domain import DispatchState
from notifier.records import Report, announcement
from notifier.store import CaseStore, DispatchStore
from tests.notifier.notifier_fakes import START, MemoryLog, notice

from .messaging_rig import KEYS, assigned, filed

LEASE = timedelta(seconds=10)
Log = MemoryLog | DispatchStore


@pytest_asyncio.fixture(loop_scope="session")
async def mongo(mongo_uri: str) -> AsyncIterator[Mongo]:
    made = Mongo(mongo_uri, f"t_notifier_{uuid4().hex[:8]}", app_name="test")
    yield made
    await made.database.client.drop_database(made.database.name)
    made.close()


@pytest_asyncio.fixture(loop_scope="session", params=["memory", "mongodb"])
async def log(request: pytest.FixtureRequest, mongo: Mongo) -> Log:
    if request.param == "memory":
        return MemoryLog()
    store = DispatchStore(mongo)
    await store.ensure_indexes()
    return store


async def test_a_notification_is_claimed_once(log: Log) -> None:
    """Of two claims of the same notice only the first is granted, in one batch with new ones too."""
    assert len(await log.claim_new([notice(1), notice(2)], START, LEASE)) == 2
    again = await log.claim_new([notice(2), notice(3)], START, LEASE)
    assert [claim.notice.notification_id for claim in again] == ["n-3"]


async def test_a_silent_holder_s_claim_is_granted_anew_and_fenced(log: Log) -> None:
    """After the lease another takes it, marked unconfirmed; what the first still writes changes nothing."""
    [old] = await log.claim_new([notice()], START, LEASE)
    assert await log.claim_due(START + LEASE / 2, LEASE, 10) == []
    [new] = await log.claim_due(START + LEASE, LEASE, 10)
    assert (new.attempt, new.unconfirmed) == (2, True)
    entry = announcement(notice(), DispatchState.FAILED, attempts=1, at=START, error_code="x")
    assert await log.failed(old, [entry], attempts=1, error_code="x", at=START) == []
    await log.requeue(old, attempts=1, due_at=START, error_code="x")
    assert await log.claim_due(START + LEASE, LEASE, 10) == []


async def test_what_is_given_back_is_due_again_with_emergencies_first(log: Log) -> None:
    """A requeued dispatch is granted once when due, not marked unconfirmed, and after the emergencies."""
    [routine] = await log.claim_new([notice(1)], START, LEASE)
    [urgent] = await log.claim_new([notice(2, emergency=True)], START, LEASE)
    await log.requeue(routine, attempts=1, due_at=START, error_code="busy")
    await log.requeue(urgent, attempts=1, due_at=START + timedelta(seconds=1), error_code="busy")
    due = await log.claim_due(START + timedelta(seconds=2), LEASE, 10)
    assert [claim.notice.notification_id for claim in due] == ["n-2", "n-1"]
    assert not any(claim.unconfirmed for claim in due)
    assert await log.claim_due(START + timedelta(seconds=2), LEASE, 10) == []


async def test_what_was_accepted_or_failed_is_never_due_again(log: Log) -> None:
    """Settled is settled, and an acceptance holds whoever has the claim by then."""
    first, second = await log.claim_new([notice(1), notice(2)], START, LEASE)
    await log.claim_due(START + LEASE, LEASE, 10)
    entry = announcement(notice(1), DispatchState.ACCEPTED, attempts=1, at=START, error_code=None)
    await log.accepted([first], [[entry]], START)
    due = await log.claim_due(START + 3 * LEASE, LEASE, 10)
    assert [claim.notice.notification_id for claim in due] == ["n-2"]
    gone = announcement(notice(2), DispatchState.FAILED, attempts=3, at=START, error_code="x")
    assert len(await log.failed(due[0], [gone], attempts=3, error_code="x", at=START)) == 1
    assert await log.claim_due(START + 9 * LEASE, LEASE, 10) == []
    assert second.attempt == 1


async def test_a_card_keeps_the_newest_assignment_and_forgets_on_erasure(mongo: Mongo) -> None:
    """A late copy of an old assignment changes nothing; after erasure a replayed filing brings no contact back."""
    store, case_id = CaseStore(mongo), new_case_id()
    filing: ComplaintFiled = filed(case_id, phone="+919812345678")
    newest: AssignedToStation = assigned(case_id, assignment_no=2)
    await store.remember([filing], [newest])
    elsewhere = assigned(case_id).model_copy(update={"station": newest.station.model_copy(update={"name": "Old"})})
    await store.remember([filing], [elsewhere])
    card = (await store.cards([case_id]))[case_id]
    assert card.station_name == "Sheohar"
    assert card.sealed is not None
    assert PersonalData.from_json(KEYS.open(case_id, card.sealed)).phone == "+919812345678"
    await store.erase(case_id, START, START)
    await store.remember([filing], [])
    assert (await store.cards([case_id]))[case_id].sealed is None


async def test_what_waits_for_its_citizen_s_hours_is_claimed_when_they_open_or_were_changed(log: Log) -> None:
    """It is no attempt and no queue; claimed again it knows how long it waited; what settled is not looked at again."""
    [first, second] = await log.claim_new([notice(1), notice(2)], START, LEASE)
    opening = START + timedelta(hours=19)
    await log.wait(first, until=opening)
    await log.wait(second, until=opening)
    assert await log.queue_length() == {"emergency": 0, "routine": 0}
    assert await log.claim_due(opening - timedelta(seconds=1), LEASE, 10) == []
    await log.look_again({notice().case_id}, START + LEASE)
    due = await log.claim_due(START + LEASE, LEASE, 10)
    assert [(one.attempt, one.unconfirmed, one.notice.waited_until) for one in due] == [(1, False, opening)] * 2
    await log.wait(due[0], until=opening)
    entry = announcement(notice(1), DispatchState.ACCEPTED, attempts=1, at=START, error_code=None)
    written = await log.accepted([due[0], due[1]], [[entry], [entry]], opening)
    assert len(written) == 2
    await log.look_again({notice().case_id}, opening)
    assert await log.claim_due(opening + LEASE, LEASE, 10) == []


async def test_the_newest_contact_holds_in_any_order_and_goes_with_the_case(mongo: Mongo) -> None:
    """A change read before its filing, twice, or by a replay; after the erasure none of them brings one back."""
    store, case_id = CaseStore(mongo), new_case_id()
    filing = filed(case_id, phone="+919812345678").model_copy(update={"sealed_contact": "s1.first"})
    changes = [
        ContactChanged(case_id=case_id, occurred_at=START, case_seq=seq, sealed_contact=f"$s1.{seq}") for seq in (4, 9)
    ]

    async def known() -> str | None:
        cards = await store.cards([case_id])
        return cards[case_id].sealed_contact if case_id in cards else None

    await store.remember_contacts([changes[0]])
    assert await known() is None
    await store.remember([filing], [])
    await store.remember_contacts([filing])
    assert await known() == "$s1.4"
    await store.remember_contacts([changes[1], changes[0], filing])
    assert await known() == "$s1.9"
    await store.erase(case_id, START, START)
    await store.remember_contacts([filing, *changes])
    assert await known() is None


async def reported(log: Log, name: str, state: DispatchState) -> bool:
    found = await log.find("n-1")
    assert found is not None
    announcements = [announcement(notice(), state, attempts=1, at=START, error_code=None)]
    return await log.note_report(found, Report(name, START, state, None), announcements) is not None


async def test_a_delivery_report_is_written_only_on_what_it_was_judged_by(log: Log) -> None:
    """A report moves an open dispatch and is kept; judged by what has changed since, it writes nothing."""
    await log.claim_new([notice()], START, LEASE)
    before = await log.find("n-1")
    assert before is not None
    assert await reported(log, "undelivered", DispatchState.UNDELIVERED)
    assert await log.note_report(before, Report("sent", START, DispatchState.ACCEPTED, None), []) is None
    assert await reported(log, "delivered", DispatchState.ACCEPTED)
    after = await log.find("n-1")
    assert after is not None
    assert (after.state, after.receipt, after.error_code) == (DispatchState.ACCEPTED, "delivered", None)
    assert await log.claim_due(START + 9 * LEASE, LEASE, 10) == []
    assert await log.find("n-404") is None


async def test_an_acceptance_behind_a_report_is_not_written(log: Log) -> None:
    """A delivery report that was faster than the written acceptance stands; only what was written is named."""
    claims = await log.claim_new([notice(1), notice(2)], START, LEASE)
    assert await reported(log, "undelivered", DispatchState.UNDELIVERED)
    announcements = [
        [announcement(claim.notice, DispatchState.ACCEPTED, attempts=1, at=START, error_code=None)] for claim in claims
    ]
    assert await log.accepted(claims, announcements, START) == {"n-2"}
    found = await log.find("n-1")
    assert found is not None
    assert found.state is DispatchState.UNDELIVERED


async def test_several_processes_share_what_is_due_without_overlap(mongo: Mongo) -> None:
    """Many sweeps at once over notices queued for want of room: each dispatch is granted exactly once."""
    store = DispatchStore(mongo)
    await store.ensure_indexes()
    await store.enqueue([notice(number) for number in range(60)], START)
    await store.enqueue([notice(1)], START)
    rounds = [await asyncio.gather(*(store.claim_due(START, LEASE, 25) for _ in range(4))) for _ in range(4)]
    claims = [claim for granted in rounds for batch in granted for claim in batch]
    assert sorted(claim.notice.notification_id for claim in claims) == sorted(f"n-{number}" for number in range(60))
    assert {(claim.attempt, claim.unconfirmed) for claim in claims} == {(1, False)}


async def test_a_filing_that_comes_after_its_erasure_brings_nothing_back(mongo: Mongo) -> None:
    """Replayed from a dead letter, it makes a card without a contact; the log of erasures says who was erased."""
    store, case_id = CaseStore(mongo), new_case_id()
    for _ in range(2):
        await store.erase(case_id, START, START)
    await store.remember([filed(case_id, phone="+919812345678")], [])
    assert (await store.cards([case_id]))[case_id].sealed is None
    assert await ErasureLog(mongo).among({case_id, "c_other"}) == {case_id}
