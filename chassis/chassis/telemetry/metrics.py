"""The chassis' metrics in one place. Every registry is passed in; the global one is never used."""

from __future__ import annotations

import collections
from bisect import bisect_left
from collections.abc import Collection, Iterable
from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# On a target and at 50, 80 and 150 % of it the question "how many made it" has an exact answer; the rest gives shape.
TARGET_FRACTIONS = (0.1, 0.25, 0.5, 0.8, 1.0, 1.5, 2.0, 3.0)


def target_buckets(*targets: timedelta, fractions: Iterable[float] = TARGET_FRACTIONS) -> tuple[float, ...]:
    """Bucket bounds in seconds for one or several targets, sorted, without repetition."""
    parts = tuple(fractions)
    return tuple(sorted({round(target.total_seconds() * part, 6) for target in targets for part in parts}))


# The three promised times in one set: 20 minutes, 30 minutes and 30 days, each with 50, 80 and 150 % of it.
TARGET_BUCKETS = target_buckets(
    timedelta(minutes=20), timedelta(minutes=30), timedelta(days=30), fractions=(0.5, 0.8, 1.0, 1.5)
)
# An answer to a person: 100 ms feels immediate, 1 s is the limit of patience; the tails show timeouts (3 s, 5 s).
HTTP_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.08, 0.1, 0.15, 0.25, 0.5, 1.0, 3.0, 5.0)
# An event is handled within 300 ms of its fact (the target), a sweep after a lost fast path takes 1.25 s.
EVENT_AGE_BUCKETS = (0.01, 0.03, 0.075, 0.15, 0.24, 0.3, 0.45, 0.6, 1.0, 1.5, 3.0, 10.0, 60.0, 600.0)
# From the write to the ack: the fast path takes milliseconds, the sweep about a second, an outage minutes.
PUBLISH_BUCKETS = (0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 5.0, 30.0, 300.0)


def observe_all(histogram: Histogram, values: Collection[float]) -> None:
    """What observe() does for each value, by one addition to each bucket: for what comes in batches."""
    bounds, buckets = histogram._upper_bounds, histogram._buckets  # noqa: SLF001  the client knows single values alone
    for index, count in collections.Counter([bisect_left(bounds, value) for value in values]).items():
        buckets[index].inc(count)
    histogram._sum.inc(sum(values))  # noqa: SLF001  as above


class ConsumerMetrics:
    """What a consumer loop counts. `outcome` is handled, skipped, dead_letter or retried."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.handled = Counter(
            "janseva_events_handled",
            "Events read from a topic by what became of them",
            ["topic", "type", "outcome"],
            registry=registry,
        )
        self.age = Histogram(
            "janseva_event_age_seconds",
            "Age of an event when it had been handled",
            ["topic"],
            buckets=EVENT_AGE_BUCKETS,
            registry=registry,
        )
        self.dead_letters = Counter(
            "janseva_dead_letters", "Records sent to a dead letter topic", ["topic", "reason"], registry=registry
        )
        self.lost = Counter(
            "janseva_events_lost",
            "Events that Kafka deleted before the group had read them",
            ["topic", "group"],
            registry=registry,
        )
        self.lag = Gauge(
            "janseva_consumer_lag", "Records of a partition not yet handled", ["topic", "partition"], registry=registry
        )


class OutboxMetrics:
    """What an outbox counts; `of` names the second one of a service."""

    def __init__(self, registry: CollectorRegistry, *, of: str = "outbox") -> None:
        self.pending = Gauge(
            f"janseva_{of}_pending", "Documents whose events are overdue for publishing", registry=registry
        )
        self.oldest = Gauge(
            f"janseva_{of}_oldest_seconds",
            "How long the oldest overdue event has waited for publishing; 0 if none does",
            registry=registry,
        )
        self.publish_seconds = Histogram(
            f"janseva_{of}_publish_seconds",
            "From the write of an event to Kafka's acknowledgement",
            buckets=PUBLISH_BUCKETS,
            registry=registry,
        )
        self.failures = Counter(
            f"janseva_{of}_publish_failures", "Publishing attempts that failed", ["reason"], registry=registry
        )
        self.dropped = Counter(
            f"janseva_{of}_fast_path_skipped",
            "Writes whose publishing was left to the sweep because the fast path was full or Kafka was down",
            registry=registry,
        )


class HttpMetrics:
    """What every HTTP app counts. `route` is the template, never the path: paths hold numbers of persons' cases."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.request_seconds = Histogram(
            "janseva_http_request_seconds",
            "Duration of HTTP requests",
            ["route", "method", "status"],
            buckets=HTTP_BUCKETS,
            registry=registry,
        )
