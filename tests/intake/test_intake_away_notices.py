"""Away notices: only the registered station's officers learn of one, and all of it goes after the return."""

import json
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest

from event_schemas import CertificateIssued, ids
from event_schemas.calendars import india_date
from intake.auth import Principal
from intake.away.handlers import AwayDesk
from intake.case.derived import derive
from tests.intake.intake_rig import (
    ASHA,
    COUNTER,
    DISPATCHER,
    HQ,
    OTHER_SHO,
    OTHER_STATION,
    RAVI,
    SDPO,
    SHO,
    SP,
    TOKENS,
    Rig,
    decoded,
)

IO = Principal("dev-beat", "io", None, "SHO:5140003", "5140003", "ARARIA")
TOKENS |= {IO.sub: IO}
UNREADING = (OTHER_SHO, COUNTER, DISPATCHER, SDPO, SP, HQ)
SENIOR: dict[str, Any] = {
    "service_code": "senior-citizen-registration",
    "attributes": {
        "name": "सीता देवी",
        "relation": "husband",
        "relative_name": "उदाहरण प्रसाद",
        "gender": "female",
        "age": 71,
        "home_address": "कुम्हरपट्टी-44001, अररिया",
        "home_district": "अररिया",
        "home_state": "bihar",
        "lives": "alone",
        "contact_name": "नमूना कुमार",
        "contact_mobile": "9876543213",
        "consents_to_visits": True,
    },
}
KEY_WITH = "पड़ोसी-44002"


async def registered(intake: Rig, *, card: bool = True) -> dict[str, Any]:
    filed = await intake.filed(SENIOR)
    case_id = filed["case_id"]
    await intake.assign(case_id)
    assert (await intake.command(case_id, "acknowledge")).status_code == 202
    if card:
        approved = await intake.command(case_id, "approve-certificate", {"facts": {"beat": "बीट 3"}})
        assert approved.status_code == 202, approved.text
        await issued(intake, case_id)
    return filed


async def issued(intake: Rig, case_id: str) -> str:
    number = ids.certificate_id(case_id, "senior-citizen-card")
    event = CertificateIssued(
        case_id=case_id,
        occurred_at=intake.clock.now(),
        cause_id="cause",
        certificate_id=number,
        kind="senior-citizen-card",
        verify_url="https://example.invalid/v",
        sha256="0" * 64,
    )
    await intake.store.apply_derived([derive(f"issued {number}", event)])
    return number


def days(intake: Rig, first: int, last: int) -> dict[str, Any]:
    today = india_date(intake.clock.now())
    span = {"away_from": (today + timedelta(days=first)).isoformat()}
    return span | {"away_until": (today + timedelta(days=last)).isoformat(), "house": "locked", "key_with": KEY_WITH}


async def given(intake: Rig, filed: dict[str, Any], first: int = 1, last: int = 10, **more: Any) -> httpx.Response:
    key = more.pop("key", uuid.uuid4().hex)
    by = more.pop("by", ASHA)
    return await intake.post(
        notices(filed), {"attributes": days(intake, first, last) | more}, by=by, idempotency_key=key
    )


def notices(filed: dict[str, Any]) -> str:
    return f"/v1/complaints/{filed['tracking_number']}/away-notices"


async def read(intake: Rig, notice_id: str, by: Principal) -> httpx.Response:
    return await intake.get(f"/v1/desk/away-notices/{notice_id}", by=by)


@pytest.mark.parametrize("reader", [SHO, IO], ids=str)
async def test_the_stations_officers_read_it_and_the_owner_sees_that(intake: Rig, reader: Principal) -> None:
    """With days and address, each reading recorded first; the rounds are the owner's to see."""
    filed = await registered(intake)
    answer = await given(intake, filed)
    assert answer.status_code == 201, answer.text
    notice = answer.json()
    listed = (await intake.get("/v1/desk/away-notices", by=reader)).json()["items"]
    assert [one["notice_id"] for one in listed] == [notice["notice_id"]]
    assert KEY_WITH not in json.dumps(listed, ensure_ascii=False)
    found = (await read(intake, notice["notice_id"], reader)).json()
    assert (found["key_with"], found["away_from"]) == (KEY_WITH, notice["away_from"])
    assert "कुम्हरपट्टी-44001" in found["address"]
    looks = await intake.trail.looks(filed["case_id"])
    assert [(one.actor, one.what) for one in looks] == [(reader.sub, f"away_notice_read:{notice['notice_id']}")]
    visit = f"/v1/desk/away-notices/{notice['notice_id']}/visits"
    assert (await intake.post(visit, {"found": "nothing"}, by=reader)).status_code == 422
    assert (await intake.post(visit, {"found": "all_well"}, by=reader)).status_code == 200
    (own,) = (await intake.get(notices(filed), by=ASHA, accept_language="en")).json()["items"]
    assert own["seen_at"] is not None
    assert [one["found"] for one in own["visits"]] == ["all_well"]


async def test_nobody_else_learns_that_there_is_one(intake: Rig) -> None:
    """Another station, the counter, those above, the control room: empty lists, and the 404 of a notice that is not."""
    filed = await registered(intake)
    notice_id = (await given(intake, filed)).json()["notice_id"]
    for officer in UNREADING:
        assert (await intake.get("/v1/desk/away-notices", by=officer)).json()["items"] == []
        there, absent = await read(intake, notice_id, officer), await read(intake, "an_none", officer)
        assert (
            (there.status_code, there.json()["code"])
            == (absent.status_code, absent.json()["code"])
            == (404, "not_found")
        )
        passed = await intake.post(f"/v1/desk/away-notices/{notice_id}/visits", {"found": "all_well"}, by=officer)
        assert passed.status_code == 404
        shown = await intake.get(f"/v1/desk/cases/{filed['case_id']}", by=officer)
        assert "away" not in shown.text
    for stranger in (RAVI, None):
        for answer in (
            await intake.get(notices(filed), by=stranger),
            await given(intake, filed, by=stranger),
            await intake.post(f"{notices(filed)}/{notice_id}/return", by=stranger),
            await intake.http.delete(f"{notices(filed)}/{notice_id}"),
        ):
            assert answer.status_code == 404
    assert not [look for look in await intake.trail.looks(filed["case_id"]) if "away" in look.what]


async def test_nothing_of_a_notice_leaves_intake(intake: Rig) -> None:
    """No event, sealed or not; in the store no day, no address and no name in the clear; no count of requests."""
    filed = await registered(intake)
    before, version = len(intake.store.published), intake.store.cases[filed["case_id"]].version
    notice = (await given(intake, filed)).json()
    await read(intake, notice["notice_id"], SHO)
    assert len(intake.store.published) == before
    assert intake.store.cases[filed["case_id"]].version == version
    kept = json.dumps(intake.away.documents, default=str, ensure_ascii=False)
    assert not [one for one in (KEY_WITH, notice["away_from"], notice["away_until"], "कुम्हरपट्टी") if one in kept]
    assert "away-notices" not in (await intake.get("/metrics")).text
    assert all("away" not in type(decoded(one)).__name__.casefold() for one in intake.store.published)


async def test_the_content_goes_seven_days_after_the_return(intake: Rig) -> None:
    """Not a day before; the record that somebody gave notice goes a year later."""
    filed = await registered(intake)
    notice_id = (await given(intake, filed, 0, 10)).json()["notice_id"]
    intake.clock.advance(timedelta(days=17))
    assert await intake.away_desk.sweep() == 0
    assert (await read(intake, notice_id, SHO)).status_code == 200
    intake.clock.advance(timedelta(days=1))
    assert await intake.away_desk.sweep() == 1
    assert (await read(intake, notice_id, SHO)).status_code == 404
    assert (await intake.get(notices(filed), by=ASHA)).json()["items"] == []
    (left,) = intake.away.documents.values()
    assert {"sealed", "visits"}.isdisjoint(left)
    intake.clock.advance(timedelta(days=366))
    await intake.away_desk.sweep()
    assert intake.away.documents == {}


async def test_who_returns_early_is_forgotten_early(intake: Rig) -> None:
    """The seven days count from the day of the return; then nothing is changed any more."""
    filed = await registered(intake)
    notice_id = (await given(intake, filed, 0, 60)).json()["notice_id"]
    intake.clock.advance(timedelta(days=2))
    back = await intake.post(f"{notices(filed)}/{notice_id}/return", by=ASHA)
    assert (back.status_code, back.json()["state"]) == (200, "returned")
    changed = await intake.http.patch(
        f"{notices(filed)}/{notice_id}", json={"attributes": {}}, headers={"Authorization": f"Bearer {ASHA.sub}"}
    )
    assert (changed.status_code, changed.json()["code"]) == (409, "away_notice_over")
    intake.clock.advance(timedelta(days=8))
    assert await intake.away_desk.sweep() == 1


async def test_a_notice_is_changed_and_cancelled_by_its_owner(intake: Rig) -> None:
    """A change keeps what it leaves out; a cancellation deletes at once."""
    filed = await registered(intake)
    notice_id = (await given(intake, filed)).json()["notice_id"]
    owner = {"Authorization": f"Bearer {ASHA.sub}"}
    later = days(intake, 1, 20)["away_until"]
    url = f"{notices(filed)}/{notice_id}"
    changed = await intake.http.patch(url, json={"attributes": {"away_until": later}}, headers=owner)
    assert (changed.status_code, changed.json()["away_until"], changed.json()["key_with"]) == (200, later, KEY_WITH)
    wrong = await intake.http.patch(url, json={"attributes": {"house": "castle"}}, headers=owner)
    assert wrong.status_code == 422
    assert (await intake.http.delete(url, headers=owner)).status_code == 204
    assert (await read(intake, notice_id, SHO)).status_code == 404
    (left,) = intake.away.documents.values()
    assert "sealed" not in left
    assert (await intake.http.delete(url, headers=owner)).json()["code"] == "away_notice_over"


@pytest.mark.parametrize(("first", "last", "at"), [(-1, 5, "away_from"), (5, 4, "away_until"), (1, 92, "away_until")])
async def test_days_that_cannot_be_are_refused(intake: Rig, first: int, last: int, at: str) -> None:
    filed = await registered(intake)
    refused = await given(intake, filed, first, last)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/attributes/{at}")
    assert intake.away.documents == {}


async def test_only_who_is_registered_gives_notice(intake: Rig) -> None:
    """Neither before the card, nor after its three years, nor when the registration has ended."""
    assert (await given(intake, await registered(intake, card=False))).json()["code"] == "not_registered"
    filed = await registered(intake)
    notice_id = (await given(intake, filed)).json()["notice_id"]
    closed = await intake.command(filed["case_id"], "close", {"outcome": "moved", "reason_code": "moved"})
    assert closed.status_code == 202, closed.text
    assert (await given(intake, filed)).json()["code"] == "not_registered"
    assert await intake.away_desk.sweep() == 1
    assert (await read(intake, notice_id, SHO)).status_code == 404
    other = await registered(intake)
    intake.clock.advance(timedelta(days=3 * 366))
    assert (await given(intake, other)).json()["code"] == "not_registered"


async def test_the_same_request_is_the_same_notice(intake: Rig) -> None:
    filed = await registered(intake)
    first, again = [(await given(intake, filed, key="0" * 32)).json() for _ in range(2)]
    assert first == again
    for _ in range(4):
        assert (await given(intake, filed)).status_code == 201
    assert (await given(intake, filed)).json()["code"] == "away_notices_too_many"


async def test_a_registration_that_moves_has_its_notices_follow(intake: Rig) -> None:
    """The former station reads it no more at once; the new one has it in its list."""
    filed = await registered(intake)
    notice_id = (await given(intake, filed)).json()["notice_id"]
    moved = await intake.command(filed["case_id"], "transfer", {"to_station": "5140012", "reason_code": "moved"})
    assert moved.status_code == 202, moved.text
    await intake.assign(filed["case_id"], 2, OTHER_STATION)
    assert (await read(intake, notice_id, SHO)).status_code == 404
    assert (await intake.get("/v1/desk/away-notices", by=SHO)).json()["items"] == []
    await intake.away_desk.sweep()
    listed = (await intake.get("/v1/desk/away-notices", by=OTHER_SHO)).json()["items"]
    assert [one["notice_id"] for one in listed] == [notice_id]


def test_the_desk_is_made_of_nothing_that_emits() -> None:
    """Neither an outbox nor a producer nor metrics is given to it; the trail's heads name the case alone."""
    assert set(AwayDesk.__dataclass_fields__) == {"notices", "cases", "trail", "ring", "catalogue", "service", "clock"}
