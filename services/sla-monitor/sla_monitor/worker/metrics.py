"""The metrics of a worker. Districts are labels, stations are not: HQ reads those from the ledger."""

from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chassis.telemetry.metrics import ConsumerMetrics, target_buckets
from event_schemas.policies import PolicySet

# A breach is emitted within 300 ms of its time; a fail-over takes a session of 10 s and a few seconds more.
LATENESS_BUCKETS = (0.05, 0.1, 0.15, 0.24, 0.3, 0.45, 1.0, 3.0, 10.0, 13.0, 30.0, 300.0)


class SLAMetrics:
    """``district`` is the revenue district, or "" as long as neither the filing nor an assignment names it."""

    def __init__(self, registry: CollectorRegistry, policies: PolicySet) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"janseva_sla_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"janseva_sla_{name}", text, labels, registry=registry)

        self.consumer = ConsumerMetrics(registry)
        self.open = gauge("clocks_open", "Clocks that run or are paused, of the owned partitions", "clock", "district")
        self.overdue = gauge("clocks_overdue", "Open clocks with a standing breach of level 0", "clock", "district")
        self.by_age = gauge(
            "clocks_open_by_age", "Open clocks by the share of their promised time that is over", "clock", "band"
        )
        self.remaining = gauge(
            "remaining_seconds",
            "Time left to the running clocks, by quantile; 0: the next one due",
            "clock",
            "quantile",
        )
        self.target = gauge("target_seconds", "The promised time", "clock")
        self.started = counter("clocks_started", "Clock rounds started", "clock", "district")
        self.stopped = counter("clocks_stopped", "Clock rounds ended", "clock", "district", "outcome")
        self.breaches = counter("breaches", "Breaches emitted; never falls", "clock", "district", "level")
        self.revoked = counter("breaches_revoked", "Breaches revoked", "clock")
        # What is observed is time on the wall: targets of other calendars would only add bounds that mean nothing.
        targets = {policy.target for policy in policies.clocks if policy.calendar == "elapsed"} or {timedelta(days=30)}
        fractions = (0.25, 0.5, 0.8, 1.0, 1.5, 3.0)
        self.elapsed = Histogram(
            "janseva_sla_elapsed_seconds",
            "From start to end of a clock round, pauses left out",
            ["clock", "district"],
            buckets=target_buckets(*targets, fractions=fractions),
            registry=registry,
        )
        self.lateness = Histogram(
            "janseva_sla_breach_lateness_seconds",
            "From the time a level was reached to Kafka's acknowledgement of the breach",
            ["lane"],
            buckets=LATENESS_BUCKETS,
            registry=registry,
        )
        self.tick_age = gauge("tick_age_seconds", "Age of the oldest tick that has not fired", "lane", "partition")
        self.heap = gauge("heap_entries", "Entries of the deadline heap", "lane", "partition")
        self.owned = gauge("owned_partitions", "Partitions this worker answers for", "lane")
        self.recovery_seconds = gauge(
            "recovery_seconds", "From the last assignment until its partitions were answered for", "lane"
        )
        self.recovery_records = gauge("recovery_records", "Changelog records read in the last recovery", "lane")
        self.send_errors = counter(
            "send_errors", "Sends that failed: a tick is sent again, anything else ends the process", "lane"
        )
        self.targets: dict[str, float] = {}
        """Of clocks whose time passes evenly: what share of it is over follows from what is left."""
        for policy in policies.clocks:
            seconds = policy.target / timedelta(seconds=1)
            self.target.labels(policy.clock).set(seconds)
            if policy.calendar != "working_hours":
                self.targets[policy.clock] = seconds
