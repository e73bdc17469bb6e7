"""The ledger on a real Kafka and MongoDB: rounds, watermarks, replays."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.clock import SystemClock
from chassis.kafka.consumer import Received
from event_schemas import Envelope, Lane
from sla_monitor.ledger.app import Parts
from sla_monitor.ledger.documents import round_of
from sla_monitor.ledger.handler import LedgerHandler
from sla_monitor.ledger.model import Round, rounds_of
from sla_monitor.ledger.store import Contention, LedgerStore
from tests.integration.sla_ledger_rig import LedgerRig, complete_up_to, until
from tests.sla_monitor.sla_events import CASE, DAY, MINUTE, assigned, completed, filed, paused, resumed

HISTORY = (
    filed(),
    assigned(60),
    paused(2 * DAY),
    resumed(4 * DAY),
    assigned(10 * DAY, 2, "5140009"),
    completed(33 * DAY),
)


async def stored(parts: Parts) -> list[Round]:
    found: list[dict[str, Any]] = await parts.store.rounds.find({"case_id": CASE}).to_list(None)
    return [round_of(one) for one in found]


async def test_a_round_is_kept_with_its_shares_pauses_and_outcome(ledger_rig: LedgerRig) -> None:
    """Two stations, a pause and a late end: each is in the ledger, with the breach that must stand."""
    async with ledger_rig.ledger() as parts:
        await ledger_rig.publish(*HISTORY)
        await complete_up_to(parts, datetime.now(UTC))
        (one,) = await stored(parts)
    assert (one.state, one.station) == ("breached", "5140009")
    days = [((share.end or 0) - share.begin) / 86_400_000 for share in one.shares]
    assert [share.station for share in one.shares] == [None, "5140003", "5140009"]
    assert [round(day, 2) for day in days] == [0.0, 10.0, 23.0]
    assert one.elapsed(one.ended or 0) == 31 * DAY * 1000
    assert [expected.level for expected in one.expects] == [0]


async def test_a_watermark_is_the_time_up_to_which_all_was_applied(ledger_rig: LedgerRig) -> None:
    """Idle partitions move with the clock, and who sees a watermark past an event sees what the event did."""
    async with ledger_rig.ledger() as parts:
        await complete_up_to(parts, datetime.now(UTC))  # nothing was ever written here
        await ledger_rig.publish(*HISTORY)
        before = datetime.now(UTC)
        await complete_up_to(parts, before)
        assert len(await stored(parts)) == 1


async def test_a_blocked_partition_holds_its_watermark_back(ledger_rig: LedgerRig, monkeypatch: Any) -> None:
    """As long as an event waits for the database, the watermark of its partition does not pass it; the others' do."""
    gate = asyncio.Event()
    real = LedgerStore.write_cases

    async def slow(self: LedgerStore, *arguments: Any) -> None:
        await gate.wait()
        await real(self, *arguments)

    monkeypatch.setattr(LedgerStore, "write_cases", slow)
    async with ledger_rig.ledger() as parts:
        await complete_up_to(parts, datetime.now(UTC))
        await ledger_rig.publish(filed())
        published = datetime.now(UTC)

        async def others_passed() -> bool:
            marks = await parts.watermarks.all()
            return sum(mark is not None and mark > published for mark in marks.values()) == len(marks) - 1

        await until(others_passed)
        held = min(mark for mark in (await parts.watermarks.all()).values() if mark is not None)
        assert held <= published
        assert await stored(parts) == []
        gate.set()
        await complete_up_to(parts, published)
        assert len(await stored(parts)) == 1


async def test_a_replay_changes_nothing(ledger_rig: LedgerRig) -> None:
    """The whole log again, in another order, by two processes at once: the same rounds, under the same version."""
    async with ledger_rig.ledger() as parts:
        await ledger_rig.publish(*HISTORY)
        await complete_up_to(parts, datetime.now(UTC))
        before = await parts.store.rounds.find({}).to_list(None)
    async with ledger_rig.ledger() as parts, ledger_rig.ledger():
        await ledger_rig.publish(*reversed(HISTORY), *HISTORY)
        await complete_up_to(parts, datetime.now(UTC) + timedelta(seconds=1))
        after = await parts.store.rounds.find({}).to_list(None)
    kept = [{name: one[name] for name in one if name != "check_at"} for one in after]
    assert kept == [{name: one[name] for name in one if name != "check_at"} for one in before]


async def test_an_attempt_that_ended_between_two_writes_is_completed(ledger_rig: LedgerRig, monkeypatch: Any) -> None:
    """The case was written and its rounds were not: the repetition writes them, though it changes nothing."""
    async with ledger_rig.ledger() as parts:
        real, failures = LedgerStore.write_rounds, [ConnectionError("killed")]

        async def once(self: LedgerStore, *arguments: Any) -> None:
            if failures and any(arguments):
                raise failures.pop()
            await real(self, *arguments)

        monkeypatch.setattr(LedgerStore, "write_rounds", once)
        died: list[str] = []
        parts.background._on_death = lambda name, _error: died.append(name)  # noqa: SLF001
        await ledger_rig.publish(filed())

        async def dead() -> bool:
            return died == ["consumer.routine"]

        await until(dead)
        assert await stored(parts) == []
    async with ledger_rig.ledger() as parts:
        await complete_up_to(parts, datetime.now(UTC))
        assert [one.clock_id for one in await stored(parts)] == ["inquiry:1"]


async def test_two_writers_of_one_case_lose_nothing(ledger_rig: LedgerRig, monkeypatch: Any) -> None:
    """A process that lost its partition writes late: it is refused, reads again, and both events are in the round."""
    async with ledger_rig.ledger() as parts:
        zombie = LedgerHandler(parts.store, ledger_rig.policies, SystemClock())
        owner = LedgerHandler(parts.store, ledger_rig.policies, SystemClock())
        await owner.handle([at_offset(filed(), 0)])
        real = LedgerStore.load

        async def overtaken(self: LedgerStore, case_ids: Any) -> Any:
            found = await real(self, case_ids)
            monkeypatch.setattr(LedgerStore, "load", real)
            await owner.handle([at_offset(assigned(60), 1)])
            return found

        monkeypatch.setattr(LedgerStore, "load", overtaken)
        late = [at_offset(completed(33 * DAY), 2)]
        with pytest.raises(Contention):
            await zombie.handle(late)
        (between,) = await stored(parts)
        await zombie.handle(late)
        (one,) = await stored(parts)
    assert (between.state, between.station) == ("running", "5140003")
    assert (one.state, one.station) == ("breached", "5140003")


def at_offset(envelope: Envelope, offset: int) -> Received:
    return Received("cases.routine", 0, offset, envelope)


async def test_the_workers_events_move_no_clock(ledger_rig: LedgerRig) -> None:
    """SLA events are noted as heard; the rounds follow from the case's events alone."""
    events: list[Envelope] = [filed(0, "emergency-112"), assigned(5)]
    emitted = ledger_rig.work(events, SystemClock().now())
    async with ledger_rig.ledger() as parts:
        await ledger_rig.publish(events[0], lane=Lane.EMERGENCY)
        await ledger_rig.emit(*emitted, *emitted, lane=Lane.EMERGENCY)
        await complete_up_to(parts, datetime.now(UTC))
        heard = {one["_id"] async for one in parts.store.heard.find({})}
        (one,) = await stored(parts)
        record = (await parts.store.load([CASE]))[CASE].record
    assert heard == {emission.event_id for emission in emitted}
    assert [one] == [*rounds_of(record, ledger_rig.policies)]
    assert (one.state, one.due - one.started) == ("running", 20 * MINUTE * 1000)
