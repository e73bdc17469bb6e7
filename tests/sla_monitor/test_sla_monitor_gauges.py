"""What the worker shows of its open clocks: counted from the changes, and counted anew from the entries, alike."""

from collections import Counter
from typing import cast

from prometheus_client import CollectorRegistry

from event_schemas import Envelope
from event_schemas.policies import ClockPolicy
from sla_monitor.domain import engine, record_codec
from sla_monitor.domain.model import CaseRecord
from sla_monitor.worker.fatal import ExitProcess
from sla_monitor.worker.gauges import MetricsRecorder
from sla_monitor.worker.metrics import SLAMetrics
from tests.manual_clock import ManualClock
from tests.sla_monitor.sla_events import DAY, at, completed, filed, policies

INQUIRY = cast("ClockPolicy", policies().clock("inquiry")).target.total_seconds()


class Gauges:
    """A recorder over a registry of their own, at a time in the test's hands."""

    def __init__(self) -> None:
        self.registry, self.clock = CollectorRegistry(), ManualClock(at(0))
        metrics = SLAMetrics(self.registry, policies())
        self.recorder = MetricsRecorder(metrics, "routine", self.clock, cast("ExitProcess", None))

    def shown(self, seconds: float) -> dict[str, float]:
        """Every value that isn't 0, once so much time has passed since the fixed moment."""
        self.clock.advance(at(seconds) - self.clock.now())
        self.recorder.show({}, {}, {})
        found = {}
        for metric in self.registry.collect():
            for sample in metric.samples:
                labels = ",".join(
                    sample.labels[name] for name in ("clock", "band", "quantile") if name in sample.labels
                )
                found[f"{sample.name.removeprefix('janseva_sla_')} {labels}"] = sample.value
        return {name: value for name, value in found.items() if value}


def record_of(*events: Envelope) -> CaseRecord:
    record: CaseRecord | None = None
    for event in events:
        record, _ = engine.apply(record, event, policies())
    assert record is not None
    return record


def entry(record: CaseRecord) -> bytes:
    return record_codec.head_of(record_codec.dump(record, None))[1]


def test_sla_open_clocks_show_their_age_and_what_is_left() -> None:
    """Two inquiries, one begun ten days later: half and overdue are where they have come to, to a hundredth."""
    rig = Gauges()
    for record in (record_of(filed(0)), record_of(filed(10 * DAY))):
        rig.recorder.changed(0, None, record)
    early = rig.shown(INQUIRY * 0.6)
    assert early["clocks_open_by_age inquiry,50-80%"] == 1
    assert early["clocks_open_by_age inquiry,under 50%"] == 1
    assert abs(early["remaining_seconds inquiry,0.0"] - INQUIRY * 0.4) < INQUIRY / 100
    late = rig.shown(INQUIRY * 1.1)
    assert late["clocks_open_by_age inquiry,100-200%"] == 1
    assert "clocks_open_by_age inquiry,under 50%" not in late
    assert rig.shown(INQUIRY * 4)["clocks_open_by_age inquiry,over 200%"] == 2


def test_sla_a_recovered_partition_shows_what_the_changes_have_shown() -> None:
    """Counts from the entries' heads are those from the changes; an ended clock and a lost partition leave nothing."""
    changed, recovered = Gauges(), Gauges()
    records = [record_of(filed(day * DAY)) for day in range(5)]
    ended = record_of(filed(0), completed(60))
    for record in records:
        changed.recorder.changed(3, None, record)
    changed.recorder.changed(3, None, record_of(filed(0)))
    changed.recorder.changed(3, record_of(filed(0)), ended)
    recovered.recorder.recount(3, Counter(map(entry, [*records, ended])))
    assert changed.shown(DAY) == recovered.shown(DAY)
    recovered.recorder.keep(set())
    assert not any(name.startswith("clocks_open_by_age") for name in recovered.shown(DAY))


def test_sla_inputs_are_counted_with_their_batch() -> None:
    """What was handled counts once its batch is acknowledged, with the age it had then."""
    rig = Gauges()
    rig.recorder.handled("cases.routine", filed(0))
    rig.recorder.skipped("cases.routine")
    assert rig.registry.get_sample_value("janseva_event_age_seconds_count", {"topic": "cases.routine"}) is None
    rig.clock.advance(at(2) - at(0))
    rig.recorder.count_batch(())
    rig.recorder.count_batch(())
    assert rig.registry.get_sample_value("janseva_event_age_seconds_sum", {"topic": "cases.routine"}) == 2
    labels = {"topic": "cases.routine", "type": "other", "outcome": "skipped"}
    assert rig.registry.get_sample_value("janseva_events_handled_total", labels) == 1
