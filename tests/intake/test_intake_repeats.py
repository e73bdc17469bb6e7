"""Repeats of a call for help: who has proven himself adds to his case, everyone else has a case of his own."""

import asyncio
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from event_schemas import ComplaintFiled, TransferRequested
from intake.auth import Principal
from tests.intake.intake_rig import ASHA, COUNTER, DISPATCHER, RAVI, Rig
from tests.intake.test_intake_emergencies import called, filed

PHONE = "9876543210"
HERE = {"lat": 25.611, "lon": 85.144}
NEAR = {"lat": 25.6145, "lon": 85.144}
FAR = {"lat": 25.6165, "lon": 85.144}


def codes(answer: dict[str, Any]) -> list[str]:
    return [notice["code"] for notice in answer["notices"]]


async def test_a_stranger_with_the_number_joins_nothing(intake: Rig) -> None:
    """Who posts with the victim's number gets a case of his own, and an answer as if there were no other."""
    alone = await called(intake, {"phone": "9876500000", "kind": "police", "location": HERE})
    victim = await called(intake, {"phone": PHONE, "kind": "police", "location": HERE, "note": "help"})
    stranger = await called(intake, {"phone": PHONE, "kind": "police", "location": HERE, "note": "x"})
    assert stranger["case_id"] != victim["case_id"]
    assert (stranger["notices"], stranger["due"]) == (alone["notices"], alone["due"])
    assert stranger.keys() == alone.keys()
    assert filed(intake, stranger).kinds == ("police",)
    number, receipt = victim["tracking_number"], stranger["receipt_secret"]
    assert (await intake.get(f"/v1/complaints/{number}", x_receipt=receipt)).status_code == 404
    assert (await intake.post(f"/v1/complaints/{number}/withdraw", x_receipt=receipt)).status_code == 404
    assert intake.personal(victim["case_id"]).description == "help"


@pytest.mark.parametrize("by", [None, ASHA, DISPATCHER, COUNTER])
async def test_the_real_call_is_never_swallowed(intake: Rig, by: Principal | None) -> None:
    """A stranger filed first from afar: the victim's call, the centre's and a counter's go to the right place."""
    trap = await called(intake, {"phone": PHONE, "kinds": ["police", "fire"], "location": {"lat": 24.5, "lon": 87.0}})
    real = await called(intake, {"phone": PHONE, "kind": "police", "location": HERE}, by=by)
    assert real["case_id"] != trap["case_id"]
    event = filed(intake, real)
    assert event.location is not None
    assert (event.location.lat, event.kinds) == (HERE["lat"], ("police",))


@pytest.mark.parametrize("by", [DISPATCHER, COUNTER])
async def test_officers_join_nothing(intake: Rig, by: Principal) -> None:
    """The centre and a counter call for many people: each call is a case, even with a receipt in it."""
    first = await called(intake, {"phone": PHONE, "kind": "police"}, by=ASHA)
    secret = first["receipt_secret"]
    second = await called(intake, {"phone": PHONE, "receipt_secret": secret}, by=by, x_receipt=secret)
    assert second["case_id"] != first["case_id"]
    assert intake.store.cases[second["case_id"]].channel == ("phone112" if by is DISPATCHER else "counter")


@pytest.mark.parametrize("way", ["token", "header", "body"])
@pytest.mark.parametrize("place", [None, HERE, NEAR])
async def test_the_caller_himself_joins(intake: Rig, way: str, place: dict[str, float] | None) -> None:
    """By token or receipt, within 120 s, without a new kind or place: his words are added, and both receipts open."""
    by = ASHA if way == "token" else None
    first = await called(intake, {"kind": "fire", "location": HERE, "note": "one", "name": "Asha"}, by=by)
    intake.clock.advance(timedelta(seconds=119))
    body: dict[str, Any] = {"note": "two", "phone": "9876512345", "name": "Ravi"}
    if place is not None:
        body["location"] = place
    headers = {"x_receipt": first["receipt_secret"]} if way == "header" else {}
    if way == "body":
        body["receipt_secret"] = first["receipt_secret"]
    second = await called(intake, body, by=by, **headers)
    assert second["case_id"] == first["case_id"]
    assert codes(second) == ["updated_open_case"]
    personal = intake.personal(first["case_id"])
    assert personal.name == "Asha"
    for given in ("one", "two", "Ravi", "+919876512345"):
        assert given in f"{personal.description} {personal.phone}"
    assert first["receipt_secret"] not in (personal.description or "")
    for answer in (first, second):
        status = await intake.get(f"/v1/complaints/{first['tracking_number']}", x_receipt=answer["receipt_secret"])
        assert status.status_code == 200


async def test_after_two_minutes_the_caller_has_a_new_case(intake: Rig) -> None:
    """121 s later it is another emergency, whoever calls."""
    first = await called(intake, {"kind": "police"}, by=ASHA)
    intake.clock.advance(timedelta(seconds=121))
    assert (await called(intake, {"kind": "police"}, by=ASHA))["case_id"] != first["case_id"]


async def test_new_kinds_are_a_case_for_them_alone_at_the_known_place(intake: Rig) -> None:
    """The caller asks for fire, too: a second case for fire, at the place and with the phone of the first."""
    first = await called(intake, {"kind": "police", "location": HERE, "phone": PHONE, "note": "one"})
    receipt = first["receipt_secret"]
    second = await called(intake, {"kinds": ["police", "fire"], "note": "two"}, x_receipt=receipt)
    event = filed(intake, second)
    assert (event.kinds, event.location) == (("fire",), filed(intake, first).location)
    assert [due["clock_id"] for due in second["due"]] == ["dial112_response:fire"]
    assert intake.personal(second["case_id"]).phone == f"+91{PHONE}"
    # One more tap adds to what is there.
    third = await called(intake, {"kinds": ["police", "fire"], "note": "three"}, x_receipt=receipt)
    assert third["case_id"] in (first["case_id"], second["case_id"])
    assert len(intake.store.cases) == 2


async def test_a_stranger_gets_all_kinds_he_asks_for(intake: Rig) -> None:
    """To leave out what another's case brings would show that it is there, and leave a victim without help."""
    await called(intake, {"phone": PHONE, "kind": "police", "location": HERE})
    stranger = await called(intake, {"phone": PHONE, "kinds": ["police", "fire"], "location": HERE})
    assert filed(intake, stranger).kinds == ("police", "fire")


async def test_another_place_is_a_case_of_its_own(intake: Rig) -> None:
    """Over 500 m away: all kinds again, routed to the new place."""
    first = await called(intake, {"kind": "police", "location": HERE}, by=ASHA)
    second = await called(intake, {"kind": "police", "location": FAR}, by=ASHA)
    assert second["case_id"] != first["case_id"]
    assert filed(intake, second).location is not None
    assert "updated_open_case" not in codes(second)


async def test_a_place_that_comes_later_is_emitted_at_once(intake: Rig) -> None:
    """The first place: a case there with all it needs, and the case without a place is routed there as well."""
    first = await called(intake, {"kind": "police", "phone": PHONE})
    second = await called(intake, {"location": HERE}, x_receipt=first["receipt_secret"])
    assert second["case_id"] != first["case_id"]
    event = filed(intake, second)
    assert event.location is not None
    assert (event.location.lat, event.kinds) == (HERE["lat"], ("police",))
    transfer = intake.events(first["case_id"])[1]
    assert isinstance(transfer, TransferRequested)
    assert transfer.location is not None
    assert (transfer.location.lat, transfer.assignment_no, transfer.case_seq) == (HERE["lat"], 2, 2)
    case = intake.store.cases[first["case_id"]]
    assert (case.location, case.assignment_no, case.state) == (transfer.location, 2, "received")
    # From now on the place is known: the next tap joins.
    assert (await called(intake, {"location": HERE}, by=None, x_receipt=first["receipt_secret"]))["case_id"] in (
        first["case_id"],
        second["case_id"],
    )
    assert len(intake.store.cases) == 2


async def test_a_stranger_adds_no_place_to_anothers_case(intake: Rig) -> None:
    """The number alone moves no case to another station."""
    victim = await called(intake, {"kind": "police", "phone": PHONE})
    await called(intake, {"kind": "police", "phone": PHONE, "location": FAR})
    assert intake.store.cases[victim["case_id"]].location is None
    assert len(intake.events(victim["case_id"])) == 1


async def test_taps_at_once_of_one_caller_are_one_case(intake: Rig) -> None:
    """Fifty at the same moment with one token open one case, whose every word is kept."""
    bodies = [{"kind": "police", "note": f"tap {number}."} for number in range(50)]
    answers = await asyncio.gather(*(called(intake, body, by=ASHA) for body in bodies))
    assert len({answer["case_id"] for answer in answers}) == len(intake.store.cases) == 1
    note = intake.personal(answers[0]["case_id"]).description or ""
    assert all(body["note"] in note for body in bodies)


async def test_strangers_at_once_with_one_number_are_cases_of_their_own(intake: Rig) -> None:
    """Fifty strangers who name one number are fifty cases."""
    await asyncio.gather(*(called(intake, {"phone": PHONE}) for _ in range(50)))
    assert len(intake.store.cases) == 50


async def test_a_key_gives_the_first_answer_also_of_a_join(intake: Rig) -> None:
    """A repeat over a bad line adds nothing twice, even when the window is over; other words with the key do."""
    first = await called(intake, {"kind": "police", "note": "one"}, by=ASHA, idempotency_key=str(uuid.uuid4()))
    key = str(uuid.uuid4())
    joined = await called(intake, {"note": "two"}, by=ASHA, idempotency_key=key)
    intake.clock.advance(timedelta(seconds=300))
    again = await called(intake, {"note": "two"}, by=ASHA, idempotency_key=key)
    assert again == joined
    assert intake.personal(first["case_id"]).description == "one\ntwo"
    assert (await called(intake, {"note": "three"}, by=ASHA, idempotency_key=key))["case_id"] != first["case_id"]


async def test_the_first_answer_stays_the_same_after_a_join(intake: Rig) -> None:
    """The notices of a later repeat are not those of the first call."""
    key = str(uuid.uuid4())
    first = await called(intake, {"kind": "police"}, by=ASHA, idempotency_key=key)
    await called(intake, {"phone": "x", "location": "y"}, by=ASHA)
    assert await called(intake, {"kind": "police"}, by=ASHA, idempotency_key=key) == first


async def test_a_case_that_is_full_accepts_no_more_and_nothing_is_lost(intake: Rig) -> None:
    """Words that find no room in the case get one of their own."""
    for number in range(4):
        await called(intake, {"note": f"{number}" * 9_000}, by=ASHA)
    texts = [intake.personal(case_id).description or "" for case_id in intake.store.cases]
    assert len(texts) > 1
    assert all(any(f"{number}" * 9_000 in text for text in texts) for number in range(4))


async def test_another_citizen_joins_nothing(intake: Rig) -> None:
    """A token that is not the owner's is a stranger's."""
    first = await called(intake, {"kind": "police", "location": HERE}, by=ASHA)
    second = await called(intake, {"kind": "police", "location": HERE, "phone": PHONE}, by=RAVI)
    assert second["case_id"] != first["case_id"]


async def test_nobody_but_an_officer_marks_a_call_as_received_over_112(intake: Rig) -> None:
    """The way in opens the case to its phone later, so a stranger cannot choose it."""
    stranger = await called(intake, {"kind": "police", "channel": "phone112", "phone": PHONE})
    assert intake.store.cases[stranger["case_id"]].channel == "web"
    assert isinstance(filed(intake, stranger), ComplaintFiled)


async def test_the_work_for_an_answer_shows_no_duplicate(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a stranger's call the stores are asked the same in the same order, and nothing is waited for, whether the
    number has an open case or not.
    """
    asked: list[str] = []
    for holder in (intake.store, intake.trails, intake.side, intake.slots, intake.offices):
        for name in (name for name in dir(holder) if not name.startswith("_") and callable(getattr(holder, name))):
            monkeypatch.setattr(holder, name, _noted(getattr(holder, name), name, asked))
    monkeypatch.setattr(asyncio, "sleep", _noted(asyncio.sleep, "sleep", asked))

    async def for_call(phone: str) -> list[str]:
        asked.clear()
        await called(intake, {"phone": phone, "kind": "police", "location": HERE})
        return list(asked)

    first = await for_call(PHONE)
    assert "insert" in first
    assert [await for_call(PHONE) for _ in range(3)] == [first] * 3
    assert [await for_call(f"987650000{number}") for number in range(3)] == [first] * 3


def _noted(call: Callable[..., Any], name: str, asked: list[str]) -> Callable[..., Any]:
    def noted(*arguments: Any, **named: Any) -> Any:
        # Giving way for a moment is no waiting.
        if name != "sleep" or arguments != (0,):
            asked.append(name)
        return call(*arguments, **named)

    return noted
