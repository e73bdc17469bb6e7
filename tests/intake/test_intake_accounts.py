"""Whose case it is: a phone opens what was filed with it, but not for ever and never what is sensitive."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from intake.auth import Principal
from tests.intake import intake_rig
from tests.intake.auth_fakes import MemoryLoginStore
from tests.intake.intake_rig import ASHA, COMPLAINT, COUNTER, DISPATCHER, RAVI, START, Rig
from tests.intake.test_intake_emergencies import called

SENSITIVE = {**COMPLAINT, "attributes": {"category": "crime_against_women"}}
GAP = timedelta(days=90)


async def numbers(intake: Rig, by: Principal) -> list[str]:
    answer = await intake.get("/v1/me/cases", by=by)
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"items", "next_cursor"}
    return [item["tracking_number"] for item in answer.json()["items"]]


async def test_a_sensitive_case_needs_its_receipt(intake: Rig) -> None:
    """The token alone neither sees nor changes nor lists it; whoever shares the phone learns nothing."""
    case = await intake.filed(SENSITIVE)
    plain = await intake.filed(COMPLAINT)
    url = f"/v1/complaints/{case['tracking_number']}"
    unknown = await intake.get("/v1/complaints/JS-26-32B6-TBMS-T", by=ASHA)
    hidden = await intake.get(url, by=ASHA)
    assert (hidden.status_code, hidden.json()) == (404, unknown.json())
    for path in ("/withdraw", "/reopen", "/feedback", "/stream-ticket"):
        body = {"/feedback": {"rating": 3}, "/reopen": {"reason_code": "other"}}.get(path, {})
        assert (await intake.post(url + path, body, by=ASHA)).status_code == 404
    assert (await intake.get(url + "/stream", by=ASHA)).status_code == 404
    receipt = case["receipt_secret"]
    assert (await intake.get(url, x_receipt=receipt)).status_code == 200
    assert (await intake.get(url, by=ASHA, x_receipt=receipt)).status_code == 200
    assert await numbers(intake, ASHA) == [plain["tracking_number"]]


async def test_a_new_holder_of_the_number_sees_nothing_of_before(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the gap older cases are not listed; who knows a number, or has a receipt, still finds his case."""
    old = await intake.filed(COMPLAINT)
    intake.clock.advance(timedelta(days=100))
    again = replace(ASHA, known_since=intake.clock.now())
    monkeypatch.setitem(intake_rig.TOKENS, ASHA.sub, again)
    assert await numbers(intake, again) == []
    new = await intake.filed(COMPLAINT)
    assert await numbers(intake, again) == [new["tracking_number"]]
    assert (await intake.get(f"/v1/complaints/{old['tracking_number']}", by=again)).status_code == 200
    assert (await intake.get(f"/v1/complaints/{old['tracking_number']}")).status_code == 404


async def test_the_gap_is_counted_from_the_last_login() -> None:
    """Logins less than the gap apart keep what is known; after it everything begins anew."""
    logins = MemoryLoginStore()
    assert await logins.remember("a", START, GAP) == START
    assert await logins.remember("a", START + timedelta(days=89), GAP) == START
    assert await logins.remember("a", START + timedelta(days=178), GAP) == START
    late = START + timedelta(days=268, seconds=1)
    assert await logins.remember("a", late, GAP) == late
    assert await logins.remember("b", START, GAP) == START


@pytest.mark.parametrize("way", ["112", "counter"])
async def test_who_called_or_walked_in_finds_his_case(intake: Rig, way: str) -> None:
    """An officer took down the phone: its owner logs in and finds the case by its number; nobody else does."""
    case: dict[str, Any]
    if way == "112":
        case = await called(intake, {"kind": "police", "phone": ASHA.phone}, by=DISPATCHER)
    else:
        body = {"complainant": {"name": "Asha", "phone": ASHA.phone}, "presence": "counter"}
        answer = await intake.post("/v1/desk/visits", body, by=COUNTER)
        assert answer.status_code == 202, answer.text
        case = answer.json()
    url = f"/v1/complaints/{case['tracking_number']}"
    assert (await intake.get(url, by=ASHA)).status_code == 200
    assert (await intake.post(f"{url}/stream-ticket", by=ASHA)).status_code == 201
    assert (await intake.get(url, by=RAVI)).status_code == 404
    assert (await intake.get(url)).status_code == 404
    assert await numbers(intake, ASHA) == []


async def test_a_number_that_a_stranger_named_opens_nothing(intake: Rig) -> None:
    """An emergency from the web with somebody's number is not that person's: the receipt alone opens it."""
    case = await called(intake, {"kind": "police", "phone": ASHA.phone, "channel": "phone112"})
    assert (await intake.get(f"/v1/complaints/{case['tracking_number']}", by=ASHA)).status_code == 404
