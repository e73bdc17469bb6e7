"""The order of publishing, remembering and acknowledging; ticks; poison. No Kafka: the same code on plain objects."""

import pytest

from chassis.faults import PublishFailed
from chassis.kafka.invalid import MAX_INVALID_IN_ROW, TooManyInvalid
from event_schemas import WireRecord, decode, encode
from sla_monitor.domain.record_codec import wake_of
from tests.sla_monitor.processor_rig import CASES, Exited, Rig
from tests.sla_monitor.sla_events import CASE, MINUTE, completed, filed, responder, withdrawn


async def test_sla_publishes_then_remembers_then_acknowledges() -> None:
    """An input is acked once its events are acknowledged, its entry written and the changelog acknowledged."""
    rig = Rig()
    rig.event(filed(0, "emergency-112"))
    assert rig.log == []
    await rig.processor.quiesce()
    assert rig.log == ["sent", "put", "write", "complete", "handled"]


async def test_sla_a_refused_event_marks_nothing() -> None:
    """If an event is not acknowledged, the table is untouched and the input not acked."""
    rig = Rig(refuse=True)
    rig.event(filed(0, "emergency-112"))
    with pytest.raises(PublishFailed):
        await rig.processor.flush()
    assert (rig.table, rig.following, rig.log) == ({}, {}, [])


async def test_sla_a_lost_changelog_write_ends_the_process_unacknowledged() -> None:
    """A changelog record that Kafka didn't acknowledge: the process ends and the input is read again."""
    rig = Rig(lose_changelog=True)
    rig.event(filed(0, "emergency-112"))
    with pytest.raises(Exited, match="changelog"):
        await rig.processor.quiesce()
    assert rig.following == {}


async def test_sla_events_of_one_batch_see_each_other() -> None:
    """Two events of a case in one batch: one entry is written, and both are taken into account."""
    rig = Rig()
    rig.event(filed(0, "emergency-112"))
    rig.event(responder(MINUTE))
    await rig.processor.quiesce()
    assert rig.types() == ["SLAClockStarted", "SLAClockStopped"]
    assert rig.log.count("write") == 1
    assert rig.following == {(CASES, 0): 2}


async def test_sla_a_tick_waits_for_its_target() -> None:
    """A deadline falls only once every event that was in the log at the tick's time was consumed."""
    rig = Rig()
    rig.event(filed(0, "emergency-112"))
    rig.tick(21 * MINUTE, target=2)
    await rig.processor.quiesce()
    assert rig.types() == ["SLAClockStarted"]
    rig.event(responder(19 * MINUTE))
    await rig.processor.quiesce()
    assert rig.types() == ["SLAClockStarted", "SLAClockStopped"]
    assert rig.processor.fired_until(0) > 0


async def test_sla_a_newer_tick_never_moves_the_target_away() -> None:
    """While a tick waits, later ones don't replace it: events that keep coming can't starve a deadline."""
    rig = Rig()
    rig.event(filed(0, "emergency-112"))
    rig.tick(21 * MINUTE, target=2)
    rig.tick(22 * MINUTE, target=1000)
    rig.event(withdrawn(30 * MINUTE))
    await rig.processor.quiesce()
    assert "SLABreached" in rig.types()


async def test_sla_many_deadlines_at_once_are_fired_in_slices() -> None:
    """More than a batch can hold falls due at one tick: all are emitted, once each."""
    rig = Rig()
    cases = [filed(0, "emergency-112", case_id=f"c_{number}") for number in range(1200)]
    for case in cases:
        rig.event(case)
    await rig.processor.quiesce()
    rig.tick(21 * MINUTE, target=1200)
    await rig.processor.quiesce()
    assert rig.types().count("SLABreached") == len(cases)
    assert rig.heaps.top(0) is not None
    assert rig.processor.fired_until(0) > 0


async def test_sla_idle_partitions_are_fired_from_the_committed_offset() -> None:
    """After a restart with nothing new to read, the committed offset is what was consumed: the deadline falls."""
    rig = Rig()
    rig.event(filed(0, "emergency-112"))
    await rig.processor.quiesce()
    rig.restart()
    rig.heaps.rebuild(0)
    rig.heaps.extend(0, ((wake_of(value) or 0, key) for (_, key), value in rig.table.items()))
    rig.tick(21 * MINUTE, target=1)
    await rig.processor.quiesce()
    assert rig.types().count("SLABreached") == 0
    rig.processor.begin_at(0, 1)
    rig.tick(22 * MINUTE, target=1)
    await rig.processor.quiesce()
    assert rig.types().count("SLABreached") == 1


GARBAGE = [
    WireRecord(None, b"", ()),
    WireRecord(b"k", b"{", (("ce_type", b"ComplaintFiled"),)),
    WireRecord(b"k", b"\xff", (("ce_type", b"\xff"),)),
]


@pytest.mark.parametrize("garbage", GARBAGE)
async def test_sla_poison_goes_to_the_dead_letter_topic_and_the_next_event_is_handled(garbage: WireRecord) -> None:
    """The original bytes go to the dead letters, acknowledged before the input is acked."""
    rig = Rig()
    rig.consume(garbage)
    rig.event(filed(0, "emergency-112"))
    await rig.processor.quiesce()
    topic, letter = rig.sent[0]
    assert (topic, letter.value) == (f"{CASES}.dlq", garbage.value)
    assert rig.types() == ["SLAClockStarted"]
    assert rig.following == {(CASES, 0): 2}


async def test_sla_a_time_beyond_reckoning_is_poison() -> None:
    """A filing in the year 9999 is a dead letter, not a crash without end."""
    rig = Rig()
    filing = filed(0, "emergency-112")
    record = encode(filing.data, event_id="x", source="intake")
    written = f'"occurred_at":"{filing.data.occurred_at:%Y-%m-%d}'.encode()
    assert written in record.value
    rig.consume(record._replace(value=record.value.replace(written, b'"occurred_at":"9999-12-31')))
    await rig.processor.quiesce()
    assert [topic for topic, _ in rig.sent] == [f"{CASES}.dlq"]


async def test_sla_a_record_under_another_key_is_poison() -> None:
    """A case's events are ordered by their key; one that lies elsewhere is not applied to it."""
    rig = Rig()
    filing = filed(0, "emergency-112")
    record = encode(filing.data, event_id=filing.event_id, source="intake")
    rig.consume(WireRecord(b"c_other", record.value, record.headers))
    await rig.processor.quiesce()
    assert [topic for topic, _ in rig.sent] == [f"{CASES}.dlq"]


async def test_sla_too_much_poison_in_a_row_stops_the_worker() -> None:
    """So many invalid events in a row are our bug: they are not sent to the dead-letter topic one after the other."""
    rig = Rig()
    for _ in range(MAX_INVALID_IN_ROW):
        rig.consume(GARBAGE[0])
    with pytest.raises(TooManyInvalid):
        rig.consume(GARBAGE[0])
    assert rig.following == {}


async def test_sla_other_types_and_other_services_replays_are_skipped_unread() -> None:
    """A type without clocks is skipped by its header; so is a dead letter replayed for another service."""
    rig = Rig()
    rig.consume(WireRecord(b"k", b"{no json", (("ce_type", b"EvidenceAdded"),)))
    rig.consume(WireRecord(b"k", b"{no json", (("ce_type", b"ComplaintFiled"), ("dlq_replay_service", b"notifier"))))
    await rig.processor.quiesce()
    assert (rig.sent, rig.following) == ([], {(CASES, 0): 2})


async def test_sla_emitted_events_carry_the_trace_of_their_cause() -> None:
    """The trace of the citizen's request goes on in what the monitor emits."""
    rig = Rig()
    filing, trace = filed(0, "e-complaint"), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    rig.consume(encode(filing.data, event_id=filing.event_id, source="intake", traceparent=trace))
    rig.event(completed(60))
    await rig.processor.quiesce()
    traces = [decode(record.headers, record.value).traceparent for _, record in rig.sent]
    assert traces == [trace, None]


async def test_sla_an_ended_case_leaves_the_table() -> None:
    """The marker's end is a deletion, in the table and in its changelog."""
    rig = Rig()
    rig.event(filed(0, "emergency-112"))
    rig.event(responder(MINUTE))
    await rig.processor.quiesce()
    rig.tick(30 * 86400, target=2)
    await rig.processor.quiesce()
    assert rig.table == {}
    assert CASE.encode() not in {key for _, key in rig.table}
