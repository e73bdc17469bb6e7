"""The whole suite at a steady rate: from the 202 to the station assigned, and to the SMS in the provider's sink."""

import asyncio
import json
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bench.load import open_load
from bench.report import percentile, show
from event_schemas import AssignedToStation, ComplaintFiled
from janseva_local.demo.evidence import Evidence, gather, marks
from janseva_local.demo.findings import distinct
from janseva_local.demo.plan import places
from janseva_local.stack import Stack

TARGET_P99_MS = 300.0
SETTLE_S = 60.0


async def run(*, rate: float = 50.0, seconds: float = 60.0) -> bool:
    """True if the p99 from the 202 to AssignedToStation is within the target and nothing is missing."""
    answered: dict[str, float] = {}
    phones: dict[str, str] = {}
    here = places()

    def make(number: int) -> tuple[bytes, dict[str, str]]:
        place = here[number % len(here)]
        body = {"kind": "police", "phone": f"+9198{number:08d}", "location": {"lat": place.lat, "lon": place.lon}}
        return json.dumps(body).encode(), {"content-type": "application/json", "Idempotency-Key": uuid.uuid4().hex}

    def on_answer(number: int, status: int, answer: bytes, at: float) -> None:
        if status == 202:
            case_id = json.loads(answer)["case_id"]
            answered[case_id], phones[case_id] = at, f"+9198{number:08d}"

    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        async with Stack(Path(folder), ports="free") as stack, httpx.AsyncClient(timeout=30) as http:
            start, since = await marks(stack.kafka_bootstrap), datetime.now(UTC)
            print(f"{rate:.0f} submissions a second for {seconds:.0f} s", file=sys.stderr)
            url = f"{stack.urls['intake']}/v1/emergencies"
            outcome = await open_load(url, make, rate=rate, seconds=seconds, on_answer=on_answer)
            until = time.monotonic() + SETTLE_S
            while True:
                evidence = await gather(stack.kafka_bootstrap, start, stack.urls["provider"], http, since)
                assigned, notified = _times(evidence, set(phones.values()))
                if (len(assigned) >= len(answered) and len(notified) >= len(answered)) or time.monotonic() > until:
                    break
                await asyncio.sleep(2)
    to_station = [(assigned[case] - at) * 1000 for case, at in answered.items() if case in assigned]
    to_sms = [(notified[phones[case]] - at) * 1000 for case, at in answered.items() if phones[case] in notified]
    rows = [
        ["POST to 202", len(outcome.latencies_ms), *_spread(outcome.latencies_ms)],
        ["202 to AssignedToStation in the log", len(to_station), *_spread(to_station)],
        ["202 to the SMS in the sink", len(to_sms), *_spread(to_sms)],
    ]
    missing = int(rate * seconds) - min(len(to_station), len(to_sms), len(outcome.latencies_ms))
    show(
        f"end to end at {rate:.0f}/s for {seconds:.0f} s, the whole suite on this machine",
        ["", "cases", "p50 ms", "p99 ms", "max ms"],
        rows,
        assigned_p99_ms=round(percentile(to_station, 0.99), 1),
        assigned_p50_ms=round(percentile(to_station, 0.5), 1),
        sms_p50_ms=round(percentile(to_sms, 0.5), 1),
        sms_p99_ms=round(percentile(to_sms, 0.99), 1),
        target_ms=TARGET_P99_MS,
        missing=missing,
        others=dict(outcome.others),
    )
    return percentile(to_station, 0.99) < TARGET_P99_MS and missing == 0


def _times(evidence: Evidence, phones: set[str]) -> tuple[dict[str, float], dict[str, float]]:
    """When each case's assignment lay in the log and when each phone's first message was accepted, in unix seconds."""
    assigned = {
        seen.envelope.subject: seen.stored_at_ms / 1000
        for seen in distinct(evidence.events)
        if isinstance(seen.envelope.data, AssignedToStation)
    }
    filed = {seen.envelope.subject for seen in evidence.events if isinstance(seen.envelope.data, ComplaintFiled)}
    notified: dict[str, float] = {}
    for message in evidence.messages:
        if message.to in phones:
            at = message.received_at.timestamp()
            notified[message.to] = min(at, notified.get(message.to, at))
    return {case: at for case, at in assigned.items() if case in filed}, notified


def _spread(values: list[float]) -> list[float]:
    return [percentile(values, 0.5), percentile(values, 0.99), max(values, default=float("nan"))]
