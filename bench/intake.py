"""Intake beside its floor, a bare handler that inserts the same document: submissions per second and latency."""

import asyncio
import json
import os
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import bson
import httpx
from pymongo import AsyncMongoClient

from bench.load import MakeRequest, Outcome, closed_load
from bench.report import median, percentile, show
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.ports import free_port
from janseva_local.process import ChildProcess
from janseva_local.stack import Stack

TARGET_RATIO = 0.75
PHONE = "+919900000001"
BODY = {
    "service_code": "lost-property",
    "language": "hi",
    "channel": "web",
    "complainant": {"name": "आशा देवी", "phone": PHONE, "address": "मधेपुरा"},
    "description": "बस में मेरा मोबाइल फोन खो गया।",
    "location": {"lat": 25.921, "lon": 86.792, "accuracy_m": 30},
    "attributes": {"item": "mobile_phone"},
}


async def run(*, seconds: float = 8.0, rounds: int = 5, in_flight: int = 64) -> bool:
    """Alternates floor and intake; True if the median of the rounds' ratios reaches the target."""
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        async with Stack(Path(folder) / "data", ports="free", services=("provider", "notifier", "intake")) as stack:
            make = await intake_request(stack)
            # They served the login; what they do with each filing is the end-to-end benchmark's subject.
            for name in ("notifier", "provider"):
                await stack.stop_part(name)
            url = f"{stack.urls['intake']}/v1/complaints"
            await closed_load(url, make, in_flight=8, seconds=2)
            async with floor(stack.mongo_uri, Path(folder)) as floor_url:
                await closed_load(floor_url, make, in_flight=8, seconds=2)
                pairs = []
                for number in range(rounds):
                    print(f"round {number + 1} of {rounds}", file=sys.stderr)
                    bare = await closed_load(floor_url, make, in_flight=in_flight, seconds=seconds)
                    ours = await closed_load(url, make, in_flight=in_flight, seconds=seconds)
                    await _outbox_empty(stack.mongo_uri)
                    pairs.append((bare, ours))
    return _report(pairs, in_flight)


async def intake_request(stack: Stack) -> MakeRequest:
    """The request every client repeats, with a key of its own each time."""
    answer = json.dumps(BODY, ensure_ascii=False).encode()
    suite = Suite(stack.urls["intake"], "", stack.urls["provider"])
    async with httpx.AsyncClient() as http:
        token = await log_in(http, suite, PHONE)
    headers = {"content-type": "application/json", "Authorization": f"Bearer {token}"}

    def make(_number: int) -> tuple[bytes, dict[str, str]]:
        return answer, {**headers, "Idempotency-Key": uuid.uuid4().hex}

    return make


@asynccontextmanager
async def floor(mongo_uri: str, folder: Path) -> AsyncIterator[str]:
    """The bare handler as a process of its own, given a case document that intake wrote."""
    document = folder / "case.bson"
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_uri)
    case = await client["janseva_intake"]["cases"].find_one({"service_code": BODY["service_code"]})
    await client.close()
    assert case is not None
    document.write_bytes(bson.encode(case))
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "bench.floor_app:create_app",
        "--port",
        str(port),
        "--no-access-log",
    ]
    env = {**os.environ, "MONGO_URI": mongo_uri, "FLOOR_DOCUMENT": str(document)}
    process = ChildProcess("floor", [*command, "--log-level", "warning"], log=folder / "floor.log", env=env)
    process.spawn()
    try:
        await asyncio.sleep(3)
        yield f"http://127.0.0.1:{port}/v1/complaints"
    finally:
        await process.stop()


async def _outbox_empty(mongo_uri: str) -> None:
    """Lets intake finish what it has accepted, so that its rest does not load the floor's round."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_uri)
    cases = client["janseva_intake"]["cases"]
    for _ in range(600):
        if not await cases.find_one({"outbox_at": {"$exists": True}}, {"_id": 1}):
            break
        await asyncio.sleep(0.1)
    await client.close()


def _report(pairs: list[tuple[Outcome, Outcome]], in_flight: int) -> bool:
    rates, rows = [], []
    for name, place in (("bare FastAPI + Motor insert (floor)", 0), ("intake POST /v1/complaints", 1)):
        runs = [pair[place] for pair in pairs]
        latencies = [latency for run in runs for latency in run.latencies_ms]
        rates.append(median([run.per_second for run in runs]))
        others = sum(run.others.total() for run in runs)
        rows.append([name, rates[-1], percentile(latencies, 0.5), percentile(latencies, 0.99), others])
    ratios = [ours.per_second / bare.per_second for bare, ours in pairs]
    ratio = median(ratios)
    refused = sum(ours.others.total() for _, ours in pairs)
    rows.append([f"ratio (target {TARGET_RATIO})", ratio, "", "", ""])
    show(
        f"intake: accepted submissions, {in_flight} in flight, median of {len(pairs)} rounds",
        ["", "per second", "p50 ms", "p99 ms", "not 202"],
        rows,
        ratio=round(ratio, 3),
        ratios=[round(value, 3) for value in ratios],
        target=TARGET_RATIO,
        floor_per_s=round(rates[0]),
        intake_per_s=round(rates[1]),
        others=[dict(ours.others) for _, ours in pairs],
    )
    return ratio >= TARGET_RATIO and refused == 0
