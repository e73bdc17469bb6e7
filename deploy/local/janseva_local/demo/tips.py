"""People give secret information, come back with key and passphrase, and write again; one post reads and answers."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from event_schemas import AssignedToStation, ComplaintClosed, ComplaintFiled, Event, SLAClockStopped, TipAnswered
from janseva_local.demo.citizens import Suite
from janseva_local.demo.client import Call, GaveUp, send
from janseva_local.demo.evidence import Evidence
from janseva_local.demo.findings import distinct
from janseva_local.demo.stranger import Attempt

SERVICE: Final = "secret-tip"
DISTRICT, POLICE_DISTRICT, STATION = "Araria", "ARARIA", "5140003"
GIVERS: Final = 3
WITHIN_S: Final = 60.0
WRITTEN: Final = "पुल के नीचे रोज शाम को अवैध शराब बिकती है"
ANSWERED, ADDED = "धन्यवाद, गाड़ी का नंबर मालूम है?", "नंबर याद नहीं, गाड़ी सफेद है"
# What the log must hold of each, once.
OWED: Final[tuple[type[Event], ...]] = (ComplaintFiled, AssignedToStation, TipAnswered, ComplaintClosed)


@dataclass(slots=True)
class Giver:
    """`mark` makes the words his own. The case id is the post's to know: he has a key and a passphrase."""

    mark: str
    case_key: str = field(default="", repr=False)
    passphrase: str = field(default="", repr=False)
    case_id: str = ""

    def marked(self, text: str) -> str:
        return f"{text} {self.mark}"


@dataclass(frozen=True, slots=True)
class SecretTips:
    """`token_for` makes an officer's token of role and place, `look` reads the log, and `found_in` names what others
    may read that holds one of the secrets.
    """

    http: httpx.AsyncClient
    suite: Suite
    token_for: Callable[[str, str | None], str]
    look: Callable[[], Awaitable[Evidence]]
    found_in: Callable[[Sequence[str]], Awaitable[Sequence[str]]]

    async def run(self) -> Attempt:
        what = f"give secret information, {GIVERS} times, and come back for the answer"
        try:
            return Attempt(what, await self._fault())
        except GaveUp as error:
            return Attempt(what, str(error))

    async def _fault(self) -> str | None:
        """What was not as promised."""
        before = set(await self._listed())
        run = f"निशान-{uuid.uuid4().hex[:12]}"
        givers = [Giver(f"{run}-{number}") for number in range(GIVERS)]
        await asyncio.gather(*(self._gives(giver) for giver in givers))
        await self._reads(givers, before)
        for giver in givers:
            fault = await self._is_answered(giver) or await self._is_closed_to_others(giver)
            if fault is not None:
                return fault
        return await self._reconciled(givers) or await self._is_nowhere(run, givers)

    async def _gives(self, giver: Giver) -> None:
        body = {"about": "liquor", "text": giver.marked(WRITTEN), "where": f"बड़ा पुल, {DISTRICT}", "language": "hi"}
        answer = await self._call("POST", "/v1/tips", {"Idempotency-Key": str(uuid.uuid4())}, body)
        answer.raise_for_status()
        giver.case_key, giver.passphrase = answer.json()["case_key"], answer.json()["passphrase"]

    async def _reads(self, givers: Sequence[Giver], before: set[str]) -> None:
        """The post finds each by its words; GaveUp if one does not come to it."""
        until, by_text = time.monotonic() + WITHIN_S, {giver.marked(WRITTEN): giver for giver in givers}
        read = set(before)
        while not all(giver.case_id for giver in givers):
            if time.monotonic() > until:
                raise GaveUp("secret information did not come to its post")
            for case_id in set(await self._listed()) - read:
                answer = await self._act(case_id, "reveal", {"reason": "कार्रवाई"})
                read.add(case_id)
                giver = by_text.get(answer.json()["personal"]["description"])
                if giver is not None:
                    giver.case_id = case_id
            await asyncio.sleep(0.5)

    async def _is_answered(self, giver: Giver) -> str | None:
        """Both ways, and then no more."""
        url, opens = f"/v1/tips/{giver.case_key}/messages", {"X-Passphrase": giver.passphrase}
        await self._act(giver.case_id, "answer-tip", {"text": giver.marked(ANSWERED)})
        await self._call("POST", url, {**opens, "Idempotency-Key": str(uuid.uuid4())}, {"text": giver.marked(ADDED)})
        written = [one["text"] for one in (await self._call("GET", url, opens)).json()["items"]]
        if written != [giver.marked(ANSWERED), giver.marked(ADDED)]:
            return f"who came back read {len(written)} messages"
        seen = (await self._act(giver.case_id, "reveal", {"reason": "कार्रवाई"})).json()["messages"]
        if [one["text"] for one in seen] != written:
            return "the post does not read what was added"
        await self._act(giver.case_id, "close", {"outcome": "resolved", "reason_code": "done"})
        shut = await self._call("POST", url, opens, {"text": giver.marked(ADDED)})
        return None if shut.status_code == 409 else f"a closed tip was written to: {shut.status_code}"

    async def _is_closed_to_others(self, giver: Giver) -> str | None:
        """A station of the district and the superintendent of another are strangers; so is a wrong passphrase."""
        for role, place in (("sho", STATION), ("sp", "PATNA"), ("dispatcher", None)):
            answer = await self._call("GET", f"/v1/desk/cases/{giver.case_id}", self._as(role, place))
            if answer.status_code != 404:
                return f"{role} {place} got {answer.status_code}"
        wrong = await self._call(
            "GET", f"/v1/tips/{giver.case_key}/messages", {"X-Passphrase": "0000-0000-0000-0000-0000"}
        )
        return None if wrong.status_code == 404 else f"a wrong passphrase got {wrong.status_code}"

    async def _reconciled(self, givers: Sequence[Giver]) -> str | None:
        """In the log each has its events once, its clock stopped once, and nobody else's tip is there."""
        fault, until = "", time.monotonic() + WITHIN_S
        while time.monotonic() < until:
            fault = _imbalance(await self.look(), givers)
            if not fault:
                return None
            await asyncio.sleep(2)
        return fault

    async def _is_nowhere(self, run: str, givers: Sequence[Giver]) -> str | None:
        """Neither the words nor what opens them."""
        opening = [part for giver in givers for part in (giver.case_key, giver.passphrase)]
        places = await self.found_in([run, *opening])
        return f"what was written stands in {', '.join(places)}" if places else None

    async def _listed(self) -> list[str]:
        """The tips that have come to the post."""
        answer = await self._call("GET", "/v1/desk/cases?limit=200", self._as("sp", POLICE_DISTRICT))
        answer.raise_for_status()
        found = answer.json()["items"]
        return [str(one["case_id"]) for one in found if one["service_code"] == SERVICE and one["status"] != "received"]

    async def _act(self, case_id: str, act: str, body: Mapping[str, Any]) -> httpx.Response:
        headers = self._as("sp", POLICE_DISTRICT) | {"Idempotency-Key": str(uuid.uuid4())}
        answer = await self._call("POST", f"/v1/desk/cases/{case_id}/{act}", headers, body)
        answer.raise_for_status()
        return answer

    def _as(self, role: str, place: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token_for(role, place)}"}

    async def _call(
        self, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        given = None if body is None else dict(body)
        return await send(self.http, Call(method, f"{self.suite.intake}{path}", json=given, headers=dict(headers)))


def _imbalance(evidence: Evidence, givers: Sequence[Giver]) -> str:
    """What the log lacks or has too much of; empty if it is right."""
    own = {giver.case_id for giver in givers}
    counts: Counter[tuple[str, str]] = Counter()
    filed: set[str] = set()
    stopped: Counter[str] = Counter()
    for seen in distinct(evidence.events):
        data = seen.envelope.data
        case_id = seen.envelope.subject
        counts[case_id, data.type] += 1
        if isinstance(data, ComplaintFiled) and data.service_code == SERVICE:
            filed.add(case_id)
        if isinstance(data, SLAClockStopped):
            stopped[case_id] += 1
    if filed != own:
        return f"{len(filed)} were filed and {len(own)} given"
    for case_id in sorted(own):
        for kind in OWED:
            if counts[case_id, kind.type] != 1:
                return f"{kind.type} of {case_id}: {counts[case_id, kind.type]} times"
    # Met or breached: a tip's time has no minutes, and the demo's targets are of seconds.
    return next((f"clocks of {case_id}: {stopped[case_id]} stopped" for case_id in own if stopped[case_id] != 1), "")
