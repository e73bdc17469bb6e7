"""Filing beside its floor, a bare handler that inserts the same document: submissions per second and latency."""

import asyncio
import json
import random
import sys
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from pymongo import AsyncMongoClient

from bench.floors import floor, report
from bench.load import MakeRequest, closed_load
from intake.catalogue import load_catalogue
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.stack import Stack

TARGET_RATIO = 0.75
TARGET_RATIO_LARGEST = 0.9
PHONE = "+919900000001"
PERSON = {"name": "आशा देवी", "phone": PHONE, "address": "मधेपुरा"}
PLACE = {"lat": 25.921, "lon": 86.792, "accuracy_m": 30}
BODY = {
    "service_code": "lost-property",
    "language": "hi",
    "channel": "web",
    "complainant": PERSON,
    "description": "बस में मेरा मोबाइल फोन खो गया।",
    "location": PLACE,
    "attributes": {"item": "mobile_phone"},
}

CITIZENS = 64
LETTERS = "कखगचछजटडतदनपबमरलसह"


async def run(*, seconds: float = 8.0, rounds: int = 5, in_flight: int = 64) -> bool:
    """A short form, as most are."""
    return await _compare(BODY, TARGET_RATIO, seconds, rounds, in_flight)


async def run_largest(*, seconds: float = 8.0, rounds: int = 5, in_flight: int = 64) -> bool:
    """The catalogue's largest form, filled in as its example is, with all that can be checked."""
    return await _compare(largest_form(), TARGET_RATIO_LARGEST, seconds, rounds, in_flight)


def largest_form() -> Mapping[str, Any]:
    """The filing with the most answers that the catalogue has an example of."""
    examples = [service for service in load_catalogue() if service.live and service.example]
    service = max(examples, key=lambda one: len(one.example.attributes) if one.example else 0)
    example = service.example
    assert example is not None
    return {
        **BODY,
        "service_code": service.code,
        "description": example.description or BODY["description"],
        "attributes": dict(example.attributes),
        **({"named_station": example.named_station} if example.named_station else {}),
    }


async def _compare(body: Mapping[str, Any], target: float, seconds: float, rounds: int, in_flight: int) -> bool:
    """Alternates floor and intake; True if the median of the rounds' ratios reaches the target."""
    with tempfile.TemporaryDirectory(prefix="janseva-bench-") as folder:
        async with Stack(Path(folder) / "data", ports="free", services=("provider", "notifier", "intake")) as stack:
            make = await filing_request(stack, body)
            # They served the login; what they do with each filing is the end-to-end benchmark's subject.
            for name in ("notifier", "provider"):
                await stack.stop_part(name)
            url = f"{stack.urls['intake']}/v1/complaints"
            await closed_load(url, make, in_flight=8, seconds=2)
            async with floor(stack.mongo_uri, Path(folder), {"service_code": body["service_code"]}) as floor_url:
                await closed_load(floor_url, make, in_flight=8, seconds=2)
                pairs = []
                for number in range(rounds):
                    print(f"round {number + 1} of {rounds}", file=sys.stderr)
                    bare = await closed_load(floor_url, make, in_flight=in_flight, seconds=seconds)
                    ours = await closed_load(url, make, in_flight=in_flight, seconds=seconds)
                    await _outbox_empty(stack.mongo_uri)
                    pairs.append((bare, ours))
    answers = len(body["attributes"])
    return report(
        f"filing of {body['service_code']} ({answers} answers), {in_flight} in flight",
        ("bare FastAPI + Motor insert (floor)", "intake POST /v1/complaints"),
        pairs,
        target,
        answers=answers,
        body_bytes=len(make(0)[0]),
    )


async def filing_request(stack: Stack, body: Mapping[str, Any], citizens: int = CITIZENS) -> MakeRequest:
    """What every client sends, with a key of its own each time and in other words: nobody files the same for hours."""
    raw = json.dumps({**body, "description": "{words}"}, ensure_ascii=False).encode()
    # No one citizen files a city's complaints.
    logins = [await citizen(stack, f"+9199000{number:05}") for number in range(1, citizens + 1)]

    def make(number: int) -> tuple[bytes, dict[str, str]]:
        headers = {"content-type": "application/json", **logins[number % citizens]}
        return raw.replace(b"{words}", random_text().encode()), {**headers, "Idempotency-Key": uuid.uuid4().hex}

    return make


def random_text() -> str:
    """A text as long as a short description."""
    return " ".join("".join(random.choices(LETTERS, k=4)) for _ in range(7))


async def citizen(stack: Stack, phone: str = PHONE) -> dict[str, str]:
    """The header of a citizen who has logged in."""
    suite = Suite(stack.urls["intake"], "", stack.urls["provider"])
    async with httpx.AsyncClient() as http:
        return {"Authorization": f"Bearer {await log_in(http, suite, phone)}"}


async def _outbox_empty(mongo_uri: str) -> None:
    """Lets intake finish what it has accepted, so that its rest does not load the floor's round."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_uri)
    cases = client["janseva_intake"]["cases"]
    for _ in range(600):
        if not await cases.find_one({"outbox_at": {"$exists": True}}, {"_id": 1}):
            break
        await asyncio.sleep(0.1)
    await client.close()
