"""A person in danger who used the wrong form: one call makes the filing a linked emergency, and is never refused."""

import asyncio
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from event_schemas import ComplaintFiled
from intake.case.model import Case, Relation
from intake.case.states import State
from intake.handoff.domain import HANDED_FROM, HANDED_OFF
from tests.intake.intake_rig import ASHA, COMPLAINT, DISPATCHER, OTHER_SHO, RAVI, SHO, Rig, rig

BEATEN = COMPLAINT | {"description": "वह मुझे मार रहा है, कमरे में बंद हूँ"}
SENSITIVE = COMPLAINT | {
    "description": "पड़ोसी पीछा करता है",
    "attributes": {"category": "crime_against_women", "accused": "पड़ोसी"},
}


def url(case: dict[str, Any], act: str = "/emergency") -> str:
    return f"/v1/complaints/{case['tracking_number']}{act}"


def stored(intake: Rig, case: dict[str, Any]) -> Case:
    return intake.store.cases[case["case_id"]]


def emergencies(intake: Rig) -> list[Case]:
    return [case for case in intake.store.cases.values() if case.lane == "emergency"]


async def called(intake: Rig, case: dict[str, Any], body: Any = None, **how: Any) -> dict[str, Any]:
    how = how or {"X_Receipt": case["receipt_secret"]}
    answer = await intake.post(url(case), body, **how)
    assert answer.status_code == 202, answer.text
    parsed: dict[str, Any] = answer.json()
    assert parsed["lane"] == "emergency"
    return parsed


async def test_the_filing_becomes_a_linked_emergency_with_its_place_and_phone(intake: Rig) -> None:
    """By the receipt alone and with an empty body; the filing goes on with its clock, and each names the other."""
    filed = await intake.filed(BEATEN)
    assert [notice["code"] for notice in filed["notices"]] == ["in_danger"]
    assert filed["emergency"]["url"].endswith(url(filed))
    help_ = await called(intake, filed)
    emergency, filing = stored(intake, help_), stored(intake, filed)
    assert (emergency.location, emergency.owner, emergency.language) == (filing.location, ASHA.sub, "hi")
    known = intake.personal(help_["case_id"])
    assert (known.phone, known.name, known.address) == (ASHA.phone, "आशा देवी", "वार्ड 4, अररिया")
    assert known.description == BEATEN["description"]
    event = next(one for one in intake.events(help_["case_id"]) if isinstance(one, ComplaintFiled))
    assert (event.kinds, event.contact_proved) == (("police",), True)
    assert [due["clock"] for due in help_["due"]] == ["dial112_response"]
    assert filing.state is State.RECEIVED
    assert [(link.relation, link.case_id) for link in filing.links] == [(Relation.EMERGENCY, help_["case_id"])]
    assert [(link.relation, link.case_id) for link in emergency.links] == [(Relation.FILING, filed["case_id"])]
    assert HANDED_OFF in filing.flags
    assert HANDED_FROM in emergency.flags


async def test_each_case_names_the_other(intake: Rig) -> None:
    """The filing in its timeline, and each with the other's number; the filing's receipt opens both."""
    filed = await intake.filed(BEATEN)
    help_ = await called(intake, filed)
    by_receipt = {"X_Receipt": filed["receipt_secret"], "accept_language": "en"}
    filing = (await intake.get(url(filed, ""), **by_receipt)).json()
    emergency = (await intake.get(url(help_, ""), **by_receipt)).json()
    assert "You called for help at once: an emergency was opened for it; this case goes on" in [
        one["text"] for one in filing["timeline"]
    ]
    assert [(one["relation"], one["tracking_number"]) for one in filing["links"]] == [
        ("emergency", help_["tracking_number"])
    ]
    assert [(one["relation"], one["tracking_number"]) for one in emergency["links"]] == [
        ("filing", filed["tracking_number"])
    ]
    assert emergency["emergency"] is None
    assert filing["emergency"]["url"].endswith(url(filed))


async def test_a_second_tap_is_answered_with_the_same_emergency(intake: Rig) -> None:
    """Minutes later too, and with the receipt of the first answer; so are two taps at once."""
    filed = await intake.filed(BEATEN)
    first, second = await asyncio.gather(called(intake, filed), called(intake, filed))
    intake.clock.advance(timedelta(minutes=9))
    third = await called(intake, filed)
    same = {(one["case_id"], one["receipt_secret"]) for one in (first, second, third)}
    assert len(same) == 1
    assert len(emergencies(intake)) == len(stored(intake, filed).links) == 1


async def test_what_a_later_call_adds_is_not_lost(intake: Rig) -> None:
    """New words join the open emergency; another kind of help is an emergency of its own, linked as well."""
    filed = await intake.filed(BEATEN)
    first = await called(intake, filed)
    again = await called(intake, filed, {"note": "अब दरवाजा तोड़ रहा है"})
    assert again["case_id"] == first["case_id"]
    assert "दरवाजा" in (intake.personal(first["case_id"]).description or "")
    other = await called(intake, filed, {"kinds": ["ambulance"]})
    assert other["case_id"] != first["case_id"]
    assert stored(intake, other).kinds == ("ambulance",)
    assert [link.case_id for link in stored(intake, filed).links] == [first["case_id"], other["case_id"]]
    desk = await intake.get(f"/v1/desk/cases/{other['case_id']}", by=DISPATCHER)
    assert desk.json()["possible_duplicates"] == [first["case_id"]]


async def test_two_kinds_at_once_are_both_sent(intake: Rig) -> None:
    """Of two calls in one moment neither's help is dropped for the other's."""
    filed = await intake.filed(BEATEN)
    await asyncio.gather(called(intake, filed), called(intake, filed, {"kinds": ["ambulance"]}))
    assert {kind for case in emergencies(intake) for kind in case.kinds} == {"police", "ambulance"}


async def test_danger_that_comes_back_is_a_new_emergency(intake: Rig) -> None:
    """After the first has ended."""
    filed = await intake.filed(BEATEN)
    first = await called(intake, filed)
    done = await intake.command(first["case_id"], "resolve-emergency", {"how": "resolved_by_phone"}, by=DISPATCHER)
    assert done.status_code == 202, done.text
    second = await called(intake, filed)
    assert second["case_id"] != first["case_id"]
    assert stored(intake, second).state is State.RECEIVED


async def test_a_link_that_was_not_written_is_written_by_the_next_call(intake: Rig) -> None:
    """A crash between the two writes leaves no second emergency behind, and no emergency without its link."""
    filed = await intake.filed(BEATEN)
    before = stored(intake, filed)
    first = await called(intake, filed)
    intake.store.cases[filed["case_id"]] = before
    assert (await called(intake, filed))["case_id"] == first["case_id"]
    assert [link.case_id for link in stored(intake, filed).links] == [first["case_id"]]


@pytest.mark.parametrize("state", sorted(State, key=str), ids=str)
async def test_no_state_of_the_filing_refuses_it(intake: Rig, state: State) -> None:
    """Closed and withdrawn too."""
    filed = await intake.filed(BEATEN)
    intake.store.cases[filed["case_id"]] = _in_state(stored(intake, filed), state)
    help_ = await called(intake, filed)
    assert stored(intake, help_).links
    assert stored(intake, filed).state is state


def _in_state(case: Case, state: State) -> Case:
    return replace(case, state=state)


BODIES: dict[str, bytes] = {
    "nothing": b"",
    "broken": b'{"note": "bachao',
    "an array": b"[1, 2]",
    "null": b"null",
    "deep": b"[" * 5_000,
    "text": "बचाओ".encode(),
    "odd bytes": b"\xff\x00\xfe",
    "huge": b'{"note": "' + b"a" * 1_200_000 + b'"}',
    "impossible place": b'{"location": {"lat": 999, "lon": "x"}}',
    "no phone": b'{"phone": "12"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_no_body_refuses_it(intake: Rig, body: bytes) -> None:
    """Whatever is sent, the emergency is linked and has the filing's place."""
    filed = await intake.filed(BEATEN)
    help_ = await called(intake, filed, body)
    assert stored(intake, help_).location == stored(intake, filed).location
    assert stored(intake, filed).links


async def test_no_token_receipt_or_number_refuses_it(intake: Rig) -> None:
    """What does not open the filing is a call of its own, which says nothing of whether the filing exists."""
    filed = await intake.filed(BEATEN)
    unknown = {"tracking_number": "JS-26-0000-0000-X"}
    answers: list[httpx.Response] = [
        await intake.post(url(filed)),
        await intake.post(url(filed), by=RAVI),
        await intake.post(url(filed), X_Receipt="r" * 5_000),
        await intake.post(url(filed), Authorization="Bearer nobody"),
        await intake.post(url(filed), by=SHO),
        await intake.post(url(unknown), {"note": "help"}),
        await intake.post(f"{url(filed)}?utm_source=x"),
        await intake.post(f"{url(filed)}/"),
    ]
    assert [one.status_code for one in answers] == [202] * len(answers)
    assert not any(stored(intake, one.json()).links or stored(intake, one.json()).location for one in answers)
    assert not stored(intake, filed).links
    shapes = {tuple(sorted(one.json())) for one in answers}
    assert len(shapes) == 1


async def test_the_owners_token_is_enough(intake: Rig) -> None:
    """Without a receipt; of a sensitive filing the receipt alone."""
    filed = await intake.filed(BEATEN)
    assert stored(intake, await called(intake, filed, by=ASHA)).links
    # Later, so that it is no repeat of the first call.
    intake.clock.advance(timedelta(minutes=5))
    guarded = await intake.filed(SENSITIVE)
    assert not stored(intake, await called(intake, guarded, by=ASHA)).links


async def test_the_limit_of_filings_does_not_count_it() -> None:
    """Who has filed as often as is allowed calls for help all the same."""
    async with rig(filings_per_source=1) as intake:
        filed = await intake.filed(BEATEN)
        assert (await intake.file(BEATEN)).status_code == 429
        for _ in range(5):
            await called(intake, filed)


async def test_an_emergency_that_calls_again_stays_one(intake: Rig) -> None:
    """The call on an emergency's own number is a repeat of it."""
    first = (await intake.post("/v1/emergencies", {"note": "आग"})).json()
    again = await called(intake, first)
    assert again["case_id"] == first["case_id"]


async def test_a_sensitive_filing_makes_a_sensitive_emergency(intake: Rig) -> None:
    """Its place is sealed in the events, and it stands in no list of the phone."""
    filed = await intake.filed(SENSITIVE)
    help_ = await called(intake, filed)
    event = next(one for one in intake.events(help_["case_id"]) if isinstance(one, ComplaintFiled))
    assert event.sensitive
    assert event.location is None
    assert intake.personal(help_["case_id"]).location is not None
    listed = (await intake.get("/v1/me/cases", by=ASHA)).json()["items"]
    assert help_["case_id"] not in [one["case_id"] for one in listed]


async def test_a_complaint_against_police_is_not_betrayed_by_its_emergency(intake: Rig) -> None:
    """The accused station may answer the emergency: it reads neither the complaint's words nor that there is one."""
    filed = await intake.filed(
        COMPLAINT
        | {
            "description": "थाने में मुझसे पैसे माँगे गए",
            "named_station": "5140003",
            "attributes": {"category": "other", "against_police": True},
        }
    )
    help_ = await called(intake, filed)
    assert intake.personal(help_["case_id"]).description is None
    await intake.assign(help_["case_id"])
    seen = (await intake.get(f"/v1/desk/cases/{help_['case_id']}", by=SHO)).json()
    assert (seen["links"], HANDED_FROM in seen["flags"]) == ([], False)
    assert filed["case_id"] not in str(seen)
    own = (await intake.get(url(help_, ""), X_Receipt=filed["receipt_secret"])).json()
    assert [one["case_id"] for one in own["links"]] == [filed["case_id"]]


async def test_the_desk_of_the_filing_learns_of_it(intake: Rig) -> None:
    """The station that has the filing sees that its citizen is in danger, in words; no other station does."""
    filed = await intake.filed(BEATEN)
    await intake.assign(filed["case_id"])
    await called(intake, filed)
    seen = (await intake.get(f"/v1/desk/cases/{filed['case_id']}", by=SHO, accept_language="en")).json()
    assert "the citizen called for help out of this case" in seen["flags_text"]
    assert (await intake.get(f"/v1/desk/cases/{filed['case_id']}", by=OTHER_SHO)).status_code == 404


async def test_every_filing_offers_it_but_a_tip(intake: Rig) -> None:
    """The answer says where; a tip's address would say too much."""
    tip = await intake.post(
        "/v1/tips", {"about": "antisocial", "text": "जुआ चल रहा है", "where": "पुल"}, idempotency_key=str(uuid.uuid4())
    )
    assert tip.status_code == 202
    assert tip.json().get("emergency") is None
    offered = await intake.filed(COMPLAINT)
    assert offered["emergency"]["url"].endswith(url(offered))
