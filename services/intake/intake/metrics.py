"""What intake counts."""

from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# The promise is 20 minutes until help arrives.
PHASE_BUCKETS: Final = (60, 120, 180, 300, 600, 900, 1200, 1800, 3600)


class IntakeMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self.accepted = Counter(
            "janseva_submissions_accepted",
            "Submissions a citizen got a 202 for, repeats left out",
            ["service_code", "lane", "channel"],
            registry=registry,
        )
        self.rejected = Counter(
            "janseva_submissions_rejected", "Submissions refused, by problem code", ["code"], registry=registry
        )
        self.entered_late = Counter(
            "janseva_papers_entered_late",
            "Papers that an office entered more than a day after it had received them",
            ["service_code"],
            registry=registry,
        )
        self.otp_refused = Counter(
            "janseva_otp_refused",
            "Login codes refused because no SMS reaches the number, by why: invalid, landline, toll_free ...",
            ["reason"],
            registry=registry,
        )
        self.exports = Counter(
            "janseva_own_data_exports", "Pages of their own data that citizens got", registry=registry
        )
        self.erasures = Counter(
            "janseva_erasures",
            "Requests to erase a person's data, by what became of them; case_erased counts the cases",
            ["outcome"],
            registry=registry,
        )
        self.break_glass = Counter(
            "janseva_break_glass",
            "Sealed cases that officers opened out of turn, and what their superiors made of it",
            ["outcome"],
            registry=registry,
        )
        self.break_glass_overdue = Gauge(
            "janseva_break_glass_reviews_overdue",
            "Openings of sealed cases that no superior has reviewed in time",
            registry=registry,
        )
        self.commands = Counter(
            "janseva_desk_commands",
            "Commands on cases by what became of them",
            ["command", "outcome"],
            registry=registry,
        )
        self.emergency_phase = Histogram(
            "janseva_emergency_phase_seconds",
            "From the filing of an emergency to each dispatch and each arrival of a unit",
            ["phase"],
            buckets=PHASE_BUCKETS,
            registry=registry,
        )
        self.arrivals = Counter(
            "janseva_emergency_arrivals",
            "Arrivals at emergencies by how they are known: gps, button, caller, unknown",
            ["source"],
            registry=registry,
        )

    def dispatched(self, filed_at: datetime, at: datetime) -> None:
        self.emergency_phase.labels("dispatch").observe((at - filed_at).total_seconds())

    def arrived(self, filed_at: datetime, at: datetime, source: str) -> None:
        self.emergency_phase.labels("arrival").observe((at - filed_at).total_seconds())
        self.arrivals.labels(source).inc()
