"""What the notifier measures."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chassis.telemetry.metrics import EVENT_AGE_BUCKETS


class NotifierMetrics:
    """`outcome` is accepted, failed, retried or undelivered."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.notifications = Counter(
            "janseva_notifications",
            "Messages by what became of them",
            ["channel", "template", "outcome"],
            registry=registry,
        )
        # From the event to the gateway's acceptance: the same promise to the citizen as an event's age.
        self.seconds = Histogram(
            "janseva_notification_seconds",
            "From the event to the gateway's acceptance of its message",
            ["lane"],
            buckets=EVENT_AGE_BUCKETS,
            registry=registry,
        )
        self.queue = Gauge(
            "janseva_notification_queue", "Messages neither accepted nor failed, by lane", ["lane"], registry=registry
        )
        self.held = Counter(
            "janseva_notifications_held",
            "Messages to an office in a storm, held for a digest",
            registry=registry,
        )
        self.quota_exceeded = Counter(
            "janseva_notifications_over_quota",
            "Messages to a citizen's number that were not sent because a quota of cases was full",
            ["quota"],
            registry=registry,
        )
        self.waiting = Gauge("janseva_digest_waiting", "Messages that wait for a digest or in one", registry=registry)
        self.oldest_held = Gauge(
            "janseva_digest_oldest_seconds",
            "How long the oldest message that waits for a digest does",
            registry=registry,
        )
        self.directory_posts = Gauge(
            "janseva_directory_posts", "Posts known from the directory of posts", registry=registry
        )
