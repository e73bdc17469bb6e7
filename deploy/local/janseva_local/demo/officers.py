"""The police's part: each case is worked by the plan's course, through the desk, as the post in charge."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from janseva_local.demo.citizens import Citizens, Suite
from janseva_local.demo.client import Call, GaveUp, send
from janseva_local.demo.journal import Accepted
from janseva_local.demo.plan import CitizenPlan, Course, Kind
from janseva_local.demo.tally import Tally

# A case that routing has not reached yet is worked a moment later.
NOT_YET = frozenset({"transition_not_allowed", "not_found"})
TokenFor = Callable[[str, str | None], str]  # (role, station) -> token


class Officers:
    def __init__(
        self,
        http: httpx.AsyncClient,
        suite: Suite,
        citizens: Citizens,
        tally: Tally,
        token_for: TokenFor,
        targets_s: dict[str, float],
    ) -> None:
        self._http = http
        self._suite = suite
        self._citizens = citizens
        self._tally = tally
        self._token_for = token_for
        self._targets_s = targets_s

    async def work(self, plan: CitizenPlan, accepted: Accepted) -> None:
        station = await self._station_of(accepted)
        if station is None:
            self._tally.refused("no station assigned")
            return
        self._tally.add("assigned")
        work = {Kind.EMERGENCY: self._respond, Kind.COMPLAINT: self._inquire, Kind.CERTIFICATE: self._certify}.get(
            plan.kind
        )
        if work is not None:
            await work(plan, accepted, station)

    async def receive(self, plan: CitizenPlan) -> None:
        """A visitor at the counter of the nearest station: heard in time, late or not at all."""
        station = await self._nearest_station(plan)
        accepted = await self._citizens.visit(plan, station, self._token_for("counter", station))
        if accepted is None:
            return
        if plan.course in (Course.IN_TIME, Course.TOO_LATE):
            await asyncio.sleep(self._delay("hearing", plan.course))
            await self._command(accepted, "start-hearing", {"confirmation": "kiosk"}, self._token_for("sho", station))

    async def _respond(self, plan: CitizenPlan, accepted: Accepted, _station: str) -> None:
        token = self._token_for("dispatcher", None)
        if plan.course is Course.WITHDRAWN:
            await self._command(accepted, "resolve-emergency", {"how": "hoax"}, token)
            return
        if plan.course is Course.NEVER:
            return
        for kind in plan.responders:
            await self._command(accepted, "dispatch", {"unit": f"unit-{plan.number}-{kind}", "kind": kind}, token)
        await asyncio.sleep(self._delay("dial112_response", plan.course))
        for kind in plan.responders:
            body = {"unit": f"unit-{plan.number}-{kind}", "kind": kind, "source": "button"}
            await self._command(accepted, "arrive", body, token)

    async def _inquire(self, plan: CitizenPlan, accepted: Accepted, station: str) -> None:
        if plan.course is Course.WITHDRAWN:
            await self._citizens.withdraw(accepted)
            return
        token = self._token_for("sho", station)
        await self._command(accepted, "acknowledge", {}, token)
        if plan.course is not Course.NEVER:
            await asyncio.sleep(self._delay("inquiry", plan.course))
            await self._command(
                accepted, "complete-inquiry", {"finding": "substantiated", "fir_recommended": False}, token
            )

    async def _certify(self, plan: CitizenPlan, accepted: Accepted, station: str) -> None:
        if plan.course in (Course.NEVER, Course.WITHDRAWN):
            return
        token = self._token_for("sho", station)
        await self._command(accepted, "complete-verification", {"outcome": "clear"}, token)
        await self._command(accepted, "approve-certificate", {}, token)

    async def _nearest_station(self, plan: CitizenPlan) -> str:
        params = {"lat": str(plan.place.lat), "lon": str(plan.place.lon), "n": "1"}
        response = await send(self._http, Call("GET", f"{self._suite.routing}/v1/stations/nearest", params=params))
        response.raise_for_status()
        return str(response.json()["items"][0]["code"])

    async def _station_of(self, accepted: Accepted) -> str | None:
        url = f"{self._suite.intake}/v1/complaints/{accepted.tracking_number}"
        for _ in range(240):
            response = await send(self._http, Call("GET", url, headers={"X-Receipt": accepted.receipt_secret}))
            if response.status_code == 200 and (station := response.json()["station"]):
                return str(station["code"])
            await asyncio.sleep(0.25)
        return None

    async def _command(self, accepted: Accepted, command: str, body: dict[str, Any], token: str) -> bool:
        headers = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": f"{command}-{accepted.case_id}-{body.get('kind', '')}",
        }
        url = f"{self._suite.intake}/v1/desk/cases/{accepted.case_id}/{command}"
        try:
            call = Call("POST", url, json=body, headers=headers, retried_codes=NOT_YET)
            response = await send(self._http, call, patience_s=45)
        except GaveUp as error:
            self._tally.refused(f"{command}: {error}"[:200])
            return False
        if response.is_success:
            self._tally.add(command)
            return True
        self._tally.refused(f"{command} {response.status_code}: {response.text[:160]}")
        return False

    def _delay(self, clock: str, course: Course) -> float:
        """Well inside the target, or well past it: never so near that the machine's load decides."""
        return self._targets_s[clock] * (0.25 if course is Course.IN_TIME else 1.5)
