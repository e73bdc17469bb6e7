"""Who does not hold the phone alone says how to be written to: at filing and later, sealed wherever it goes."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from chassis.sealing import KeyRing
from event_schemas import ComplaintFiled, ContactChanged, SafeContact
from intake.case.contact import SafeContacts, safe_contact_of
from tests.intake.intake_rig import ASHA, COMPLAINT, DATA_POST, OTHER_SHO, RAVI, SHO, Rig

CONTACT: dict[str, Any] = {"neutral": True, "opens": "10:07", "closes": "16:23"}
ASKED: dict[str, Any] = {**COMPLAINT, "contact": CONTACT}
USUAL = {"neutral": False}


def opened(intake: Rig, case_id: str, sealed: str | None) -> SafeContact | None:
    return None if sealed is None else SafeContact.from_json(intake.ring.open(case_id, sealed))


async def put(intake: Rig, number: str, body: Any, **headers: str) -> Any:
    return await intake.http.put(f"/v1/complaints/{number}/contact", json=body, headers=headers)


def owner(filed: dict[str, Any]) -> dict[str, str]:
    return {"X-Receipt": filed["receipt_secret"]}


async def test_it_travels_sealed_from_the_filing_on(intake: Rig) -> None:
    """The event has it for who may open the case's seals; the case too."""
    filed = await intake.filed(ASKED)
    case_id = filed["case_id"]
    [event] = intake.events(case_id)
    assert isinstance(event, ComplaintFiled)
    wanted = SafeContact(**CONTACT)
    assert opened(intake, case_id, event.sealed_contact) == wanted
    assert safe_contact_of(intake.ring, intake.store.cases[case_id]) == wanted


@pytest.mark.parametrize("contact", [None, USUAL])
async def test_who_is_written_to_as_usual_needs_no_seal(intake: Rig, contact: Any) -> None:
    """No seal, so nothing to open with every message."""
    filed = await intake.filed({**COMPLAINT, "contact": contact})
    [event] = intake.events(filed["case_id"])
    assert isinstance(event, ComplaintFiled)
    assert event.sealed_contact is None


async def test_the_owner_changes_it_by_receipt_or_login(intake: Rig) -> None:
    """Each time an event that replaces the one before, also back to the usual; a repeat gets the first answer."""
    filed = await intake.filed(COMPLAINT)
    number, case_id = filed["tracking_number"], filed["case_id"]
    first = await put(intake, number, CONTACT, **owner(filed), **{"Idempotency-Key": "k" * 20})
    assert first.status_code == 202
    again = await put(intake, number, CONTACT, **owner(filed), **{"Idempotency-Key": "k" * 20})
    assert again.json() == first.json()
    by_login = await put(intake, number, USUAL, Authorization=f"Bearer {ASHA.sub}")
    assert by_login.status_code == 202
    changes = [event for event in intake.events(case_id) if isinstance(event, ContactChanged)]
    assert [event.case_seq for event in changes] == [2, 3]
    found = [opened(intake, case_id, event.sealed_contact) for event in changes]
    assert found == [SafeContact(**CONTACT), SafeContact(neutral=False)]
    assert safe_contact_of(intake.ring, intake.store.cases[case_id]) == found[-1]


async def test_it_can_be_changed_after_the_end(intake: Rig) -> None:
    """Messages come after it too: of a paper, of a breach that was revoked."""
    filed = await intake.filed(COMPLAINT)
    withdrawn = await intake.post(f"/v1/complaints/{filed['tracking_number']}/withdraw", by=ASHA)
    assert withdrawn.json()["status"] == "withdrawn"
    answer = await put(intake, filed["tracking_number"], CONTACT, **owner(filed))
    assert (answer.status_code, answer.json()["status"]) == (202, "withdrawn")


async def test_strangers_and_officers_learn_and_change_nothing(intake: Rig) -> None:
    """404 as for a number that there is not; an officer of the case is no owner of it."""
    filed = await intake.filed(ASKED)
    await intake.assign(filed["case_id"])
    number = filed["tracking_number"]
    stranger = await put(intake, number, USUAL, Authorization=f"Bearer {RAVI.sub}")
    assert stranger.status_code == (await put(intake, number, USUAL)).status_code == 404
    assert (await put(intake, number, USUAL, Authorization=f"Bearer {SHO.sub}")).status_code == 403
    assert not any(isinstance(event, ContactChanged) for event in intake.events(filed["case_id"]))


async def test_an_officer_sees_it_before_he_calls(intake: Rig) -> None:
    """Masked or not, within his scope alone, and the reading is on record before; as usual there is nothing to see."""
    filed = await intake.filed(ASKED)
    await intake.assign(filed["case_id"])
    place = f"/v1/desk/cases/{filed['case_id']}"
    assert (await intake.get(place, by=OTHER_SHO)).status_code == 404
    assert not await intake.trail.looks(filed["case_id"])
    shown = (await intake.get(place, by=SHO)).json()
    assert (shown["masked"], shown["safe_contact"]) == (True, CONTACT)
    assert [look.what for look in await intake.trail.looks(filed["case_id"])] == ["opened"]
    revealed = await intake.post(f"{place}/reveal", {"reason": "फोन करना है"}, by=SHO)
    assert revealed.json()["safe_contact"] == CONTACT
    await put(intake, filed["tracking_number"], USUAL, **owner(filed))
    assert (await intake.get(place, by=SHO)).json()["safe_contact"] is None


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/neutral", "missing"),
        ({"neutral": "शायद"}, "/neutral", "bool_parsing"),
        ({"neutral": True, "opens": "10:00"}, "/closes", "hours_incomplete"),
        ({"neutral": True, "closes": "10:00"}, "/closes", "hours_incomplete"),
        ({"neutral": True, "opens": "10:00", "closes": "10:00"}, "/closes", "hours_too_short"),
        ({"neutral": True, "opens": "23:50", "closes": "00:19"}, "/closes", "hours_too_short"),
        ({"neutral": True, "opens": "25:00", "closes": "10:00"}, "/opens", "string_pattern_mismatch"),
        (
            {"neutral": True, "opens": "\u0967\u0966:\u0966\u0966", "closes": "16:00"},
            "/opens",
            "string_pattern_mismatch",
        ),
        ({"neutral": True, "opens": "1" * 100_000, "closes": "16:00"}, "/opens", "string_pattern_mismatch"),
        ({"neutral": True, "opens": 36_000, "closes": "16:00"}, "/opens", "string_type"),
    ],
)
async def test_what_is_no_contact_is_refused_by_name(intake: Rig, body: Any, pointer: str, code: str) -> None:
    """By a change, and in a filing below `contact`."""
    filed = await intake.filed(COMPLAINT)
    refused = await put(intake, filed["tracking_number"], body, **owner(filed))
    assert refused.status_code == 422
    assert (pointer, code) in [(one["pointer"], one["code"]) for one in refused.json()["errors"]]
    refused = await intake.file({**COMPLAINT, "contact": body})
    assert refused.status_code == 422
    assert (f"/contact{pointer}", code) in [(one["pointer"], one["code"]) for one in refused.json()["errors"]]


async def test_half_an_hour_over_midnight_is_enough(intake: Rig) -> None:
    """The hours may close before they open."""
    answer = await intake.file({**COMPLAINT, "contact": {"neutral": False, "opens": "23:50", "closes": "00:20"}})
    assert answer.status_code == 202


async def test_an_emergency_is_not_refused_for_it_and_has_none(intake: Rig) -> None:
    """Its messages go at once, as they are."""
    body = {"service_code": "emergency-112", "kinds": ["police"], "contact": CONTACT}
    answer = await intake.file(body, by=None)
    assert answer.status_code == 202
    assert intake.store.cases[answer.json()["case_id"]].sealed_contact is None
    refused = await put(intake, answer.json()["tracking_number"], CONTACT, **owner(answer.json()))
    assert refused.json()["code"] == "transition_not_allowed"


async def test_an_appeal_is_written_about_in_the_same_way(intake: Rig) -> None:
    """It goes to the same phone; the contact is sealed anew for it."""
    filed = await intake.filed(ASKED)
    case_id = filed["case_id"]
    await intake.assign(case_id)
    await intake.command(case_id, "acknowledge")
    await intake.command(case_id, "complete-inquiry", {"finding": "unsubstantiated", "fir_recommended": False})
    closed = await intake.command(case_id, "close", {"outcome": "closed", "reason_code": "settled"})
    assert closed.status_code == 202, closed.text
    headers = owner(filed) | {"Idempotency-Key": "7d0e9c52-3c1f-4a52-9d0c-0f6f6f1c2a11"}
    url = f"/v1/complaints/{filed['tracking_number']}/appeal"
    await intake.post(f"/v1/complaints/{filed['tracking_number']}/feedback", {"rating": 1}, by=ASHA)
    appeal = await intake.http.post(url, json={"description": "किसी ने मेरी बात नहीं सुनी"}, headers=headers)
    assert appeal.status_code == 202, appeal.text
    case = intake.store.cases[appeal.json()["case_id"]]
    assert safe_contact_of(intake.ring, case) == SafeContact(**CONTACT)


async def test_nothing_of_it_is_in_clear(intake: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in an event's bytes or headers, nor in the case, a log, an answer to anybody else, or the metrics."""
    caplog.set_level(logging.DEBUG)
    filed = await intake.filed(ASKED)
    await intake.assign(filed["case_id"])
    number = filed["tracking_number"]
    changed = await put(intake, number, CONTACT, **owner(filed))
    status = await intake.get(f"/v1/complaints/{number}", by=ASHA)
    metrics = await intake.get("/metrics")
    records = [entry.record for entry in intake.store.published]
    shown = [
        *(record.value for record in records),
        *(value for record in records for _, value in record.headers),
        repr(intake.store.cases[filed["case_id"]]).encode(),
        caplog.text.encode(),
        *(answer.content for answer in (changed, status, metrics)),
    ]
    assert metrics.status_code == 200
    for secret in (b"10:07", b"16:23", b'"neutral"', b"neutral="):
        assert [one for one in shown if secret in one] == []


async def test_messages_to_the_login_are_neutral_while_a_case_of_it_asks_so(intake: Rig) -> None:
    """A code, and those of an erasure to its end, when the cases are gone."""
    contacts = SafeContacts(intake.store, intake.ring)
    assert not await contacts.is_discreet(ASHA.sub)
    filed = await intake.filed(ASKED)
    await intake.filed(COMPLAINT)
    assert await contacts.is_discreet(ASHA.sub)
    assert not await contacts.is_discreet(RAVI.sub)
    assert (await intake.post("/v1/me/erasure", {}, by=ASHA)).status_code == 202
    (erasure,) = intake.erasures.kept.values()
    await put(intake, filed["tracking_number"], {**CONTACT, "neutral": False}, **owner(filed))
    assert not await contacts.is_discreet(ASHA.sub)
    intake.clock.advance(timedelta(days=4))
    url = f"/v1/desk/erasures/{erasure.erasure_id}/decide"
    decided = await intake.post(url, {"decision": "erase"}, by=DATA_POST)
    assert decided.status_code in (200, 202), decided.text
    assert intake.messages.discreet == [template for _, template in intake.messages.texts]
    assert len(intake.messages.texts) == 2


async def test_what_can_no_longer_be_read_counts_as_neutral(intake: Rig) -> None:
    """Its key was destroyed: the usual text must not come back by that."""
    await intake.filed(ASKED)
    other = KeyRing({"2026-11": b"x" * 32})
    assert await SafeContacts(intake.store, other).is_discreet(ASHA.sub)


async def test_the_export_has_it(intake: Rig) -> None:
    """The owner's copy of his data says how he asked to be written to."""
    await intake.filed(ASKED)
    (item,) = (await intake.get("/v1/me/export", by=ASHA)).json()["items"]
    assert item["filed"]["contact"] == CONTACT
    page = await intake.get("/v1/me/export?format=html", by=ASHA, accept_language="en")
    assert "10:07-16:23" in page.text
    assert "They do not name the case" in page.text
