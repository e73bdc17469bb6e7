"""Try what a stranger would do: hijack a call, withdraw it, read a complaint against himself, flood a phone."""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from janseva_local.demo.citizens import Suite, log_in
from janseva_local.demo.client import Call, send

PATNA = {"lat": 25.611, "lon": 85.144}
GAYA = {"lat": 24.7955, "lon": 85.0002}
ACCUSED_STATION = "5117028"
FLOOD = 30
# A number hears of so many calls that nobody proved to be its own, however many there are.
MOST_CASES_HEARD = 3
TRACKING_NUMBER = re.compile(r"JS-\d\d-\w{4}-\w{4}-\w")
LOOKS_S = 4.0
SETTLED_S = 30.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """`fault` says what the stranger achieved; None if it was in vain."""

    what: str
    fault: str | None


class Stranger:
    def __init__(
        self, http: httpx.AsyncClient, suite: Suite, officer_token: Callable[[str, str | None], str], first_phone: int
    ) -> None:
        self._http = http
        self._suite = suite
        self._officer_token = officer_token
        self._next_phone = first_phone

    async def run(self) -> list[Attempt]:
        tries = (
            ("join an emergency by its caller's number", self._join_by_number),
            ("send help elsewhere by calling first under a victim's number", self._call_first),
            ("end an emergency with the caller's own receipt", self._withdraw),
            ("read a complaint as the station it accuses", self._read_as_accused),
            (f"flood a number with {FLOOD} calls and withdrawals", self._flood),
        )
        return [Attempt(what, await _first_fault(attempt())) for what, attempt in tries]

    async def _join_by_number(self) -> AsyncIterator[str | None]:
        phone = self._phone()
        victim, stranger = await self._call(phone, PATNA), await self._call(phone, PATNA)
        yield "he got the victim's case" if victim["case_id"] == stranger["case_id"] else None
        differ = sorted(victim) != sorted(stranger) or victim["notices"] != stranger["notices"]
        yield "the answer shows that there is another call" if differ else None
        url, receipt = self._case_url(victim), {"X-Receipt": stranger["receipt_secret"]}
        for method, path in (("GET", ""), ("POST", "/withdraw"), ("POST", "/stream-ticket"), ("POST", "/feedback")):
            body = None if method == "GET" else {"rating": 1} if path == "/feedback" else {}
            answer = await send(self._http, Call(method, url + path, json=body, headers=receipt))
            yield None if answer.status_code == 404 else f"{method} {path or 'status'} answered {answer.status_code}"

    async def _call_first(self) -> AsyncIterator[str | None]:
        phone = self._phone()
        stranger, victim = await self._call(phone, GAYA), await self._call(phone, PATNA)
        yield "the victim's call became a part of his" if victim["case_id"] == stranger["case_id"] else None
        params = {"lat": str(PATNA["lat"]), "lon": str(PATNA["lon"]), "service_code": "emergency-112"}
        route = await send(self._http, Call("GET", f"{self._suite.routing}/v1/route", params=params))
        wanted, station = route.json()["station"]["code"], await self._station(victim)
        yield None if station == wanted else f"the victim's call went to {station} in place of {wanted}"

    async def _withdraw(self) -> AsyncIterator[str | None]:
        call = await self._call(self._phone(), PATNA)
        receipt = {"X-Receipt": call["receipt_secret"]}
        answer = await send(self._http, Call("POST", f"{self._case_url(call)}/withdraw", json={}, headers=receipt))
        yield None if answer.status_code == 202 else f"a withdrawal is no request: {answer.status_code}"
        status = (await send(self._http, Call("GET", self._case_url(call), headers=receipt))).json()
        yield "the emergency was withdrawn" if status["status"] == "withdrawn" else None
        ended = [clock["clock_id"] for clock in status["clocks"] if clock["state"] == "cancelled"]
        yield f"it ended {', '.join(ended)}" if ended else None

    async def _read_as_accused(self) -> AsyncIterator[str | None]:
        token = await log_in(self._http, self._suite, self._phone())
        body = {
            "service_code": "e-complaint",
            "language": "hi",
            "description": "थाने में आवेदन लेने से मना किया गया।",
            "named_station": ACCUSED_STATION,
            "attributes": {"category": "other", "against_police": True},
        }
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
        filed = await send(self._http, Call("POST", f"{self._suite.intake}/v1/complaints", json=body, headers=headers))
        yield None if filed.status_code == 202 else f"the complaint was refused: {filed.status_code}"
        case_id = filed.json()["case_id"]
        desk = f"{self._suite.intake}/v1/desk/cases"
        accused = {"Authorization": f"Bearer {self._officer_token('sho', ACCUSED_STATION)}"}
        until = time.monotonic() + LOOKS_S
        while time.monotonic() < until:  # from the moment of filing until well after the assignment
            listed = await send(self._http, Call("GET", desk, headers=accused, params={"station": ACCUSED_STATION}))
            yield "the accused station lists it" if case_id in listed.text else None
            for call in (
                Call("GET", f"{desk}/{case_id}", headers=accused),
                Call("POST", f"{desk}/{case_id}/reveal", json={"reason": "curiosity"}, headers=accused),
                Call("POST", f"{desk}/{case_id}/acknowledge", json={}, headers=accused),
            ):
                answer = await send(self._http, call)
                yield None if answer.status_code == 404 else f"the accused station got {answer.status_code}"

    async def _flood(self) -> AsyncIterator[str | None]:
        phone = self._phone()
        for _ in range(FLOOD):
            call = await self._call(phone, PATNA)
            receipt = {"X-Receipt": call["receipt_secret"]}
            await send(self._http, Call("POST", f"{self._case_url(call)}/withdraw", json={}, headers=receipt))
        await asyncio.sleep(LOOKS_S)
        texts = "\n".join(message["text"] for message in await self._messages(phone))
        cases = len(set(TRACKING_NUMBER.findall(texts)))
        yield f"the number heard of {cases} of the calls" if cases > MOST_CASES_HEARD else None
        yield "the number heard of none of the calls" if cases == 0 else None
        # The victim's own way stays open: a code to log in, and news of a call that is proved to be his.
        token = await log_in(self._http, self._suite, phone)
        before = len(await self._messages(phone))
        await self._call(phone, PATNA, token)
        yield None if await self._hears_more(phone, before) else "the victim hears nothing of his own call"

    async def _call(self, phone: str, place: dict[str, float], token: str | None = None) -> dict[str, Any]:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        body = {"kind": "police", "phone": phone, "location": place, "language": "hi"}
        answer = await send(
            self._http, Call("POST", f"{self._suite.intake}/v1/emergencies", json=body, headers=headers)
        )
        answer.raise_for_status()
        return dict(answer.json())

    async def _station(self, call: dict[str, Any]) -> str | None:
        receipt, until = {"X-Receipt": call["receipt_secret"]}, time.monotonic() + SETTLED_S
        while time.monotonic() < until:
            status = (await send(self._http, Call("GET", self._case_url(call), headers=receipt))).json()
            if status.get("station"):
                return str(status["station"]["code"])
            await asyncio.sleep(0.25)
        return None

    async def _hears_more(self, phone: str, before: int) -> bool:
        until = time.monotonic() + SETTLED_S
        while time.monotonic() < until:
            if len(await self._messages(phone)) > before:
                return True
            await asyncio.sleep(0.5)
        return False

    async def _messages(self, phone: str) -> list[dict[str, Any]]:
        inbox = await send(self._http, Call("GET", f"{self._suite.provider}/v1/sink", params={"to": phone}))
        return list(inbox.json())

    def _case_url(self, call: dict[str, Any]) -> str:
        return f"{self._suite.intake}/v1/complaints/{call['tracking_number']}"

    def _phone(self) -> str:
        self._next_phone += 1
        return f"+91{self._next_phone}"


async def _first_fault(steps: AsyncIterator[str | None]) -> str | None:
    async for fault in steps:
        if fault is not None:
            return fault
    return None
