"""Routing's own metrics."""

import collections
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chassis.telemetry.metrics import observe_all
from routing.domain import Decision, Reason

# From the filing to the decision: 300 ms is the promise end to end; the tails show outages.
ASSIGNMENT_BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.15, 0.24, 0.3, 0.45, 1.0, 3.0, 10.0, 60.0, 600.0)
RAISED: Final = frozenset({"transfer_loop", "third_transfer", "no_other_station", "accused_station"})


class RoutingMetrics:
    """Counts a decision once, when it is made; a replay of it is no new assignment."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.assignments = Counter(
            "janseva_assignments", "Assignments decided", ["reason", "provisional"], registry=registry
        )
        self.assignment_seconds = Histogram(
            "janseva_assignment_seconds",
            "From the filing or the transfer's request to the decision",
            buckets=ASSIGNMENT_BUCKETS,
            registry=registry,
        )
        self.transfers_raised = Counter(
            "janseva_transfers_raised", "Transfers that went up to the superintendent", ["why"], registry=registry
        )
        self.posts_published = Counter(
            "janseva_directory_posts_published", "Directory records that had changed", registry=registry
        )
        self.boundary_version = Gauge(
            "janseva_boundary_version_info", "1 for the version in force", ["version"], registry=registry
        )
        self.version_unusable = Gauge(
            "janseva_boundary_version_unusable",
            "1 while the version that should be in force can not be used and the one before it still decides",
            registry=registry,
        )

    def observe(self, decided: Iterable[tuple[Decision, timedelta]]) -> None:
        """Decisions of a batch, each with its age when it was made."""
        kinds: collections.Counter[tuple[Reason, bool]] = collections.Counter()
        ages: list[float] = []
        for decision, age in decided:
            kinds[decision.reason, decision.provisional] += 1
            ages.append(max(0.0, age.total_seconds()))
            for why in decision.notes:
                if why in RAISED:
                    self.transfers_raised.labels(why).inc()
        observe_all(self.assignment_seconds, ages)
        for (reason, provisional), count in kinds.items():
            self.assignments.labels(reason.value, str(provisional).lower()).inc(count)
