"""Journeys of the services that are looked up: a filing leads there, an officer keeps it, and what is over is gone."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from chassis.http.access.tokens import issue_officer_token
from event_schemas.officers import Officer, OfficerRole
from intake.catalogue.model import Service
from intake.registers.kinds import load_registers
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.stack import Stack
from tests.e2e.journeys.checks import same

STATION: Final = "5140003"
DISTRICT: Final = "ARARIA"


class LookupWalker:
    """`phone` is the citizen's own."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient, service: Service, phone: str) -> None:
        self._stack, self._http, self._service, self._phone = stack, http, service, phone
        self._suite = Suite(stack.urls["intake"], stack.urls["routing"], stack.urls["provider"])

    async def walk(self) -> None:
        """AssertionError says which promise was not kept."""
        token = await log_in(self._http, self._suite, self._phone)
        citizen = {"Authorization": f"Bearer {token}"}
        path = await self._filing_leads_to(citizen)
        if self._service.code == "fir-copy":
            await self._fir(path)
        else:
            await self._entry(path, citizen)

    async def _filing_leads_to(self, citizen: dict[str, str]) -> str:
        body = {"service_code": self._service.code, "attributes": {}}
        for language in ("hi", "en"):
            headers = citizen | {"Idempotency-Key": uuid.uuid4().hex, "Accept-Language": language}
            refused = await self._http.post(f"{self._suite.intake}/v1/complaints", json=body, headers=headers)
            same("a filing", (refused.status_code, refused.json()["code"]), (422, "service_is_a_lookup"))
        return str(refused.json()["look_at"])

    async def _fir(self, path: str) -> None:
        """Not online, released, read by a stranger, withheld by a superintendent: and then as before."""
        fir: dict[str, Any] = {"station": STATION, "year": datetime.now(UTC).year, "number": "4711"}
        url = f"{self._suite.intake}{path}"
        before = await self._http.get(url, params=fir)
        same("before", (before.status_code, before.json()["code"]), (404, "fir_not_online"))
        paper = {"registered_at": datetime.now(UTC).isoformat(), "sections": ["303(2)"]}
        text = {"text": "नमूना: बाजार से साइकिल चोरी हुई। अनुसंधान जारी है।", "redacted": True}
        await self._desk("registers/fir/release", fir | paper | text, "sho")
        online = await self._http.get(url, params=fir | {"number": "कांड संख्या ४७११"})
        same("online", online.json().get("text"), text["text"])
        await self._desk("registers/fir/withhold", fir | {"reason": "नमूना कारण"}, "sho", 403)
        await self._desk("registers/fir/withhold", fir | {"reason": "नमूना कारण"}, "sp")
        after = await self._http.get(url, params=fir)
        same("after", (after.status_code, after.content), (before.status_code, before.content))

    async def _entry(self, path: str, citizen: dict[str, str]) -> None:
        """Added by the station, found by a citizen in the other script, ended, and found no more."""
        kind = load_registers().get(path.rsplit("/", 1)[1])
        assert kind is not None
        today = datetime.now(UTC).date()
        given = kind.example.model_dump(mode="json")
        body = given | {"since": today.isoformat()}
        body["source"] |= {"dated": today.isoformat(), "number": uuid.uuid4().hex[:12]}
        added = await self._desk(f"registers/{kind.kind}", body, "sho", 201)
        span = {"from": (today - timedelta(days=1)).isoformat(), "until": today.isoformat()}
        wanted = {"q": "namuna", "district": "अररिया"} | (span if kind.window else {})
        url = f"{self._suite.intake}{path}"
        same("a stranger", (await self._http.get(url, params=wanted)).status_code, 401)
        page = (await self._http.get(url, params=wanted, headers=citizen)).json()
        assert added["entry_id"] in [one["entry_id"] for one in page["items"]], page
        reason = {"reason_code": "acquitted"}
        await self._desk(f"registers/{kind.kind}/{added['entry_id']}/end", reason, "sho")
        page = (await self._http.get(url, params=wanted, headers=citizen)).json()
        assert added["entry_id"] not in [one["entry_id"] for one in page["items"]], page

    async def _desk(self, path: str, body: dict[str, Any], role: str, status: int = 200) -> dict[str, Any]:
        station = STATION if role == "sho" else None
        officer = Officer(
            sub=f"e2e-{role}",
            role=OfficerRole(role),
            post=f"SHO:{STATION}" if station else f"{role.upper()}:{DISTRICT}",
            station=station,
            district=DISTRICT,
        )
        key = self._stack.keys.officer_key.read_text()
        token = issue_officer_token(key, officer, "janseva-local", datetime.now(UTC), timedelta(hours=1))
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self._http.post(f"{self._suite.intake}/v1/desk/{path}", json=body, headers=headers)
        same(path, (answer.status_code, answer.text if answer.status_code != status else ""), (status, ""))
        found: dict[str, Any] = answer.json()
        return found
