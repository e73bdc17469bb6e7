"""The steps of a journey by HTTP: what the citizen files and uploads, what he and the police do with the case."""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any, Final, Protocol

import httpx
from PIL import Image

from event_schemas.officers import DISTRICT_ROLES, STATION_ROLES, OfficerRole
from intake.case.states import Family
from intake.catalogue.model import Document, Example
from janseva_local.demo.citizens import Suite, log_in
from janseva_local.demo.client import Call, send
from janseva_local.demo.journeys import Step, Way

WITHIN_S: Final = 90.0
PAUSE_S: Final = 0.3
LONGEST_PAUSE_S: Final = 2.0
# A case whose assignment has not reached intake yet is worked a moment later.
NOT_YET: Final = frozenset({"transition_not_allowed", "not_found"})
FROM_NOW: Final = re.compile(r"([+-]\d+)h")
ADD_DOCUMENT: Final = "add-document"
# By the number of the case, not at its address.
DISPUTE: Final = "dispute"
# At the provider of signatures, between two calls at the case's address.
E_SIGN: Final = "e-sign"
TokenFor = Callable[[str, str | None], str]  # (role, station or police district) -> token


class Offered(Protocol):
    """What the catalogue says of a service, as far as a citizen needs it."""

    @property
    def code(self) -> str: ...
    @property
    def family(self) -> Family: ...
    @property
    def documents(self) -> list[Document] | tuple[Document, ...]: ...
    @property
    def example(self) -> Example | None: ...


class Filed(Protocol):
    """What a 202 gave."""

    @property
    def case_id(self) -> str: ...
    @property
    def tracking_number(self) -> str: ...
    @property
    def receipt_secret(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Person:
    """Who files; `number` keeps what he does apart from what others do at the same station."""

    number: int
    language: str
    name: str
    address: str
    phone: str
    location: Mapping[str, float]


def filing_body(service: Offered, way: Way, person: Person) -> dict[str, Any]:
    """The service's example with the way's answers over it; the phone of who logs in is the token's."""
    example = service.example.model_dump(exclude_none=True) if service.example else {}
    complainant = {"name": person.name, "address": person.address}
    if way.by != "citizen":
        complainant["phone"] = person.phone
    head = {"service_code": service.code, "language": person.language, "channel": "web", "complainant": complainant}
    filled_in: dict[str, Any] = filled(way.filed, person.number)
    answers = {**example.get("attributes", {}), **filled_in.pop("attributes", {})}
    return {"location": dict(person.location), **head, **example, "attributes": answers, **filled_in}


def visit_body(service: Offered, way: Way, person: Person, place: str) -> dict[str, Any]:
    """Without an appointment, at a counter: the helper there is recorded by his token."""
    whole = filing_body(service, way, person)
    kept = {name: whole[name] for name in ("language", "complainant", "attributes")}
    return {"place": place, "presence": "counter", **kept}


def required_documents(service: Offered) -> tuple[str, ...]:
    return tuple(document.code for document in service.documents if document.required)


class Steps:
    def __init__(self, http: httpx.AsyncClient, suite: Suite, token_for: TokenFor) -> None:
        self._http = http
        self._suite = suite
        self._token_for = token_for

    def as_officer(self, role: str, place: str | None) -> dict[str, str]:
        """The station, or the police district, for those who are bound to one."""
        token = self._token_for(role, place if OfficerRole(role) in STATION_ROLES | DISTRICT_ROLES else None)
        return {"Authorization": f"Bearer {token}"}

    async def upload(self, filed: Filed, document: str) -> httpx.Response:
        """A paper that was asked for."""
        file = (f"{document}.png", picture(), "image/png")
        call = Call("POST", f"{self._case(filed)}/evidence", headers=receipt(filed), form={"document_type": document})
        return await send(self._http, replace(call, file=file))

    async def perform(
        self, filed: Filed, step: Step, station: str, key: str, number: int = 0, *, again: bool = True
    ) -> httpx.Response:
        """With `again`, GaveUp when the state never allows it; a step that is to be refused is tried once."""
        station = step.at or station
        body = filled(step.body, number, station)
        if step.by == "citizen" and step.do == ADD_DOCUMENT:
            return await self.upload(filed, body["document"])
        if step.do == E_SIGN:
            return await self._e_sign(filed)
        if step.do == DISPUTE:
            url = f"{self._suite.intake}/v1/verifications/{filed.tracking_number}/{step.do}"
            headers = await self._as_person(number) if step.by == "person" else self.as_officer(step.by, station)
        elif step.by == "citizen":
            url, headers = f"{self._case(filed)}/{step.do}", receipt(filed)
        else:
            url = f"{self._suite.intake}/v1/desk/cases/{filed.case_id}/{step.do}"
            above = OfficerRole(step.by) in DISTRICT_ROLES
            headers = self.as_officer(step.by, await self._police_district(station) if above else station)
        retried = NOT_YET if again and step.refused is None else frozenset()
        headers["Idempotency-Key"] = key
        call = Call("POST", url, json=body, headers=headers, retried_codes=retried)
        return await send(self._http, call, patience_s=WITHIN_S)

    async def station_after(self, filed: Filed, step: Step, station: str) -> str:
        """The station that has the case after a step: where a transfer sends it, as soon as it is there."""
        to = step.body.get("to_station")
        if step.do != "transfer" or not to or step.refused is not None:
            return station
        await self.status_when(filed, lambda now: now["station"]["code"] == to)
        return str(to)

    async def status(self, filed: Filed) -> dict[str, Any]:
        answer = await send(self._http, Call("GET", self._case(filed), headers=receipt(filed)))
        return dict(answer.json())

    async def status_when(
        self, filed: Filed, holds: Callable[[Mapping[str, Any]], bool], within_s: float = WITHIN_S
    ) -> tuple[bool, dict[str, Any]]:
        """The status as soon as it is so; the last one, and False, when it never is."""
        until, pause_s = time.monotonic() + within_s, PAUSE_S
        while True:
            status = await self.status(filed)
            if holds(status):
                return True, status
            if time.monotonic() >= until:
                return False, status
            await asyncio.sleep(pause_s)
            # Many wait at once: the longer it takes, the busier the suite is.
            pause_s = min(LONGEST_PAUSE_S, 1.5 * pause_s)

    async def paper_is_there(self, filed: Filed, kind: str) -> tuple[bool, dict[str, Any]]:
        return await self.status_when(filed, lambda now: kind in kinds(now))

    async def _e_sign(self, filed: Filed) -> httpx.Response:
        """He reads the information, signs it where he is sent, and comes back; what is not so far is the answer."""
        url, headers = f"{self._case(filed)}/{E_SIGN}", receipt(filed)
        begun = await send(self._http, Call("POST", url, headers=headers))
        if not begun.is_success:
            return begun
        signed = await send(self._http, Call("POST", begun.json()["redirect_url"], form={"decision": "sign"}))
        if not signed.has_redirect_location:
            return signed
        return await send(self._http, Call("POST", f"{url}/{begun.json()['transaction']}", headers=headers))

    async def _as_person(self, number: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {await log_in(self._http, self._suite, mobile_of(number))}"}

    async def _police_district(self, station: str) -> str:
        """An SP's own office, which is no station, has its police district's name for a code."""
        answer = await send(self._http, Call("GET", f"{self._suite.routing}/v1/stations/{station}"))
        return str(answer.json()["police_district"]) if answer.is_success else station

    def _case(self, filed: Filed) -> str:
        return f"{self._suite.intake}/v1/complaints/{filed.tracking_number}"


def receipt(filed: Filed) -> dict[str, str]:
    return {"X-Receipt": filed.receipt_secret}


def kinds(status: Mapping[str, Any]) -> list[str]:
    return sorted(one["kind"] for one in status["certificates"])


def filled(body: Any, number: int = 0, station: str = "") -> Any:
    """`+48h` and `-1h` as instants, seen from now, {number} and {station} put in; a time to come is each one's own."""
    if isinstance(body, Mapping):
        return {name: filled(value, number, station) for name, value in body.items()}
    if isinstance(body, list | tuple):
        return [filled(value, number, station) for value in body]
    if not isinstance(body, str):
        return body
    if found := FROM_NOW.fullmatch(body):
        hours = int(found.group(1))
        return (datetime.now(UTC) + timedelta(hours=hours + (number if hours > 0 else 0))).isoformat(timespec="seconds")
    return body.replace("{number}", str(number)).replace("{mobile}", mobile_of(number)).replace("{station}", station)


def mobile_of(number: int) -> str:
    """The number of whom a citizen has verified; each citizen has somebody else.

    No row of equal digits: who searches for it would find it in the rounded fractions of a metric.
    """
    return f"+9197{(number * 7_654_321 + 36_418_529) % 10**8:08}"


@cache
def picture() -> bytes:
    """A photo of nothing, as a paper that was asked for."""
    held = BytesIO()
    Image.new("RGB", (16, 16), "white").save(held, "PNG")
    return held.getvalue()
