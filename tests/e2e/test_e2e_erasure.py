"""A person's data on the whole suite: exported, erased on request, and found nowhere after."""

import asyncio
import base64
import hashlib
import hmac
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from chassis.http.access.tokens import issue_officer_token
from chassis.kafka.admin import end_offsets
from chassis.kafka.producer import EventProducer
from chassis.kafka.readers import read_log
from chassis.mongo.client import Mongo
from chassis.sealing import KeyRing, SealError
from event_schemas import topics
from event_schemas.officers import Officer, OfficerRole
from intake.own_data.rules import rules
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.demo.own_data import OwnData
from janseva_local.demo.search import disguises
from janseva_local.demo.target import target_of
from janseva_local.stack import Stack
from tests.conftest import MakeStack
from tests.e2e.test_e2e_privacy import places_of
from tests.intake.evidence_files import jpeg

PHONE: Final = "+919812377001"
NAME, STREET = "Vaidehisharan-77001 वैदेहीशरण-77001", "Kumharpatti-77002, Araria"
TEXT, ACCUSED = "भूमिविवाद-77003 का विवरण Sulochana-77003", "Ghanshyam-77004"
SECRETS: Final = (
    "Vaidehisharan-77001",
    "वैदेहीशरण-77001",
    "Kumharpatti-77002",
    "भूमिविवाद-77003",
    "Sulochana-77003",
    "Ghanshyam-77004",
    PHONE[3:],
)
COMPLAINT: Final[dict[str, Any]] = {
    "service_code": "e-complaint",
    "language": "hi",
    "channel": "web",
    "complainant": {"name": NAME, "address": STREET},
    "description": TEXT,
    "location": {"lat": 26.1358, "lon": 87.4659, "accuracy_m": 20},
    "attributes": {"category": "theft", "accused": ACCUSED},
}
LOST: Final[Mapping[str, Any]] = {
    "service_code": "lost-property",
    "language": "hi",
    "channel": "web",
    "complainant": {"name": NAME, "address": STREET},
    "description": TEXT,
    "location": {"lat": 26.1358, "lon": 87.4659, "accuracy_m": 20},
    "attributes": {
        "item": "mobile_phone",
        "imei": "490154203237518",
        "lost_at": "2026-11-20T10:00:00+05:30",
        "lost_place": STREET,
        "stolen": False,
        "declaration": True,
    },
}
TOKEN: Final = re.compile(rb"s1\.[0-9]{4}-[0-9]{2}\.[A-Za-z0-9_-]{48,}")
SEALED_FOR_A_WHILE: Final = frozenset({"topic cases.routine", "log of mongo"})
"""Where sealed values stay until their month's key is destroyed: Kafka's log, and MongoDB's own of slow operations."""
WITHIN_S: Final = 90.0


class Owner:
    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self.http, self.suite = http, Suite(stack.urls["intake"], stack.urls["routing"], stack.urls["provider"])
        self.stack, self._token = stack, ""

    async def log_in(self) -> None:
        self._token = await log_in(self.http, self.suite, PHONE)

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Language": "hi"} | more.pop("headers", {})
        return await self.http.request(method, f"{self.suite.intake}{path}", headers=headers, **more)

    async def file(self, body: Mapping[str, Any]) -> dict[str, Any]:
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        answer = await self.call("POST", "/v1/complaints", json=dict(body), headers=headers)
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    async def messages(self) -> list[str]:
        inbox = await self.http.get(f"{self.suite.provider}/v1/sink", params={"to": PHONE})
        return [one["template"] for one in inbox.json()]


class Office:
    """The station that a case lies with, and the post that decides on erasures."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self._stack, self._http, self._intake = stack, http, stack.urls["intake"]

    async def work_to_its_end(self, owner: Owner, filed: Mapping[str, Any]) -> None:
        number, case_id = filed["tracking_number"], filed["case_id"]

        async def station() -> str | None:
            status = (await owner.call("GET", f"/v1/complaints/{number}")).json()
            return status["station"] and str(status["station"]["code"])

        code = await soon(station)
        sho = target_of(self._stack).officer_token("sho", code)
        for command, body in (
            ("acknowledge", {}),
            ("complete-inquiry", {"finding": "unsubstantiated", "fir_recommended": False}),
            ("close", {"outcome": "settled", "reason_code": "done"}),
        ):
            url = f"{self._intake}/v1/desk/cases/{case_id}/{command}"
            done = await self._http.post(url, json=body, headers={"Authorization": f"Bearer {sho}"})
            assert done.status_code == 202, (command, done.text)

    async def decide(self, erasure_id: str) -> httpx.Response:
        claims = Officer(sub="data", role=OfficerRole.HQ, post=rules().decided_by[0])
        key = self._stack.keys.officer_key.read_text()
        token = issue_officer_token(key, claims, "janseva-local", datetime.now(UTC), timedelta(hours=1))
        url = f"{self._intake}/v1/desk/erasures/{erasure_id}/decide"
        return await self._http.post(url, json={"decision": "erase"}, headers={"Authorization": f"Bearer {token}"})


async def soon(ask: Callable[[], Awaitable[Any]]) -> Any:
    """What the question is answered with, as soon as it is something. AssertionError if it never is."""
    until = time.monotonic() + WITHIN_S
    while not (found := await ask()):
        assert time.monotonic() < until, "it did not come"
        await asyncio.sleep(0.3)
    return found


def opened(ring: KeyRing, content: bytes, bound_to: Iterable[str]) -> Iterator[bytes]:
    """Everything sealed in it that opens for one of these ids."""
    for token in set(TOKEN.findall(content)):
        for one in bound_to:
            try:
                yield ring.open(one, token.decode())
            except SealError:
                continue


def holding(places: Mapping[str, bytes], ring: KeyRing, bound_to: Iterable[str]) -> dict[str, set[str]]:
    """By place, the seeded values that stand there: as they are, disguised, or sealed under a key that there is."""
    ids = tuple(bound_to)
    found: dict[str, set[str]] = {}
    for place, content in places.items():
        texts = [content, *opened(ring, content, ids)]
        for secret in SECRETS:
            shapes = set(disguises(secret))
            if any(shape in text for text in texts for shape in shapes):
                found.setdefault(place, set()).add(secret)
    return found


def erase_status(stack: Stack, erasure_id: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "janseva_cli", "erase", "status", erasure_id]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env={**os.environ, "MONGO_URI": stack.mongo_uri}
    )
    return done.returncode, done.stdout


async def send_again(stack: Stack, case_ids: set[str]) -> int:
    """Every record of the cases once more, as a replay or a producer's repeat brings them."""
    every = [topic.name for topic in topics.TOPICS if topic.name.startswith("cases.") and "dlq" not in topic.name]
    ends = await end_offsets(stack.kafka_bootstrap, every)
    again = [
        (entry.topic, entry.record)
        async for entry in read_log(stack.kafka_bootstrap, {}, ends)
        if (entry.record.key or b"").decode() in case_ids
    ]
    producer = EventProducer(stack.kafka_bootstrap, client_id="again")
    await producer.send_all(again)
    await producer.stop()
    return len(again)


async def certificate_of(owner: Owner, filed: Mapping[str, Any]) -> bool:
    status = (await owner.call("GET", f"/v1/complaints/{filed['tracking_number']}")).json()
    return bool(status["certificates"])


async def routed(owner: Owner, filed: Mapping[str, Any]) -> bool:
    """What was sent before it to the same services was handled before it, too, or is being so."""
    status = (await owner.call("GET", f"/v1/complaints/{filed['tracking_number']}")).json()
    return status["station"] is not None


async def points_of(stack: Stack, case_ids: set[str]) -> int:
    """How many of routing's decisions on these cases say where the person was."""
    mongo = Mongo(stack.mongo_uri, "janseva_routing", app_name="test")
    try:
        query = {"case_id": {"$in": sorted(case_ids)}, "filing.point": {"$exists": True}}
        return int(await mongo.collection("decisions").count_documents(query))
    finally:
        mongo.close()


def own_subject(stack: Stack, phone: str) -> str:
    """The id that intake gives a login with this phone."""
    key = base64.b64decode(stack.keys.secrets["PHONE_HASH_KEY"])
    return f"citizen:{hmac.new(key, phone.encode(), hashlib.sha256).hexdigest()[:32]}"


@pytest.mark.timeout(500)
async def test_e2e_an_erased_person_is_found_nowhere(make_stack: MakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decided while a service is down, erased when it is back, and not brought back by a replay."""
    monkeypatch.setenv("ERASURE_WAIT", "PT1S")
    stack = await make_stack()
    ring = KeyRing.from_json(stack.keys.sealing_keys)
    async with httpx.AsyncClient(timeout=30) as http:
        owner, office = Owner(stack, http), Office(stack, http)
        await owner.log_in()
        assert (await owner.call("PATCH", "/v1/me", json={"name": NAME, "address": STREET})).is_success
        done, lost = await owner.file(COMPLAINT), await owner.file(LOST)
        still_open = await owner.file(COMPLAINT | {"description": "सामान्य शिकायत", "complainant": {"name": "नमूना"}})
        ids = {done["case_id"], lost["case_id"]}
        sent = await owner.call(
            "POST",
            f"/v1/complaints/{done['tracking_number']}/evidence",
            files={"file": ("photo.jpg", jpeg(gps=True), "image/jpeg")},
        )
        assert sent.status_code == 201, sent.text
        await office.work_to_its_end(owner, done)
        await soon(lambda: certificate_of(owner, lost))
        await office.work_to_its_end(owner, lost)
        own = (await owner.call("GET", "/v1/me/export")).json()
        assert {one["case"]["case_id"] for one in own["items"]} == ids | {still_open["case_id"]}
        assert any(one["messages"] for one in own["items"])
        assert await points_of(stack, ids) == 2
        before = holding(await places_of(stack, http), ring, ids | {own_subject(stack, PHONE)})
        assert {"janseva_intake.cases", "janseva_notifier.cases", "janseva_certificate.cases"} <= before.keys()
        assert "topic cases.routine" in before

        asked = await owner.call("POST", "/v1/me/erasure")
        assert asked.status_code == 202, asked.text
        erasure_id = asked.json()["erasure_id"]
        assert "erasure_asked" in await owner.messages()
        await stack.stop_part("certificate")
        await asyncio.sleep(1.2)
        decided = await office.decide(erasure_id)
        assert decided.status_code == 200, decided.text
        kept = {one["case_id"]: one["kept_by"] for one in decided.json()["cases"]}
        assert kept == dict.fromkeys(ids) | {still_open["case_id"]: "case_open"}
        assert "erasure_partly" in await owner.messages()
        status, text = await asyncio.to_thread(erase_status, stack, erasure_id)
        assert (status, "certificate  0 of 2" in text) == (1, True), text

        await stack.restart("certificate")

        async def erased_everywhere() -> bool:
            return (await asyncio.to_thread(erase_status, stack, erasure_id))[0] == 0

        await soon(erased_everywhere)
        assert await send_again(stack, ids) > 10
        probe = await owner.file(COMPLAINT | {"description": "बाद की शिकायत", "complainant": {"name": "नमूना"}})
        await soon(lambda: routed(owner, probe))
        places = await places_of(stack, http)
        after = holding(places, ring, ids | {own_subject(stack, PHONE)})
        assert {place: found for place, found in after.items() if place not in SEALED_FOR_A_WHILE} == {}
        sealed = {place: one for place, one in places.items() if place in SEALED_FOR_A_WHILE}
        assert holding(sealed, KeyRing({}), ids) == {}
        assert await points_of(stack, ids) == 0
        assert [one["case"]["case_id"] for one in (await owner.call("GET", "/v1/me/export")).json()["items"]] == [
            probe["case_id"],
            still_open["case_id"],
        ]
        target = target_of(stack)
        played = OwnData(http, owner.suite, target.officer_token, target.post_token, "+919812377002")
        assert (await played.run()).fault is None
