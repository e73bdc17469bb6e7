"""The small parts: clock, settings, health, metrics, the producer's double."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY, CollectorRegistry, Histogram
from pydantic import ValidationError

from chassis.clock import SystemClock
from chassis.health import Liveness, SlowestOf, run_checks
from chassis.kafka.consumer import BACKOFF_FIRST, BACKOFF_LAST, backoff
from chassis.kafka.producer import Producer
from chassis.outbox.publisher import OutboxEntry
from chassis.settings import NotYaml, ServiceSettings, load_yaml
from chassis.telemetry.metrics import (
    EVENT_AGE_BUCKETS,
    TARGET_BUCKETS,
    ConsumerMetrics,
    HttpMetrics,
    OutboxMetrics,
    observe_all,
    target_buckets,
)
from event_schemas import WireRecord
from tests.in_memory_broker import InMemoryProducer
from tests.manual_clock import ManualClock


def test_a_manual_clock_moves_only_when_moved() -> None:
    """Thirty days pass at once, never backwards, always in UTC."""
    start = datetime(2026, 11, 22, tzinfo=UTC)
    clock = ManualClock(start)
    assert clock.now() == start
    assert clock.advance(timedelta(days=30)) == clock.now() == start + timedelta(days=30)
    with pytest.raises(ValueError, match="turned back"):
        clock.advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime(2026, 1, 1))  # noqa: DTZ001  that is the point
    assert SystemClock().now().tzinfo is UTC


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names carry no prefix, secrets do not print, an unknown level is refused."""
    for name, value in {"MONGO_DATABASE": "d", "HTTP_PORT": "8001", "SERVICE_TOKEN": "s3cret", "OTHER": "x"}.items():
        monkeypatch.setenv(name, value)
    settings = ServiceSettings()
    assert (settings.http_port, settings.mongo_database, settings.http_host) == (8001, "d", "127.0.0.1")
    assert "s3cret" not in repr(settings)
    monkeypatch.setenv("LOG_LEVEL", "loud")
    with pytest.raises(ValidationError):
        ServiceSettings()


def test_yaml_is_read_safely(tmp_path: Path) -> None:
    """Data only: a file can not construct objects."""
    path = tmp_path / "x.yaml"
    path.write_text("a: [1, 2]")
    assert load_yaml(path) == {"a": [1, 2]}
    path.write_text("!!python/object/apply:os.getcwd []")
    with pytest.raises(Exception, match="could not determine a constructor"):
        load_yaml(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "the key 'a' stands twice, first in line 1"),
        ('outer:\n  - {a: 1, "a": 1}\n', "the key 'a' stands twice, first in line 2"),
        ("1: x\n0x1: y\n", "the key 1 stands twice"),
        ("base: &b {a: 1, a: 2}\nc: {<<: *b}\n", "the key 'a' stands twice"),
        ("[" * 5_000, "nested too deep"),
        ("{a: " * 5_000, "nested too deep"),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    """The last one would win without a word; however the key is written, and wherever it stands."""
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(NotYaml, match=message):
        load_yaml(path)


def test_what_is_no_text_is_no_yaml(tmp_path: Path) -> None:
    """A file in another encoding is refused as such, not with a traceback."""
    path = tmp_path / "x.yaml"
    path.write_bytes("a: Café".encode("latin-1"))
    with pytest.raises(NotYaml):
        load_yaml(path)


def test_a_merged_key_may_be_overridden_and_a_time_is_no_number(tmp_path: Path) -> None:
    """A key beside `<<` is how YAML overrides; 17:00 is a time of day, not 1020."""
    path = tmp_path / "x.yaml"
    path.write_text("base: &b {a: 1, n: 1.5}\none: {<<: *b, a: 2}\ntwo: {<<: *b}\ncloses: 17:00\nlong: 10:20:30.5\n")
    assert load_yaml(path) == {
        "base": {"a": 1, "n": 1.5},
        "one": {"a": 2, "n": 1.5},
        "two": {"a": 1, "n": 1.5},
        "closes": "17:00",
        "long": "10:20:30.5",
    }


def test_liveness_ends_with_silence() -> None:
    """Alive exactly as long as the beats are fresh."""
    now = 0.0
    liveness = Liveness(timedelta(seconds=5), monotonic=lambda: now)
    assert liveness.alive(5.0)
    assert not liveness.alive(5.1)
    now = 6.0
    liveness.beat()
    assert liveness.alive(11.0)


async def test_checks_answer_within_their_time() -> None:
    """A dependency that hangs is a failed one."""

    async def hangs() -> None:
        await asyncio.Event().wait()

    assert await run_checks({"a": hangs}, timedelta(milliseconds=10)) == {"a": "timeout"}


def test_buckets_lie_on_the_targets() -> None:
    """On each promised time and at 50, 80 and 150 % of it there is a bucket's bound."""
    for target in (timedelta(minutes=20), timedelta(minutes=30), timedelta(days=30)):
        for part in (0.5, 0.8, 1.0, 1.5):
            assert target.total_seconds() * part in TARGET_BUCKETS
    assert list(TARGET_BUCKETS) == sorted(set(TARGET_BUCKETS))
    for part in (0.5, 0.8, 1.0, 1.5):
        assert round(0.3 * part, 3) in EVENT_AGE_BUCKETS
    assert target_buckets(timedelta(seconds=10), fractions=(1, 0.5)) == (5.0, 10.0)


@given(values=st.lists(st.sampled_from(EVENT_AGE_BUCKETS) | st.integers(0, 2_000).map(float)))
def test_many_values_are_observed_as_each_alone(values: list[float]) -> None:
    """Buckets, count and sum are the same, a value on a bound included."""
    one, many = (Histogram("h", "h", buckets=EVENT_AGE_BUCKETS, registry=None) for _ in range(2))
    for value in values:
        one.observe(value)
    observe_all(many, values)
    (first,), (second,) = one.collect(), many.collect()
    for expected, found in zip(first.samples, second.samples, strict=True):
        assert found.labels == expected.labels
        if not expected.name.endswith("_created"):
            assert found.value == pytest.approx(expected.value)


def test_metrics_never_touch_the_global_registry() -> None:
    """Two apps in one process (as in tests) do not collide."""
    before = set(REGISTRY._names_to_collectors)  # noqa: SLF001  the registry lists its names nowhere else
    for _ in range(2):
        registry = CollectorRegistry()
        ConsumerMetrics(registry), OutboxMetrics(registry), HttpMetrics(registry)
    assert set(REGISTRY._names_to_collectors) == before  # noqa: SLF001


def test_backoff_grows_to_its_cap_with_jitter() -> None:
    """Waits double, stay within half and all of their step, and end at the cap."""
    for attempt in range(1, 40):
        full = min(BACKOFF_LAST, BACKOFF_FIRST * 2 ** (attempt - 1))
        assert full / 2 <= backoff(attempt) <= full


def test_an_outbox_entry_survives_its_document() -> None:
    """Bytes, key and headers come back as they were."""
    record = WireRecord(b"k", b"\x00\xff", (("ce_id", b"1"), ("traceparent", b"00-..")))
    entry = OutboxEntry("t", "1", record)
    assert OutboxEntry.from_document(entry.to_document()) == entry
    keyless = OutboxEntry("t", "1", WireRecord(None, b"", ()))
    assert OutboxEntry.from_document(keyless.to_document()) == keyless


async def test_the_producers_double_satisfies_the_protocol() -> None:
    """The in-memory producer can stand wherever a real one does (mypy checks the assignment)."""
    double: Producer = InMemoryProducer()
    await double.send_all([("t", WireRecord(b"k", b"v", ()))])


def test_one_silent_loop_is_not_hidden_by_another() -> None:
    """Alive means every loop turns."""
    now = 0.0
    loops = [Liveness(timedelta(seconds=30), monotonic=lambda: now) for _ in range(2)]
    both = SlowestOf(loops)
    now = 60.0
    loops[0].beat()
    assert not both.alive(now)
    loops[1].beat()
    assert both.alive(now)
