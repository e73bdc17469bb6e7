"""One citizen gets a copy of all that is kept of him, and has it erased: what must be there is, and is gone after."""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from event_schemas.times import read_time
from intake.own_data.rules import rules
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.demo.client import Call, GaveUp, send
from janseva_local.demo.stranger import Attempt

WITHIN_S: Final = 60.0
# A request that waits longer than this is a real suite's: the demo takes it back.
LONGEST_WAIT_S: Final = 30.0
ENDING: Final[tuple[tuple[str, Mapping[str, Any]], ...]] = (
    ("acknowledge", {}),
    ("complete-inquiry", {"finding": "unsubstantiated", "fir_recommended": False}),
    ("close", {"outcome": "settled", "reason_code": "done"}),
)


@dataclass(frozen=True, slots=True)
class OwnData:
    """`token_for` makes an officer's token of role and station, `deciding` the one of the post that decides."""

    http: httpx.AsyncClient
    suite: Suite
    token_for: Callable[[str, str | None], str]
    deciding: Callable[[str], str]
    phone: str

    async def run(self) -> Attempt:
        return Attempt("get a copy of his data and have them erased", await self._fault())

    async def _fault(self) -> str | None:
        """What was not as promised."""
        own = {"Authorization": f"Bearer {await log_in(self.http, self.suite, self.phone)}"}
        filed = await self._filed(own)
        number, case_id = filed["tracking_number"], filed["case_id"]
        copy = (await self._call("GET", "/v1/me/export", own)).json()
        if [one["case"]["case_id"] for one in copy["items"]] != [case_id]:
            return "his copy does not hold his case"
        asked = (await self._call("POST", "/v1/me/erasure", own, {})).json()
        left_s = (read_time(asked["not_before"]) - datetime.now(UTC)).total_seconds()
        if left_s > LONGEST_WAIT_S:
            cancelled = await self._call("DELETE", "/v1/me/erasure", own)
            return None if cancelled.json().get("state") == "cancelled" else "a request could not be taken back"
        await asyncio.sleep(max(0.0, left_s) + 1)
        post = {"Authorization": f"Bearer {self.deciding(rules().decided_by[0])}"}
        url = f"/v1/desk/erasures/{asked['erasure_id']}/decide"
        done = await self._call("POST", url, post, {"decision": "erase"})
        if done.status_code != 200 or done.json()["state"] != "done":
            return f"the erasure was not carried out: {done.status_code}"
        after = await self._call("GET", f"/v1/complaints/{number}", {"X-Receipt": filed["receipt_secret"]})
        return None if after.status_code == 404 else f"an erased case answers {after.status_code}"

    async def _filed(self, own: Mapping[str, str]) -> dict[str, Any]:
        """A complaint that the police work to its end."""
        body = {
            "service_code": "e-complaint",
            "language": "hi",
            "channel": "web",
            "complainant": {"name": "नमूना नागरिक", "address": "नमूनापुर"},
            "description": "नमूना शिकायत",
            "location": {"lat": 26.1358, "lon": 87.4659},
            "attributes": {"category": "theft"},
        }
        headers = {**own, "Idempotency-Key": uuid.uuid4().hex}
        filed: dict[str, Any] = (await self._call("POST", "/v1/complaints", headers, body)).json()

        async def station() -> str | None:
            status = (await self._call("GET", f"/v1/complaints/{filed['tracking_number']}", own)).json()
            return status["station"] and str(status["station"]["code"])

        officer = {"Authorization": f"Bearer {self.token_for('sho', await _soon(station))}"}
        for command, given in ENDING:
            await self._call("POST", f"/v1/desk/cases/{filed['case_id']}/{command}", officer, given)
        return filed

    async def _call(self, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> httpx.Response:
        return await send(self.http, Call(method, f"{self.suite.intake}{path}", json=body, headers=dict(headers)))


async def _soon(ask: Callable[[], Awaitable[str | None]]) -> str | None:
    until = time.monotonic() + WITHIN_S
    while (found := await ask()) is None:
        if time.monotonic() >= until:
            raise GaveUp("no station has the case")
        await asyncio.sleep(0.5)
    return found
