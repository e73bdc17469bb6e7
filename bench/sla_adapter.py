"""`python -m bench.sla_adapter`: our SLA monitor under the peers' driver (MONITOR_CMD).

It is the product's own worker, HTTP and all, on the driver's topics. Two things are put in between: an event of the
workload is read as the event of ours that means the same, and each SLABreached is also reported in the driver's format.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from bench.sla_stats import Stats
from bench.sla_workload import PARTITIONS, TARGET_DAYS, policy_file
from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.producer import EventProducer, RecordHeaders, Runs
from chassis.run import serve
from chassis.telemetry.logs import configure_logging
from event_schemas import ComplaintFiled, Envelope, Event, InquiryCompleted
from janseva_local.ports import free_port
from sla_monitor.app import Worker, create_app
from sla_monitor.settings import Settings
from sla_monitor.worker.ports import Message
from sla_monitor.worker.processor import Processor

TARGET: Final = timedelta(days=TARGET_DAYS)
ENV: Final = os.environ
STATS: Final = Stats()
_PREFIX: Final = "c_"  # our case ids have it, the workload's have not


class WorkloadSettings(Settings):
    """The driver's topics instead of the registry's."""

    @property
    def group(self) -> str:
        return ENV["APP_ID"]

    @property
    def cases_topic(self) -> str:
        return ENV["CASES"]

    @property
    def ticks_topic(self) -> str:
        return f"{ENV['APP_ID']}-ticks"


class WorkloadProcessor(Processor):
    """Reads the workload's JSON. What carries headers is an event of our own, read back as always."""

    def _read(self, message: Message, headers: RecordHeaders) -> Envelope:
        if headers:
            return super()._read(message, headers)
        STATS.count(message.partition)
        document: dict[str, Any] = orjson.loads(message.value or b"")
        data = _EVENTS[document["type"]](document)
        # As many bytes as an id of intake has: it is kept with the clock.
        event_id = f"{message.partition:08x}-0000-7000-8000-{message.offset:012x}"
        return Envelope(event_id, data.type, "intake", data.occurred_at, data.case_id, None, data)


def _filed(document: dict[str, Any]) -> Event:
    """A due time of its own becomes a filing that long ago."""
    return ComplaintFiled.model_validate(
        {
            "case_id": _PREFIX + document["case_id"],
            "occurred_at": datetime.fromisoformat(document["due_at"]) - TARGET,
            "case_seq": 1,
            "tracking_number": "JS-26-0000-0000-0",
            "service_code": "e-complaint",
            "lane": "routine",
            "channel": "web",
            "language": "en",
            "district": document["district"],
        }
    )


def _completed(document: dict[str, Any]) -> Event:
    return InquiryCompleted.model_validate(
        {
            "case_id": _PREFIX + document["case_id"],
            "occurred_at": datetime.fromisoformat(document["occurred_at"]),
            "case_seq": 2,
            "finding": "substantiated",
        }
    )


_EVENTS: Final = {"ComplaintFiled": _filed, "InquiryCompleted": _completed}


class ReportingProducer(EventProducer):
    """Reports each breach to the driver, before the product's own events are awaited."""

    async def send_runs(self, topic: str, runs: Runs) -> Awaitable[dict[int, int]]:
        reports: dict[int, list[tuple[bytes | None, bytes | None, RecordHeaders]]] = {}
        if topic == ENV["CASES"]:
            for partition, records in runs.items():
                for key, value, headers in records:
                    if dict(headers)["ce_type"] == b"SLABreached":
                        reports.setdefault(partition, []).append(
                            ((key or b"")[len(_PREFIX) :], _as_the_driver_reads(value or b""), ())
                        )
        ours = await super().send_runs(topic, runs)
        if not reports:
            return ours
        STATS.values["breaches"] += sum(map(len, reports.values()))
        theirs = await super().send_runs(ENV["BREACHES"], reports)
        return _both(ours, theirs)


async def _both(ours: Awaitable[dict[int, int]], theirs: Awaitable[dict[int, int]]) -> dict[int, int]:
    last, _ = await asyncio.gather(ours, theirs)
    return last


def _as_the_driver_reads(value: bytes) -> bytes:
    breach = orjson.loads(value)
    due = round(datetime.fromisoformat(breach["due_at"]).timestamp() * 1000)
    document = {
        "breach_id": breach["breach_id"],
        "type": "SLABreached",
        "case_id": breach["case_id"].removeprefix(_PREFIX),
        "district": breach.get("district"),
        "due_at": due,
        "detected_at": round(datetime.now(UTC).timestamp() * 1000),
    }
    return orjson.dumps(document)


class WorkloadWorker(Worker):
    processor_class = WorkloadProcessor
    producer_class = ReportingProducer

    @classmethod
    async def create(cls, settings: Settings, *rest: Any) -> "WorkloadWorker":
        """Makes the topics of ticks and posts, and keeps the driver informed of what is owned and restored."""
        specs = [TopicSpec(settings.ticks_topic, PARTITIONS), TopicSpec(settings.directory_topic, 1)]
        await create_topics(settings.kafka_bootstrap, specs)
        worker = await super().create(settings, *rest)

        async def watch() -> None:
            while True:
                adapter = worker.adapter
                owned = len(adapter.owned) if adapter.recovered.is_set() else 0
                STATS.values |= {"ready": owned > 0, "assigned": owned, "restored": adapter.recovery.records}
                await asyncio.sleep(0.05)

        worker.background.add("stats", watch)
        return worker


def main() -> int:
    state_dir = Path(ENV["STATE_DIR"])
    settings = WorkloadSettings(
        kafka_bootstrap=ENV["BOOTSTRAP"],
        lane="routine",
        worker_name=f"instance-{ENV.get('INSTANCE', '0')}",
        http_port=free_port(),
        tick_ms=int(ENV.get("TICK_MS", "1000")),
        session_timeout_s=float(ENV.get("SESSION_S", "10")),
        state_dir=state_dir,
        policies_file=policy_file(state_dir),
    )
    configure_logging("sla-monitor", "warning")
    return serve(create_app(settings, WorkloadWorker), settings)


if __name__ == "__main__":
    sys.exit(main())
