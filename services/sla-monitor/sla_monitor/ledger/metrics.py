"""The metrics of the ledger."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from chassis.telemetry.metrics import ConsumerMetrics


class LedgerMetrics:
    """The reconciler's findings are faults of the workers: every one of them is to be investigated."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.consumer = ConsumerMetrics(registry)
        self.watermark_age = Gauge(
            "janseva_sla_ledger_watermark_age_seconds",
            "How far the ledger's knowledge of a partition lies behind the wall clock",
            ["topic", "partition"],
            registry=registry,
        )
        self.findings = Counter(
            "janseva_sla_reconciler_findings",
            "What the reconciler found: missed, untrue, doubled; mended: whether it could emit the correction",
            ["kind", "clock", "mended"],
            registry=registry,
        )
        self.undecided = Gauge(
            "janseva_sla_reconciler_undecided",
            "Clocks overdue by more than RECONCILE_AFTER_S on partitions whose watermark is behind",
            ["topic"],
            registry=registry,
        )
        self.passes = Counter(
            "janseva_sla_reconciler_passes", "Passes of the reconciler", ["outcome"], registry=registry
        )
        self.station_rounds = Gauge(
            "janseva_sla_station_rounds",
            "Rounds of the three promises of the last 30 days by station: met, breached, open, overdue",
            ["clock", "district", "station", "outcome"],
            registry=registry,
        )
        self.service_rounds = Gauge(
            "janseva_sla_service_rounds",
            "Rounds of the last 30 days by service, the whole state; figures under five are left out",
            ["clock", "service_code", "outcome"],
            registry=registry,
        )
        self.checked = Counter("janseva_sla_reconciler_checked", "Clock rounds checked", registry=registry)
