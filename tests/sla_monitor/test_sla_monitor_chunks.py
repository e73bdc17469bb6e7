"""Records come in chunks, deadlines lie in buckets, entries fill a memory by partition: nothing is lost."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from sla_monitor.domain.record_codec import UnreadableRecord, _long, _short, head_of, wake_of
from sla_monitor.faust_adapter.table import ClockStore
from sla_monitor.faust_adapter.transport import CHUNK, PromptConsumer
from sla_monitor.worker.deadlines import BUCKET_MS, DeadlineHeaps
from tests.sla_monitor.test_sla_monitor_inputs import CHANGELOG, INPUT, make_consumer

TICKS = TP("sla.ticks.emergency", 0)


def record(tp: TP, offset: int) -> Any:
    return SimpleNamespace(topic=tp.topic, partition=tp.partition, offset=offset, timestamp=None)


def test_sla_chunks_hold_every_record_in_order_and_ticks_first() -> None:
    """Long fetches are cut, partitions take turns, the few ticks don't wait behind the many events."""
    consumer = make_consumer()
    other = TP(INPUT.topic, 1)
    fetched = {
        INPUT: [record(INPUT, n) for n in range(2 * CHUNK + 7)],
        other: [record(other, n) for n in range(CHUNK + 1)],
        TICKS: [record(TICKS, 0)],
        CHANGELOG: [record(CHANGELOG, n) for n in range(3)],
    }
    cut = list(consumer._chunks(fetched))  # noqa: SLF001
    assert cut[0][0] == TICKS
    for tp, records in fetched.items():
        assert [one for chunk_tp, chunk in cut if chunk_tp == tp for one in chunk] == records
    assert max(len(chunk) for tp, chunk in cut if tp != CHANGELOG) == CHUNK
    assert [len(chunk) for tp, chunk in cut if tp == CHANGELOG] == [1, 1, 1]


def test_sla_what_is_committed_is_what_was_reported_as_handled() -> None:
    """One offset a partition; a later, lower report never lowers it."""
    consumer: PromptConsumer = make_consumer()
    consumer._handled = {}  # noqa: SLF001
    consumer.handled({INPUT: 7, TICKS: 3})
    consumer.handled({INPUT: 5})
    offsets = {tp: consumer._new_offset(tp) for tp in consumer._filter_tps_with_pending_acks()}  # noqa: SLF001
    assert offsets == {INPUT: 7, TICKS: 3}
    assert [*consumer._filter_tps_with_pending_acks({TICKS.topic})] == [TICKS]  # noqa: SLF001


@dataclass
class Table:
    """The times that the table holds; deadlines are popped as a tick would."""

    wakes: dict[bytes, int] = field(default_factory=dict)
    heaps: DeadlineHeaps = field(default_factory=DeadlineHeaps)

    def set(self, key: bytes, wake: int) -> None:
        self.wakes[key] = wake
        self.heaps.push(0, wake, key)

    def due(self, now: int) -> list[bytes]:
        found = []
        while entry := self.heaps.pop_due(0, now, lambda _partition, key: self.wakes.get(key)):
            wake, key = entry
            if self.wakes.get(key) == wake:
                del self.wakes[key]
                found.append(key)
        return found


times = st.integers(min_value=0, max_value=6 * BUCKET_MS)


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c", b"d"]), times)), st.lists(times))
def test_sla_a_deadline_falls_at_the_first_tick_after_it(changes: list[tuple[bytes, int]], ticks: list[int]) -> None:
    """However times change and ticks come: what is due is fired by the next tick, once, and nothing before its time."""
    table = Table()
    pending = list(changes)
    for now in sorted(ticks):
        for key, wake in pending[: len(pending) // 2 + 1]:
            table.set(key, wake)
        pending = pending[len(pending) // 2 + 1 :]
        expected = {key for key, wake in table.wakes.items() if wake <= now}
        top = table.heaps.top(0)
        assert not expected or (top is not None and top <= now)
        fell_due = table.due(now)
        assert sorted(fell_due) == sorted(expected)


def test_sla_far_deadlines_are_counted_and_dropped_with_their_partition() -> None:
    """The sizes count all entries; partitions that are not ours any more are forgotten."""
    heaps = DeadlineHeaps()
    heaps.extend(0, [(n * BUCKET_MS, b"%d" % n) for n in range(10)])
    heaps.extend(1, [(5, b"x")])
    assert heaps.sizes() == {0: 10, 1: 1}
    heaps.keep({1})
    assert heaps.sizes() == {1: 1}
    heaps.rebuild(1)
    assert heaps.top(1) is None


@given(st.one_of(st.uuids().map(str), st.text(max_size=40), st.text(alphabet="=AbC09+/", min_size=20, max_size=24)))
def test_sla_every_event_id_comes_back_as_it_was(event_id: str) -> None:
    """UUIDs are shortened; whatever else a writer uses as an id survives too."""
    assert _long(_short(event_id)) == event_id


@pytest.mark.parametrize("value", [b"", b"12", b"x\n[]\n[]", b'[1,2,"old"]'])
def test_sla_an_entry_without_a_head_is_refused(value: bytes) -> None:
    """Never skipped: the worker stops rather than forget a clock."""
    with pytest.raises(UnreadableRecord):
        head_of(value)
    if value != b"12":
        with pytest.raises(UnreadableRecord):
            wake_of(value)


def make_store(*partitions: int) -> ClockStore:
    store: ClockStore = object.__new__(ClockStore)
    store.__post_init__()
    for number in partitions:
        store._partitions[number] = {}  # noqa: SLF001  as on_rebalance does
    return store


def change(key: bytes, value: bytes | None) -> Any:
    return SimpleNamespace(key=key, value=value, offset=0)


def test_sla_the_store_knows_up_to_where_it_is_complete() -> None:
    """Entries and deletions of a chunk are applied, others' chunks are not; recovery goes on from there."""
    store = make_store(0)
    store.apply(0, [change(b"a", b"1"), change(b"b", b"2"), change(b"a", None)], 40)
    store.apply(7, [change(b"z", b"1")], 9)
    assert (dict(store.partition(0)), store.position(0), len(store)) == ({b"b": b"2"}, 40, 1)
    assert store.persisted_offset(TP("changelog", 0)) == 39
    assert store.persisted_offset(TP("changelog", 7)) is None


def test_sla_another_log_than_before_leaves_nothing() -> None:
    """A changelog that was made anew: what was known of the old one is dropped."""
    store = make_store(0)
    store.apply(0, [change(b"a", b"1")], 500)
    store.apply(0, (), 0)
    assert (len(store), store.position(0)) == (0, 0)
