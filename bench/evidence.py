"""Evidence beside its floor, a bare handler that writes GridFS: uploads of 10 MB by form, per second."""

import asyncio
import io
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from PIL import Image

from bench.floors import bare_handlers, report
from bench.load import Outcome, session
from janseva_local.stack import Stack

TARGET_RATIO = 0.7
SIDE = 2_670
# A case takes a hundred megabytes.
FILES_OF_A_CASE = 8


@dataclass(frozen=True)
class Target:
    """Where a file goes: one address for the floor, a case for each few files for intake."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)


async def run(*, uploads: int = 16, rounds: int = 5, in_flight: int = 4) -> bool:
    """Alternates floor and intake; True if the median of the rounds' ratios reaches the target."""
    photo = _photo()
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        async with Stack(Path(folder) / "data", ports="free", services=("intake",)) as stack:
            intake = stack.urls["intake"]
            async with floor(stack.mongo_uri, Path(folder)) as floor_url, session() as http:
                bare = [Target(floor_url)] * uploads
                pairs = []
                for number in range(rounds + 1):
                    cases = await _cases(http, intake, -(-uploads // FILES_OF_A_CASE))
                    ours = [cases[one // FILES_OF_A_CASE] for one in range(uploads)]
                    pair = (
                        await _round(http, bare, photo, number, in_flight),
                        await _round(http, ours, photo, number, in_flight),
                    )
                    # The first warms both up.
                    pairs += [pair] if number else []
                    print(f"round {number} of {rounds}", file=sys.stderr)
    return report(
        f"evidence: uploads of {len(photo) / 1e6:.1f} MB by form, {in_flight} in flight",
        ("bare FastAPI + GridFS (floor)", "intake POST …/evidence"),
        pairs,
        TARGET_RATIO,
    )


async def _cases(http: aiohttp.ClientSession, intake: str, count: int) -> list[Target]:
    """Emergencies of strangers: each opens by its receipt."""
    targets = []
    for _ in range(count):
        async with http.post(f"{intake}/v1/emergencies", json={"kind": "police"}) as answer:
            case = await answer.json()
        url = f"{intake}/v1/complaints/{case['tracking_number']}/evidence"
        targets.append(Target(url, {"X-Receipt": case["receipt_secret"]}))
    return targets


async def _round(
    http: aiohttp.ClientSession, targets: list[Target], photo: bytes, number: int, in_flight: int
) -> Outcome:
    outcome = Outcome()
    waiting = iter(enumerate(targets))

    async def client() -> None:
        for one, target in waiting:
            form = aiohttp.FormData()
            # No two files are alike: the same file again would be answered without work.
            content = photo + f"{number}.{one}".encode()
            form.add_field("file", io.BytesIO(content), filename="a.jpg", content_type="image/jpeg")
            started = time.perf_counter()
            async with http.post(target.url, data=form, headers=target.headers) as answer:
                await answer.read()
                if answer.status == 201:
                    outcome.latencies_ms.append((time.perf_counter() - started) * 1000)
                else:
                    outcome.others[f"status {answer.status}"] += 1

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(in_flight)))
    outcome.seconds = time.perf_counter() - began
    return outcome


def _photo() -> bytes:
    """A JPEG of 10 MB: noise does not pack."""
    out = io.BytesIO()
    Image.frombytes("RGB", (SIDE, SIDE), os.urandom(SIDE * SIDE * 3)).save(out, "JPEG", quality=97)
    return out.getvalue()


@asynccontextmanager
async def floor(mongo_uri: str, folder: Path) -> AsyncIterator[str]:
    """The address of the bare handler."""
    async with bare_handlers("bench.evidence_floor:create_app", folder, MONGO_URI=mongo_uri) as url:
        yield f"{url}/evidence"
