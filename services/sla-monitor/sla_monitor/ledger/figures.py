"""Shows as gauges what the ledger counts by station and by service, over the last thirty days, for dashboards."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.clock import Clock
from chassis.mongo.client import store_errors
from chassis.repeating import repeat
from chassis.telemetry.logs import get_logger
from sla_monitor.ledger.metrics import LedgerMetrics
from sla_monitor.ledger.report import UNASSIGNED
from sla_monitor.ledger.store import LedgerStore

_log = get_logger(__name__)
WINDOW: Final = timedelta(days=30)
# By station only these: 1,390 stations with every clock would be more series than a Prometheus should keep.
PROMISES: Final = ("dial112_response", "hearing", "inquiry")
# A figure of a service below it could name somebody.
LEAST_SHOWN: Final = 5
OUTCOMES: Final = ("met", "breached", "open", "overdue")

Counted = Sequence[Mapping[str, Any]]


class Figures:
    """Counts anew every `every`: two copies of the ledger show the same. While MongoDB is away the last ones stand."""

    def __init__(self, store: LedgerStore, metrics: LedgerMetrics, clock: Clock, every: timedelta) -> None:
        self._store, self._metrics, self._clock, self._every = store, metrics, clock, every

    async def run(self) -> None:
        """Until cancelled."""
        await repeat(self.refresh, self._every, _log, "figures_not_counted")

    async def refresh(self) -> None:
        now = self._clock.now()
        stations = await self._counted(now, ("clock", "district", "station"), {"clock": {"$in": PROMISES}})
        services = await self._counted(now, ("clock", "service_code"), {})
        self._metrics.station_rounds.clear()
        for one in stations:
            clock, district, station = (one["_id"][name] for name in ("clock", "district", "station"))
            for outcome in OUTCOMES:
                labels = (clock, district or UNASSIGNED, station or UNASSIGNED, outcome)
                self._metrics.station_rounds.labels(*labels).set(one[outcome])
        self._metrics.service_rounds.clear()
        for clock, service, outcome, number in _shown(services):
            self._metrics.service_rounds.labels(clock, service, outcome).set(number)

    async def _counted(self, now: datetime, by: Sequence[str], besides: Mapping[str, Any]) -> Counted:
        pipeline = _counting(now, by, besides)
        with store_errors():
            found: Counted = await self._store.rounds.aggregate(pipeline).to_list(None)
        return found


def _counting(now: datetime, by: Sequence[str], besides: Mapping[str, Any]) -> list[dict[str, Any]]:
    """As the report counts: a round that is open past its due time is breached at that time, and overdue."""
    since = now - WINDOW
    decided = {"$and": [{"$gte": ["$decided_at", since]}, {"$lt": ["$decided_at", now]}]}
    late = {"$or": ["$open", {"$eq": ["$state", "breached"]}]}
    on = {
        "met": {"$and": [decided, {"$eq": ["$state", "met"]}, {"$not": ["$open"]}]},
        "breached": {"$and": [decided, late]},
        "open": "$open",
        "overdue": {"$and": ["$open", {"$lt": ["$due_at", now]}]},
    }
    sums = {name: {"$sum": {"$cond": [condition, 1, 0]}} for name, condition in on.items()}
    wanted = {"owner": "police", "$or": [{"open": True}, {"decided_at": {"$gte": since, "$lt": now}}], **besides}
    return [{"$match": wanted}, {"$group": {"_id": {name: f"${name}" for name in by}, **sums}}]


def _shown(services: Counted) -> Iterable[tuple[str, str, str, int]]:
    for one in services:
        for outcome in OUTCOMES:
            if one[outcome] >= LEAST_SHOWN:
                yield one["_id"]["clock"], one["_id"]["service_code"], outcome, one[outcome]
