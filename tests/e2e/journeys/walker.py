"""Walks a journey on the running suite as its citizen and its officers do, and checks what comes of it."""

import asyncio
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any, Final

import httpx
from PIL import Image

from chassis.http.access.tokens import issue_officer_token
from event_schemas.officers import Officer, OfficerRole
from intake.auth.devtoken import default_post
from intake.catalogue.model import Service
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.stack import Stack
from tests.e2e.journeys.table import Journey, Step

WITHIN_S: Final = 45.0
PAUSE_S: Final = 0.3
# A command whose assignment has not reached intake yet is given again.
NOT_YET: Final = frozenset({"transition_not_allowed", "not_found"})
DEVANAGARI: Final = re.compile(r"[\u0900-\u097f]")
FROM_NOW: Final = re.compile(r"([+-]\d+)h")
COUNTER_STATION: Final = "5140003"


@dataclass(frozen=True)
class Filed:
    case_id: str
    tracking_number: str
    receipt: Mapping[str, str]


class Walker:
    """`phone` is the citizen's own: nobody else's messages are in his inbox."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient, journey: Journey, service: Service, phone: str) -> None:
        self._stack = stack
        self._http = http
        self._journey = journey
        self._service = service
        self._phone = phone
        self._seen: dict[str, str] = {}
        self._suite = Suite(stack.urls["intake"], stack.urls["routing"], stack.urls["provider"])

    async def walk(self) -> None:
        """AssertionError says which promise of the journey was not kept."""
        journey = self._journey
        filed = await self._file()
        status = await self._status_when(filed, "a station", lambda now: now["station"] is not None)
        station = status["station"]["code"]
        if journey.after_filing is not None:
            await self._clocks_become(filed, journey.after_filing)
        await self._add_documents(filed)
        if journey.after_documents is not None:
            await self._clocks_become(filed, journey.after_documents)
        await self._check_desk(filed, station)
        for step in journey.steps:
            await self._send(filed, step, station)
        await self._clocks_become(filed, journey.clocks)
        ended = await self._status_when(
            filed,
            f"the status {journey.status} and the papers {journey.papers}",
            lambda now: now["status"] == journey.status and kinds(now) == sorted(journey.papers),
        )
        outcome = ended["outcome"]["code"] if ended["outcome"] else None
        same("outcome", outcome, journey.outcome)
        for paper in ended["certificates"]:
            await self._check_paper(filed, paper)
        for kind, url in self._seen.items():
            verified = (await self._http.get(url, headers={"Accept": "application/json"})).json()
            same(kind, verified["status"], "valid" if kind in journey.papers else "revoked")
        await self._check_messages(filed)

    async def _file(self) -> Filed:
        journey = self._journey
        if journey.by == "counter":
            return await self._check_in()
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        if journey.by == "citizen":
            headers["Authorization"] = f"Bearer {await log_in(self._http, self._suite, self._phone)}"
        url, body = f"{self._suite.intake}/v1/complaints", self._body()
        if journey.wrong is not None:
            answers = {k: v for k, v in body["attributes"].items() if k not in journey.wrong.without}
            wrong = body | {"attributes": answers | dict(journey.wrong.attributes)}
            refused = await self._http.post(url, json=wrong, headers=headers | {"Idempotency-Key": uuid.uuid4().hex})
            assert refused.status_code == 422, refused.text
            same("faults", [one["pointer"] for one in refused.json()["errors"]], [journey.wrong.at])
        return filed_of(await self._http.post(url, json=body, headers=headers))

    def _body(self) -> dict[str, Any]:
        example = self._service.example
        given = example.model_dump(exclude_none=True) if example is not None else {}
        complainant = {"name": "नमूना नागरिक", "address": "ग्राम नमूनापुर, अररिया"}
        if self._journey.by != "citizen":
            complainant["phone"] = self._phone
        head = {"service_code": self._journey.service, "language": "hi", "channel": "web", "complainant": complainant}
        return {"location": {"lat": 26.1358, "lon": 87.4659}, **head, **given, **in_time(self._journey.filed)}

    async def _check_in(self) -> Filed:
        """Without an appointment, at a counter: the helper there is recorded by his token."""
        body = {
            "place": COUNTER_STATION,
            "language": "hi",
            "presence": "counter",
            "complainant": {"name": "नमूना नागरिक", "phone": self._phone},
            "attributes": dict(self._service.example.attributes if self._service.example else {}),
        }
        headers = self._as("counter", COUNTER_STATION) | {"Idempotency-Key": uuid.uuid4().hex}
        return filed_of(await self._http.post(f"{self._suite.intake}/v1/desk/visits", json=body, headers=headers))

    async def _add_documents(self, filed: Filed) -> None:
        """Each required paper, the last of which completes them."""
        url = f"{self._suite.intake}/v1/complaints/{filed.tracking_number}/evidence"
        for document in self._service.documents:
            if document.required:
                sent = await self._http.post(
                    url,
                    data={"document_type": document.code},
                    files={"file": (f"{document.code}.png", picture(), "image/png")},
                    headers=dict(filed.receipt),
                )
                assert sent.status_code == 201, sent.text

    async def _check_desk(self, filed: Filed, station: str) -> None:
        """The case is on the desk of the office that it was routed to, by the reason and with the urgency expected."""
        by = "dispatcher" if self._service.family == "emergency" else "sho"
        url = f"{self._suite.intake}/v1/desk/cases/{filed.case_id}"
        case = (await self._http.get(url, headers=self._as(by, station))).json()
        assert "assignment" in case, case
        same("route", case["assignment"]["reason"], self._journey.route)
        same("urgent", case["priority"] == "urgent", self._journey.urgent)

    async def _send(self, filed: Filed, step: Step, station: str) -> None:
        if step.after is not None:
            there = await self._status_when(filed, f"the paper {step.after}", lambda now: step.after in kinds(now))
            self._seen |= {one["kind"]: one["verify_url"] for one in there["certificates"]}
        if step.by == "citizen":
            url, known = f"{self._suite.intake}/v1/complaints/{filed.tracking_number}/{step.do}", dict(filed.receipt)
        else:
            url, known = f"{self._suite.intake}/v1/desk/cases/{filed.case_id}/{step.do}", self._as(step.by, station)
        headers = known | {"Idempotency-Key": uuid.uuid4().hex}
        until = time.monotonic() + WITHIN_S
        while True:
            answer = await self._http.post(url, json=in_time(step.body), headers=headers)
            if step.refused is not None:
                assert answer.json().get("code") == step.refused, f"{step.do}: {answer.text}"
                return
            again = answer.status_code != 202 and answer.json()["code"] in NOT_YET and time.monotonic() < until
            if not again:
                assert answer.status_code == 202, f"{step.do}: {answer.text}"
                return
            await asyncio.sleep(PAUSE_S)

    async def _clocks_become(self, filed: Filed, expected: Mapping[str, str]) -> None:
        await self._status_when(filed, f"the clocks {dict(expected)}", lambda now: clocks(now) == dict(expected))

    async def _status_when(
        self, filed: Filed, what: str, holds: Callable[[Mapping[str, Any]], bool]
    ) -> Mapping[str, Any]:
        url = f"{self._suite.intake}/v1/complaints/{filed.tracking_number}"
        until = time.monotonic() + WITHIN_S
        while True:
            status = (await self._http.get(url, headers=dict(filed.receipt))).json()
            if holds(status):
                return dict(status)
            shown = {name: status[name] for name in ("status", "outcome", "officer_post")}
            assert time.monotonic() < until, f"no {what}: {shown}, {clocks(status)}, {kinds(status)}"
            await asyncio.sleep(PAUSE_S)

    async def _check_paper(self, filed: Filed, paper: Mapping[str, Any]) -> None:
        """The citizen has it by his receipt, a stranger by no means, and anybody can verify it."""
        pdf = await self._http.get(paper["url"], headers=dict(filed.receipt))
        assert pdf.content.startswith(b"%PDF-"), pdf.text
        same("a stranger's answer", (await self._http.get(paper["url"])).status_code, 404)
        verified = (await self._http.get(paper["verify_url"], headers={"Accept": "application/json"})).json()
        same("verified", (verified["status"], verified["kind"]), ("valid", paper["kind"]))

    async def _check_messages(self, filed: Filed) -> None:
        """Each template once in Hindi with the number of the case, and no other."""
        expected = sorted(self._journey.messages)
        until = time.monotonic() + WITHIN_S
        while True:
            inbox = (await self._http.get(f"{self._suite.provider}/v1/sink", params={"to": self._phone})).json()
            about = [one for one in inbox if filed.tracking_number in one["text"]]
            found = sorted(one["template"] for one in about)
            if found == expected:
                break
            assert time.monotonic() < until, f"messages {found}, not {expected}"
            await asyncio.sleep(PAUSE_S)
        assert all(one["language"] == "hi" and DEVANAGARI.search(one["text"]) for one in about)

    def _as(self, role: str, station: str) -> dict[str, str]:
        place = station if role in ("sho", "counter") else None
        officer = Officer(
            sub=f"e2e-{role}-{station}", role=OfficerRole(role), post=default_post(role, place), station=place
        )
        key = self._stack.keys.officer_key.read_text()
        token = issue_officer_token(key, officer, "janseva-local", datetime.now(UTC), timedelta(hours=1))
        return {"Authorization": f"Bearer {token}"}


@cache
def picture() -> bytes:
    """A photo of nothing, as a paper that was asked for."""
    held = BytesIO()
    Image.new("RGB", (16, 16), "white").save(held, "PNG")
    return held.getvalue()


def same(what: str, found: object, expected: object) -> None:
    assert found == expected, f"{what}: {found}, not {expected}"


def filed_of(answer: httpx.Response) -> Filed:
    assert answer.status_code == 202, answer.text
    body = answer.json()
    return Filed(body["case_id"], body["tracking_number"], {"X-Receipt": body["receipt_secret"]})


def clocks(status: Mapping[str, Any]) -> dict[str, str]:
    """By their ids; of an id that is an event's, by the clock's name."""
    return {one["clock_id"] if len(one["clock_id"]) < 40 else one["clock"]: one["state"] for one in status["clocks"]}


def kinds(status: Mapping[str, Any]) -> list[str]:
    return sorted(one["kind"] for one in status["certificates"])


def in_time(body: Any) -> Any:
    """`+48h` and `-1h` as instants, seen from now."""
    if isinstance(body, Mapping):
        return {name: in_time(value) for name, value in body.items()}
    if isinstance(body, str) and (found := FROM_NOW.fullmatch(body)):
        return (datetime.now(UTC) + timedelta(hours=int(found.group(1)))).isoformat(timespec="seconds")
    return body


async def all_of(walks: Mapping[str, Awaitable[None]]) -> dict[str, str]:
    """The failures, by journey; all walk at once."""
    results = await asyncio.gather(*walks.values(), return_exceptions=True)
    return {name: repr(one) for name, one in zip(walks, results, strict=True) if one is not None}
