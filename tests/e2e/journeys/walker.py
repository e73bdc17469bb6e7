"""Walks a journey on the running suite as its citizen and its officers do, and checks what comes of it."""

import asyncio
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from intake.catalogue.model import Service
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.demo.journeys import Journey, Step
from janseva_local.demo.steps import (
    WITHIN_S,
    Filed,
    Person,
    Steps,
    filing_body,
    kinds,
    mobile_of,
    receipt,
    required_documents,
)
from janseva_local.demo.target import target_of
from janseva_local.stack import Stack
from tests.e2e.journeys.checks import same
from tests.e2e.journeys.counter import STATION, Counter

PAUSE_S: Final = 0.3
DEVANAGARI: Final = re.compile(r"[\u0900-\u097f]")
# Keeps the two of one journey apart: another worker's phone, another FIR's number, an appointment hours later.
AT_COUNTER: Final = 3
HOME: Final = {"lat": 26.1358, "lon": 87.4659}


@dataclass(frozen=True)
class Receipt:
    case_id: str
    tracking_number: str
    receipt_secret: str


class Walker:
    """`phone` is the citizen's own: nobody else's messages are in his inbox.

    `at_counter`: what the officer says who files it for him; None for who files online.
    """

    def __init__(
        self,
        stack: Stack,
        http: httpx.AsyncClient,
        journey: Journey,
        service: Service,
        phone: str,
        at_counter: Mapping[str, Any] | None = None,
    ) -> None:
        self._http = http
        self._journey = journey
        self._service = service
        self._at_counter = at_counter
        number = 0 if at_counter is None else AT_COUNTER
        self._person = Person(number, "hi", "नमूना नागरिक", "ग्राम नमूनापुर, अररिया", phone, HOME)
        self._seen: dict[str, str] = {}
        self._suite = Suite(stack.urls["intake"], stack.urls["routing"], stack.urls["provider"])
        self._steps = Steps(http, self._suite, target_of(stack).officer_token)
        self._counter = Counter(http, self._suite, self._steps, stack.urls["web"])

    async def walk(self) -> None:
        """AssertionError says which promise of the journey was not kept."""
        journey = self._journey
        answered = await self._file()
        filed = answered if self._at_counter is None else await self._on_paper(answered)
        status = await self._status_when(filed, "a station", lambda now: now["station"] is not None)
        station = status["station"]["code"]
        if journey.after_filing is not None:
            await self._clocks_become(filed, journey.after_filing)
        await self._check_receipt_of_paper(filed)
        for document in required_documents(self._service):
            sent = await self._steps.upload(filed, document)
            assert sent.status_code == 201, sent.text
        if journey.after_documents is not None:
            await self._clocks_become(filed, journey.after_documents)
        await self._check_desk(filed, station)
        # What the desk refuses, it refuses whoever filed.
        for step in journey.steps if self._at_counter is None else journey.acts:
            await self._perform(filed, step, station)
            station = await self._steps.station_after(filed, step, station)
        await self._clocks_become(filed, journey.clocks)
        # Before the papers: one that takes another's place has a message of its own.
        await self._check_messages(filed)
        ended = await self._status_when(
            filed,
            f"the status {journey.status} and the papers {journey.papers}",
            lambda now: now["status"] == journey.status and kinds(now) == sorted(journey.papers),
        )
        outcome = ended["outcome"]["code"] if ended["outcome"] else None
        same("outcome", outcome, journey.outcome)
        for paper in ended["certificates"]:
            await self._check_paper(filed, paper)
        if journey.letters:
            await self._check_letters(filed, station)
        for kind, url in self._seen.items():
            verified = (await self._http.get(url, headers={"Accept": "application/json"})).json()
            same(kind, verified["status"], "valid" if kind in journey.papers else "revoked")

    async def _file(self) -> Receipt:
        journey, person = self._journey, self._person
        if self._at_counter is not None:
            return filed_of(await self._counter.file(self._service, journey, self._at_counter, person))
        url, headers = f"{self._suite.intake}/v1/complaints", {"Idempotency-Key": uuid.uuid4().hex}
        if journey.by != "nobody":
            headers["Authorization"] = f"Bearer {await log_in(self._http, self._suite, person.phone)}"
        body = filing_body(self._service, journey, person)
        if journey.wrong is not None:
            answers = {k: v for k, v in body["attributes"].items() if k not in journey.wrong.without}
            wrong = body | {"attributes": answers | dict(journey.wrong.attributes)}
            refused = await self._http.post(url, json=wrong, headers=headers | {"Idempotency-Key": uuid.uuid4().hex})
            assert refused.status_code == 422, refused.text
            same("faults", [one["pointer"] for one in refused.json()["errors"]], [journey.wrong.at])
        filed = filed_of(await self._http.post(url, json=body, headers=headers))
        if journey.by == "counter":
            await self._arrive(filed)
        return filed

    async def _arrive(self, filed: Filed) -> None:
        """Who filed at home what he comes with to the counter shows his number there."""
        body = {"tracking_number": filed.tracking_number, "place": STATION, "presence": "counter"}
        headers = self._steps.as_officer("counter", STATION) | {"Idempotency-Key": uuid.uuid4().hex}
        arrived = await self._http.post(f"{self._suite.intake}/v1/desk/visits", json=body, headers=headers)
        assert arrived.status_code == 202, arrived.text

    async def _on_paper(self, filed: Receipt) -> Receipt:
        """What the citizen holds from here on: the number and the code that stand on the printed receipt."""
        number, code = await self._counter.receipt_of(filed)
        same("the number on the receipt", number, filed.tracking_number)
        return replace(filed, tracking_number=number, receipt_secret=code)

    async def _check_receipt_of_paper(self, filed: Filed) -> None:
        """The time limits of paper run from the hour it was handed in."""
        if self._at_counter is None or "received_at" not in self._at_counter:
            return
        status = await self._steps.status(filed)
        received = datetime.fromisoformat(status["received_at"])
        since = {datetime.fromisoformat(one["due_at"]) - timedelta(seconds=one["target_s"]) for one in status["clocks"]}
        same("the start of its clocks", since, {received})

    async def _check_desk(self, filed: Filed, station: str) -> None:
        """The case is on the desk of the office that it was routed to, by the reason and with the urgency expected."""
        by = "dispatcher" if self._service.family == "emergency" else "sho"
        url = f"{self._suite.intake}/v1/desk/cases/{filed.case_id}"
        case = (await self._http.get(url, headers=self._steps.as_officer(by, station))).json()
        assert "assignment" in case, case
        same("route", case["assignment"]["reason"], self._journey.route)
        same("urgent", case["priority"] == "urgent", self._journey.urgent)
        if self._at_counter is not None:
            self._counter.check_desk(self._service, self._journey, self._at_counter, case)

    async def _perform(self, filed: Filed, step: Step, station: str) -> None:
        if step.after is not None:
            there, status = await self._steps.paper_is_there(filed, step.after)
            assert there, f"no paper {step.after}: {kinds(status)}"
            self._seen |= {one["kind"]: one["verify_url"] for one in status["certificates"]}
        answer = await self._steps.perform(filed, step, station, uuid.uuid4().hex, self._person.number)
        if step.refused is not None:
            assert answer.json().get("code") == step.refused, f"{step.do}: {answer.text}"
        else:
            assert answer.is_success, f"{step.do}: {answer.text}"

    async def _clocks_become(self, filed: Filed, expected: Mapping[str, str]) -> None:
        await self._status_when(filed, f"the clocks {dict(expected)}", lambda now: clocks(now) == dict(expected))

    async def _status_when(
        self, filed: Filed, what: str, holds: Callable[[Mapping[str, Any]], bool]
    ) -> Mapping[str, Any]:
        there, status = await self._steps.status_when(filed, holds)
        shown = {name: status[name] for name in ("status", "outcome", "officer_post")}
        assert there, f"no {what}: {shown}, {clocks(status)}, {kinds(status)}"
        return status

    async def _check_paper(self, filed: Filed, paper: Mapping[str, Any]) -> None:
        """The citizen has it by his receipt, a stranger by no means, and anybody can verify it."""
        pdf = await self._http.get(paper["url"], headers=receipt(filed))
        assert pdf.content.startswith(b"%PDF-"), pdf.text
        same("a stranger's answer", (await self._http.get(paper["url"])).status_code, 404)
        verified = (await self._http.get(paper["verify_url"], headers={"Accept": "application/json"})).json()
        same("verified", (verified["status"], verified["kind"]), ("valid", paper["kind"]))

    async def _check_letters(self, filed: Filed, station: str) -> None:
        """The desk has what goes to an office; its citizen gets no message, no line and no copy of it."""
        officer = self._steps.as_officer("sho", station)
        case_url = f"{self._suite.intake}/v1/desk/cases/{filed.case_id}"
        own_url = f"{self._suite.intake}/v1/complaints/{filed.tracking_number}"
        async with asyncio.timeout(WITHIN_S):
            while True:
                listed = (await self._http.get(case_url, headers=officer)).json()["certificates"]
                letters = {one["kind"]: one for one in listed if one["kind"] in self._journey.letters}
                if sorted(letters) == sorted(self._journey.letters):
                    break
                await asyncio.sleep(PAUSE_S)
        for letter in letters.values():
            assert (await self._http.get(letter["url"], headers=officer)).content.startswith(b"%PDF-")
            own = await self._http.get(f"{own_url}/certificates/{letter['certificate_id']}.pdf", headers=receipt(filed))
            same("the citizen's answer", own.status_code, 404)

    async def _check_messages(self, filed: Filed) -> None:
        """Each template once in Hindi with the number of the case, and no other."""
        await self._messages_become(filed, self._person.phone, sorted(self._journey.messages))
        if self._journey.messages_to_person:
            await self._messages_become(filed, mobile_of(self._person.number), sorted(self._journey.messages_to_person))

    async def _messages_become(self, filed: Filed, phone: str, expected: list[str]) -> None:
        until = time.monotonic() + WITHIN_S
        while True:
            inbox = await self._http.get(f"{self._suite.provider}/v1/sink", params={"to": phone})
            about = [one for one in inbox.json() if filed.tracking_number in one["text"]]
            found = sorted(one["template"] for one in about)
            if found == expected:
                break
            assert time.monotonic() < until, f"messages {found}, not {expected}"
            await asyncio.sleep(PAUSE_S)
        assert all(one["language"] == "hi" and DEVANAGARI.search(one["text"]) for one in about)


def filed_of(answer: httpx.Response) -> Receipt:
    assert answer.status_code == 202, answer.text
    body = answer.json()
    return Receipt(body["case_id"], body["tracking_number"], body["receipt_secret"])


def clocks(status: Mapping[str, Any]) -> dict[str, str]:
    """By their ids; of an id that is an event's, by the clock's name."""
    return {one["clock_id"] if len(one["clock_id"]) < 40 else one["clock"]: one["state"] for one in status["clocks"]}


async def all_of(walks: Mapping[str, Awaitable[None]]) -> dict[str, str]:
    """The failures, by journey; all walk at once."""
    results = await asyncio.gather(*walks.values(), return_exceptions=True)
    return {name: repr(one) for name, one in zip(walks, results, strict=True) if one is not None}
