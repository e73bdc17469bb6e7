"""A citizen's status beside its floor, a bare handler with one find_one: reads per second, and the answer's size."""

import asyncio
import gzip
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from bench.floors import floor, report
from bench.intake import PLACE, citizen, filing_request
from bench.load import closed_load
from janseva_local.stack import Stack

TARGET_RATIO = 0.6
MOST_GZIPPED = 2_000
CASES = 40
WITHIN_S = 120.0
SERVICES = ("provider", "notifier", "routing", "sla-monitor-routine", "intake")
BODY = {
    "service_code": "e-complaint",
    "language": "hi",
    "channel": "web",
    "complainant": {"name": "आशा देवी", "address": "मधेपुरा"},
    "description": "मेरी साइकिल बाज़ार से चोरी हो गई।",
    "location": PLACE,
    "attributes": {"category": "theft"},
}


async def run(*, seconds: float = 6.0, rounds: int = 5, in_flight: int = 32) -> bool:
    """Alternates floor and intake; True if the ratio and the size of the answers are within their targets."""
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        async with Stack(Path(folder) / "data", ports="free", services=SERVICES) as stack:
            owner = await citizen(stack)
            numbers, answers = await _worked_cases(stack, owner)
            # What the others do with the cases is done.
            for name in SERVICES[:-1]:
                await stack.stop_part(name)
            urls = [f"{stack.urls['intake']}/v1/complaints/{number}" for number in numbers]
            headers = {**owner, "Accept-Language": "hi"}

            def ask(_number: int) -> tuple[bytes, dict[str, str]]:
                return b"", headers

            async with floor(stack.mongo_uri, Path(folder), {"tracking_number": numbers[0]}) as floor_url:
                floor_urls = [f"{floor_url}/{number}" for number in numbers]
                pairs = []
                for number in range(rounds + 1):
                    bare = await closed_load(floor_urls, ask, in_flight=in_flight, seconds=seconds, method="GET")
                    ours = await closed_load(urls, ask, in_flight=in_flight, seconds=seconds, method="GET")
                    # The first warms both up.
                    pairs += [(bare, ours)] if number else []
                    print(f"round {number} of {rounds}", file=sys.stderr)
    largest = max(len(gzip.compress(answer)) for answer in answers)
    fast = report(
        f"status of {len(numbers)} assigned complaints, {in_flight} in flight, {largest} bytes gzipped at most",
        ("bare FastAPI + Motor find_one (floor)", "intake GET /v1/complaints/…"),
        pairs,
        TARGET_RATIO,
        gzipped=largest,
        target_gzipped=MOST_GZIPPED,
    )
    return fast and largest < MOST_GZIPPED


async def _worked_cases(stack: Stack, owner: dict[str, str]) -> tuple[list[str], list[bytes]]:
    """Tracking numbers of complaints that have a station and a running clock, and their statuses in Hindi."""
    make = await filing_request(stack, BODY, citizens=1)
    url = f"{stack.urls['intake']}/v1/complaints"
    async with httpx.AsyncClient(timeout=30) as http:

        async def file(number: int) -> str:
            body, headers = make(number)
            answer = await http.post(url, content=body, headers=headers)
            answer.raise_for_status()
            filed: dict[str, Any] = answer.json()
            return str(filed["tracking_number"])

        numbers = [await file(number) for number in range(CASES)]
        until = time.monotonic() + WITHIN_S
        while True:
            found = [
                await http.get(f"{url}/{number}", headers={**owner, "Accept-Language": "hi"}) for number in numbers
            ]
            statuses = [json.loads(answer.content) for answer in found]
            if all(status["station"] and len(status["timeline"]) > 1 for status in statuses):
                return numbers, [answer.content for answer in found]
            if time.monotonic() > until:
                raise TimeoutError("no station was assigned")
            await asyncio.sleep(1)
