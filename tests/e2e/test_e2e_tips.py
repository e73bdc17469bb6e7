"""A secret tip on the whole suite: given on the pages, read by its post, answered, and found nowhere in the clear."""

import asyncio
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from chassis.http.access.tokens import issue_officer_token
from chassis.kafka.admin import end_offsets
from chassis.kafka.readers import read_log
from event_schemas.officers import Officer, OfficerRole
from janseva_local.demo.search import disguises
from janseva_local.demo.target import target_of
from janseva_local.stack import Stack
from tests.conftest import MakeStack
from tests.e2e.test_e2e_privacy import collector, places_of
from tests.web.fake_suite import hidden

AGENT = "Tell-Tale-Browser/77"
TRACE = "0af7651916cd43dd8448eb211c80319c"
TIP: dict[str, str] = {
    "about": "antisocial",
    "text": "Sulochana-88001 पुल के नीचे रोज तमाशबीन-88001 बैठते हैं",
    "where": "तालाबकोना-88002, अररिया",
    "when": "रविवारशाम-88003",
}
ANSWER, ADDED = "प्रत्युत्तर-88004 मिला", "अतिरिक्त-88005 बात"
SECRETS = ("Sulochana-88001", "तमाशबीन-88001", "तालाबकोना-88002", "रविवारशाम-88003", "प्रत्युत्तर-88004", "अतिरिक्त-88005")
SETTLED_S = 8.0


class Witness:
    """Who has seen something: gives it on the pages, and sends nothing but what any client sends along."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self._http, self._pages = http, stack.urls["web"]
        self.sent = {"User-Agent": AGENT, "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}

    async def file(self) -> dict[str, str]:
        fields = {"a-category": TIP["about"], "text": TIP["text"], "a-tip_place": TIP["where"]}
        fields |= {"a-when_words": TIP["when"], "a-going_on": "yes", "key": str(uuid.uuid4())}
        page = await self._post("/tips", fields)
        case_key, passphrase = re.findall(r'<dd class="number">([^<]+)</dd>', page)
        return {"case_key": case_key, "passphrase": passphrase}

    async def messages(self, tip: dict[str, str]) -> list[str]:
        return re.findall(r'<p class="written">([^<]+)</p>', await self._post("/tips/answer", tip))

    async def add(self, tip: dict[str, str], text: str) -> None:
        opened = hidden(await self._post("/tips/answer", tip))
        await self._post("/tips/messages", {**opened, "message": text})

    async def _post(self, path: str, fields: dict[str, str]) -> str:
        answer = await self._http.post(f"{self._pages}{path}", data=fields, headers=self.sent)
        assert answer.status_code == 200, answer.text
        assert "set-cookie" not in answer.headers
        return answer.text


class Superintendent:
    def __init__(self, stack: Stack, http: httpx.AsyncClient, token: str) -> None:
        self._http, self._desk = http, f"{stack.urls['intake']}/v1/desk/cases"
        self._as = {"Authorization": f"Bearer {token}"}

    async def the_tip(self) -> dict[str, Any]:
        """Once routing has given it to this post."""
        for _ in range(60):
            found = [one for one in (await self._listed()) if one["service_code"] == "secret-tip"]
            if found and found[0]["status"] == "assigned":
                return dict(found[0])
            await asyncio.sleep(1)
        raise AssertionError("the tip did not come to the superintendent")

    async def _listed(self) -> list[dict[str, Any]]:
        answer = await self._http.get(self._desk, headers=self._as)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def act(self, case_id: str, act: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self._http.post(f"{self._desk}/{case_id}/{act}", json=body, headers=self._as)
        assert answer.is_success, answer.text
        return dict(answer.json())


@pytest.mark.timeout(400)
async def test_e2e_a_tip_is_answered_and_found_nowhere(make_stack: MakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words, its key, its passphrase and its sender's client are in no log, metric, trace, topic or collection."""
    with collector() as (address, traces):
        monkeypatch.setenv("OTLP_ENDPOINT", address)
        stack = await make_stack()
        async with httpx.AsyncClient(timeout=30) as http:
            witness = Witness(stack, http)
            office = Superintendent(stack, http, superintendents_token(stack))
            tip = await witness.file()
            case_id = (await office.the_tip())["case_id"]
            assert (await office.act(case_id, "reveal", {"reason": "कार्रवाई"}))["personal"]["description"] == TIP[
                "text"
            ]
            await office.act(case_id, "answer-tip", {"text": ANSWER})
            await witness.add(tip, ADDED)
            assert await witness.messages(tip) == [ANSWER, ADDED]
            await office.act(case_id, "close", {"outcome": "resolved", "reason_code": "done"})
            await asyncio.sleep(SETTLED_S)
            places = await places_of(stack, http)
        places["traces"] = b"\n".join(traces)
        headers = await headers_of(stack, case_id)
    assert {"topic cases.routine", "janseva_intake.cases", "janseva_intake.tip_keys", "traces"} <= places.keys()
    assert case_id.encode() in places["topic cases.routine"]
    hidden = (*SECRETS, tip["case_key"], tip["passphrase"], AGENT, TRACE)
    bare = [one.replace("-", "") for one in (tip["case_key"], tip["passphrase"])]
    found = {
        f"{secret} in {place}"
        for secret in (*hidden, *bare)
        for disguise in set(disguises(secret))
        for place, content in places.items()
        if disguise in content
    }
    assert sorted(found) == []
    for place, content in places.items():
        if place.startswith(("metrics", "log", "traces")):
            assert b"/tips" not in content, place
    filed, assigned = headers["ComplaintFiled"], headers["AssignedToStation"]
    assert "traceparent" not in filed
    assert "traceparent" not in assigned
    for record in (filed, assigned):
        assert record["ce_time"].decode()[14:19] == "00:00", "a time of a tip has no minutes"


def superintendents_token(stack: Stack) -> str:
    claims = Officer(sub="sp-araria", role=OfficerRole.SP, post="SP:ARARIA", district="ARARIA")
    key = target_of(stack).officer_key.read_text()
    return issue_officer_token(key, claims, "janseva-local", datetime.now(UTC), timedelta(hours=1))


async def headers_of(stack: Stack, case_id: str) -> dict[str, dict[str, bytes]]:
    """The headers of the case's events, by type."""
    found: dict[str, dict[str, bytes]] = {}
    ends = await end_offsets(stack.kafka_bootstrap, ["cases.routine"])
    async for entry in read_log(stack.kafka_bootstrap, {}, ends):
        headers = dict(entry.record.headers)
        if headers.get("ce_subject") == case_id.encode():
            found[headers["ce_type"].decode()] = headers
    return found
