"""No input record is skipped on its way from Kafka to the processor."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from sla_monitor.faust_adapter.transport import POLL_S, FaustOffsets, PromptConsumer
from sla_monitor.worker.fatal import LostRecord
from tests.sla_monitor.processor_rig import CASES, Rig
from tests.sla_monitor.sla_events import filed

INPUT, CHANGELOG = TP(CASES, 0), TP("sla-monitor.emergency-clocks-changelog", 0)


def make_consumer() -> Any:
    """A consumer with what resuming touches, without the thread and the connection that a whole one opens."""
    consumer: Any = object.__new__(PromptConsumer)
    consumer.app = SimpleNamespace(tables=SimpleNamespace(changelog_topics={CHANGELOG.topic}))
    consumer.assignment = lambda: {INPUT, CHANGELOG}
    consumer.can_resume_flow, consumer.suspend_flow = asyncio.Event(), asyncio.Event()
    consumer._held, consumer._active_partitions, consumer._paused_partitions = set(), set(), set()  # noqa: SLF001
    return consumer


async def test_sla_inputs_wait_until_recovery_has_emptied_the_queues() -> None:
    """At the end of recovery the inputs are read only once the flow is resumed, which empties every queue."""
    consumer = make_consumer()
    consumer.resume_partitions({INPUT, CHANGELOG})
    assert consumer._get_active_partitions() == {CHANGELOG}  # noqa: SLF001
    consumer.resume_flow()
    assert consumer._get_active_partitions() == {INPUT, CHANGELOG}  # noqa: SLF001


async def test_sla_inputs_of_a_generation_that_is_over_stay_paused() -> None:
    """Inputs that were held and then taken away are not resumed with the next flow."""
    consumer = make_consumer()
    consumer.resume_partitions({INPUT})
    consumer.pause_partitions({INPUT})
    consumer.resume_flow()
    assert consumer._get_active_partitions() == set()  # noqa: SLF001


async def test_sla_a_fetch_under_way_is_not_widened_by_a_pause() -> None:
    """The set of active partitions goes empty while a fetch waits, which the client would take for all of them."""
    consumer, asked = make_consumer(), []

    async def getmany(active: set[TP], _timeout: float) -> dict[TP, list[Any]]:
        consumer.pause_partitions({CHANGELOG})
        asked.append(set(active))
        return {}

    consumer._thread = SimpleNamespace(getmany=getmany)  # noqa: SLF001
    consumer.resume_partitions({CHANGELOG})
    await consumer._getmany(consumer._get_active_partitions(), 1.0)  # noqa: SLF001
    assert asked == [{CHANGELOG}]


async def test_sla_inputs_that_are_resumed_are_asked_for_soon() -> None:
    """A fetch that was begun before them, for changelogs with nothing to read or for nothing, is over in no time."""
    consumer, asked = make_consumer(), []

    async def getmany(active: set[TP], timeout: float) -> dict[TP, list[Any]]:  # noqa: ASYNC109
        asked.append((set(active), timeout <= POLL_S))
        return {}

    consumer._thread = SimpleNamespace(getmany=getmany)  # noqa: SLF001
    consumer.not_waiting_next_records, consumer.flow_active = asyncio.Event(), True
    consumer.app.client_only = False
    async with asyncio.timeout(0.9):
        assert await consumer._wait_next_records(1.0) == ({}, set())  # noqa: SLF001
    consumer.resume_partitions({CHANGELOG})
    await consumer._wait_next_records(1.0)  # noqa: SLF001
    assert asked == [({CHANGELOG}, True)]


async def test_sla_inputs_never_committed_are_read_from_where_their_log_begins() -> None:
    """The client would leave them wherever it has read to; a changelog, which the recovery has sought, it should."""
    consumer, sought = make_consumer(), []
    seeks: list[Any] = []
    new = TP(CASES, 1)

    async def seek_to_committed() -> dict[TP, int | None]:
        return {INPUT: 70, new: None, CHANGELOG: None}

    async def earliest_offsets(*tps: TP) -> dict[TP, int]:
        return dict.fromkeys(tps, 12)

    async def seek_wait(tps: dict[TP, int]) -> None:
        sought.append(tps)

    consumer._thread = SimpleNamespace(  # noqa: SLF001
        seek_to_committed=seek_to_committed, earliest_offsets=earliest_offsets, seek_wait=seek_wait
    )
    consumer._read_offset, consumer._committed_offset = {}, {}  # noqa: SLF001
    consumer.transport = SimpleNamespace(on_seek=seeks.append)
    consumer.assignment = lambda: {INPUT, new, CHANGELOG}
    await consumer.perform_seek()
    assert sought == [{new: 12}]
    assert seeks == [{INPUT: 70, new: 12, CHANGELOG: None}]


async def test_sla_a_log_that_begins_behind_what_was_committed_is_reported() -> None:
    """The client would read on from there silently, and with nothing left to read nobody would ever notice."""
    consumer = make_consumer()
    lost: list[Any] = []
    read, never, whole = INPUT, TP(CASES, 1), TP(CASES, 2)

    async def seek_to_committed() -> dict[TP, int | None]:
        return {read: 5, never: None, whole: 20, CHANGELOG: None}

    async def earliest_offsets(*tps: TP) -> dict[TP, int]:
        return dict.fromkeys(tps, 20)

    async def seek_wait(tps: dict[TP, int]) -> None:
        assert tps == {never: 20}

    consumer._thread = SimpleNamespace(  # noqa: SLF001
        seek_to_committed=seek_to_committed, earliest_offsets=earliest_offsets, seek_wait=seek_wait
    )
    consumer.transport = SimpleNamespace(on_lost=lost.append)
    await consumer.seek_to_committed()
    assert lost == [{read: (5, 20)}]


async def test_sla_events_lost_under_a_running_worker_do_not_count_as_read() -> None:
    """Where the log was cut behind what was committed, reading begins where it was; else where the log begins."""

    async def earliest_offsets(*tps: TP) -> dict[TP, int]:
        return dict.fromkeys(tps, 20)

    never = TP(CASES, 1)
    asked = SimpleNamespace(
        earliest_offsets=earliest_offsets, assignment=lambda: {INPUT, never}, _committed_offset={INPUT: 5, never: None}
    )
    offsets = FaustOffsets(SimpleNamespace(consumer=asked), CASES, lambda: {0, 1})
    assert await offsets.starts({0, 1}) == {0: 5, 1: 20}


async def test_sla_a_missing_offset_ends_the_worker() -> None:
    """If a record did not arrive, the ones after it are not handled: they would be committed past it."""
    rig = Rig()
    rig.event(filed(0))
    rig.offsets[CASES, 0] += 1
    with pytest.raises(LostRecord, match="did not"):
        rig.event(filed(60))
