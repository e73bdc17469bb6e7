"""A person's own data: the export, and the request to erase them that a named post decides."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from event_schemas import PersonalDataErased
from intake.auth import Principal
from intake.own_data.rules import rules
from intake.own_data.store import ErasureState
from tests.intake.evidence_files import jpeg
from tests.intake.intake_rig import ASHA, COMPLAINT, DATA_POST, HQ, RAVI, SHO, SP, Rig

ASKED = "/v1/me/erasure"
WINDOW = timedelta(hours=72)


async def closed(intake: Rig, by: Principal = ASHA, **more: Any) -> str:
    """A case of the citizen that has come to its end without an FIR."""
    filed = await intake.filed({**COMPLAINT, **more}, by=by)
    case_id = str(filed["case_id"])
    await intake.assign(case_id)
    for command, body in (
        ("acknowledge", {}),
        ("complete-inquiry", {"finding": "unsubstantiated", "fir_recommended": False}),
        ("close", {"outcome": "settled", "reason_code": "done"}),
    ):
        done = await intake.command(case_id, command, body)
        assert done.status_code == 202, (command, done.text)
    return case_id


async def asked(intake: Rig, by: Principal = ASHA) -> dict[str, Any]:
    answer = await intake.post(ASKED, by=by)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def decide(intake: Rig, erasure_id: str, body: Any = None, by: Principal = DATA_POST) -> Any:
    return await intake.post(f"/v1/desk/erasures/{erasure_id}/decide", body or {"decision": "erase"}, by=by)


async def erased(intake: Rig, by: Principal = ASHA) -> dict[str, Any]:
    request = await asked(intake, by)
    intake.clock.advance(WINDOW)
    done = await decide(intake, request["erasure_id"])
    assert done.status_code == 200, done.text
    found: dict[str, Any] = done.json()
    return found


async def test_the_owner_gets_everything_and_a_stranger_nothing_of_it(intake: Rig) -> None:
    """What was filed, messages, files and who looked, as JSON and as a page to read in both languages; recorded."""
    filed = await intake.filed(COMPLAINT)
    await intake.http.patch("/v1/me", json={"name": "आशा देवी"}, headers={"Authorization": f"Bearer {ASHA.sub}"})
    own = (await intake.get("/v1/me/export", by=ASHA)).json()
    assert own["profile"]["name"] == "आशा देवी"
    (item,) = own["items"]
    assert item["case"]["case_id"] == filed["case_id"]
    assert item["filed"]["description"] == COMPLAINT["description"]
    assert item["filed"]["address"] == COMPLAINT["complainant"]["address"]
    assert {one["name"]: one["value"] for one in item["filed"]["answers"]}["accused"] == "अज्ञात"
    assert item["messages"][0]["template"] == "received"
    assert [(one["post"], one["reason"]) for one in item["looks"]] == [("owner", "export")]
    for language, title in (("hi", "आपकी जानकारी की प्रति"), ("en", "A copy of your data")):
        page = await intake.get("/v1/me/export?format=html", by=ASHA, accept_language=language)
        assert page.headers["content-type"].startswith("text/html")
        assert title in page.text
        assert COMPLAINT["description"] in page.text
    assert (await intake.get("/v1/me/export", by=RAVI)).json()["items"] == []
    assert (await intake.get("/v1/me/export")).status_code == 401
    assert (await intake.get("/v1/me/export", by=HQ)).status_code == 403


async def test_a_readable_export_runs_nothing_that_was_written_into_it(intake: Rig) -> None:
    """Markup in a description is shown as it is."""
    await intake.filed({**COMPLAINT, "description": "<script>alert(1)</script> चोरी"})
    page = await intake.get("/v1/me/export?format=html", by=ASHA)
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_an_export_is_bounded_and_leaves_sensitive_cases_to_their_receipts(intake: Rig) -> None:
    """Pages of cases; a household's phone opens no sensitive one; too many calls have to wait."""
    for _ in range(3):
        await intake.filed(COMPLAINT)
    await intake.filed({**COMPLAINT, "attributes": {**COMPLAINT["attributes"], "category": "crime_against_women"}})
    sensitive = sum(case.sensitive for case in intake.store.cases.values())
    assert sensitive == 1
    first = (await intake.get("/v1/me/export?limit=2", by=ASHA)).json()
    rest = (await intake.get(f"/v1/me/export?limit=2&cursor={first['next_cursor']}", by=ASHA)).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    assert (await intake.get("/v1/me/export?limit=51", by=ASHA)).status_code == 422
    codes = {(await intake.get("/v1/me/export?limit=1", by=ASHA)).status_code for _ in range(60)}
    assert codes == {200, 429}


async def test_an_erasure_leaves_nothing_of_the_person(intake: Rig) -> None:
    """Closed case, files, profile and login: gone; that there was such a case stays, and the event reaches all."""
    case_id = await closed(intake)
    tracking = intake.store.cases[case_id].tracking_number
    own = {"Authorization": f"Bearer {ASHA.sub}"}
    await intake.http.patch("/v1/me", json={"name": "आशा देवी"}, headers=own)
    await intake.http.put(f"/v1/complaints/{tracking}/contact", json={"neutral": True}, headers=own)
    assert intake.store.cases[case_id].sealed_contact is not None
    done = await erased(intake)
    assert (done["state"], done["cases"][0]["kept_by"]) == ("done", None)
    case = intake.store.cases[case_id]
    assert (case.sealed, case.owner, case.contact, case.receipts, case.location) == (None, None, None, (), None)
    assert (case.sealed_contact, case.erased_at is None) == (None, False)
    assert sum(isinstance(one, PersonalDataErased) for one in intake.events(case_id)) == 1
    assert intake.identities.profiles == {}
    assert intake.accounts.forgotten == [ASHA.sub]
    assert (await intake.get(f"/v1/complaints/{tracking}", by=ASHA)).status_code == 404
    assert (await intake.get("/v1/me/export", by=ASHA)).json()["items"] == []
    assert intake.messages.texts == [(ASHA.phone, "erasure_asked"), (ASHA.phone, "erasure_done")]
    (kept,) = intake.erasures.kept.values()
    assert (kept.sealed_phone, kept.decided_post) == (None, DATA_POST.post)
    again = await intake.command(case_id, "inform-progress", {}, by=SHO)
    assert (again.status_code, again.json()["code"]) == (410, "case_erased")


async def test_evidence_goes_with_its_case(intake: Rig) -> None:
    """The files, their keys and their parts; the looks at them stay without who looked."""
    filed = await intake.filed(COMPLAINT)
    number, case_id = filed["tracking_number"], str(filed["case_id"])
    sent = await intake.http.post(
        f"/v1/complaints/{number}/evidence",
        files={"file": ("photo.jpg", jpeg(gps=True), "image/jpeg")},
        headers={"Authorization": f"Bearer {ASHA.sub}"},
    )
    assert sent.status_code == 201, sent.text
    await intake.get("/v1/me/export", by=ASHA)
    await intake.assign(case_id)
    await intake.command(case_id, "acknowledge")
    await intake.command(case_id, "complete-inquiry", {"finding": "unsubstantiated", "fir_recommended": False})
    await intake.command(case_id, "close", {"outcome": "settled", "reason_code": "done"})
    assert intake.files.files
    await erased(intake)
    assert (intake.files.files, intake.files.parts) == ({}, {})
    looks = await intake.trail.looks(case_id)
    assert looks
    assert {look.actor for look in looks if look.post == "owner"} == {"erased"}


async def test_what_the_law_keeps_stays_and_names_its_law(intake: Rig) -> None:
    """An open case and an FIR are kept; the closed one goes; the profile's login stays for what is left."""
    gone = await closed(intake)
    still_open = str((await intake.filed(COMPLAINT))["case_id"])
    with_fir = str((await intake.filed(COMPLAINT))["case_id"])
    await intake.assign(with_fir)
    await intake.command(with_fir, "acknowledge")
    done = await intake.command(with_fir, "register-fir", {"fir_number": "7/2026", "sections": ["303(2)"]})
    assert done.status_code == 202, done.text
    seen = {one["case_id"]: one for one in (await asked(intake))["cases"]}
    assert (seen[gone]["kept_by"], seen[still_open]["kept_by"]) == (None, "case_open")
    intake.store.cases[with_fir] = replace(intake.store.cases[with_fir], state=intake.store.cases[gone].state)
    seen = {one["case_id"]: one for one in (await erased(intake))["cases"]}
    assert [seen[one]["kept_by"] for one in (gone, still_open, with_fir)] == [None, "case_open", "fir_registered"]
    assert "BNSS 2023" in seen[with_fir]["law"]
    assert intake.store.cases[still_open].sealed is not None
    assert intake.store.cases[with_fir].owner == ASHA.sub
    assert intake.accounts.forgotten == []
    assert intake.messages.texts[-1] == (ASHA.phone, "erasure_partly")


async def test_evidence_under_hold_is_kept_on_the_posts_order(intake: Rig) -> None:
    """A case that the post names with a reason stays; a reason that is none is refused."""
    held, gone = await closed(intake), await closed(intake)
    request = (await asked(intake))["erasure_id"]
    intake.clock.advance(WINDOW)
    wrong = await decide(intake, request, {"decision": "erase", "keep": {held: "case_open"}})
    assert wrong.status_code == 422
    done = await decide(intake, request, {"decision": "erase", "keep": {held: "evidence_hold"}})
    assert done.status_code == 200, done.text
    assert intake.store.cases[held].sealed is not None
    assert intake.store.cases[gone].sealed is None


async def test_a_hijacked_phone_erases_nothing_silently(intake: Rig) -> None:
    """The owner gets an SMS first, nothing is decided in the window, and he cancels; no SMS, no request."""
    intake.messages.away = True
    assert (await intake.post(ASKED, by=ASHA)).json()["code"] == "owner_unreached"
    assert (await intake.get(ASKED, by=ASHA)).json()["code"] == "erasure_not_asked"
    intake.messages.away = False
    case_id = await closed(intake)
    request = (await asked(intake))["erasure_id"]
    assert (await asked(intake))["erasure_id"] == request
    assert intake.messages.texts == [(ASHA.phone, "erasure_asked")]
    early = await decide(intake, request)
    assert (early.status_code, early.json()["code"]) == (409, "erasure_waits")
    assert (await intake.http.delete(ASKED, headers={"Authorization": f"Bearer {RAVI.sub}"})).status_code == 404
    cancelled = await intake.http.delete(ASKED, headers={"Authorization": f"Bearer {ASHA.sub}"})
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    intake.clock.advance(WINDOW)
    assert (await decide(intake, request)).json()["code"] == "erasure_decided"
    assert intake.store.cases[case_id].sealed is not None


@pytest.mark.parametrize("officer", [SHO, SP, HQ])
async def test_only_the_named_post_decides(intake: Rig, officer: Principal) -> None:
    """Neither the station, which may be the one complained about, nor any other office sees a request."""
    request = (await asked(intake))["erasure_id"]
    intake.clock.advance(WINDOW)
    for path in ("/v1/desk/erasures", f"/v1/desk/erasures/{request}"):
        assert (await intake.get(path, by=officer)).status_code == 403
    assert (await decide(intake, request, by=officer)).status_code == 403
    assert [one["erasure_id"] for one in (await intake.get("/v1/desk/erasures", by=DATA_POST)).json()["items"]] == [
        request
    ]


async def test_a_refusal_names_its_law(intake: Rig) -> None:
    """The owner reads why, in either language; nothing is erased, and he may ask again."""
    case_id = await closed(intake)
    request = (await asked(intake))["erasure_id"]
    intake.clock.advance(WINDOW)
    assert (await decide(intake, request, {"decision": "refuse"})).status_code == 422
    intake.messages.away = True
    assert (await decide(intake, request, {"decision": "refuse", "reason_code": "not_the_owner"})).status_code == 503
    assert intake.erasures.kept[request].state is ErasureState.WAITING
    intake.messages.away = False
    done = await decide(intake, request, {"decision": "refuse", "reason_code": "not_the_owner"})
    assert done.json()["state"] == "refused"
    own = (await intake.get(ASKED, by=ASHA, accept_language="en")).json()
    assert (own["law"], own["reason_text"][:12]) == ("DPDP Act 2023, s. 12(1)", "Who asked wa")
    assert intake.store.cases[case_id].sealed is not None
    assert (await asked(intake))["erasure_id"] != request


async def test_a_crash_in_between_is_made_good(intake: Rig) -> None:
    """Decided and not done to its end: the next run does the rest, and erases no case twice."""
    first, second = await closed(intake), await closed(intake)
    request = (await asked(intake))["erasure_id"]
    intake.clock.advance(WINDOW)
    intake.messages.away = True
    assert (await decide(intake, request)).status_code == 503
    assert intake.erasures.kept[request].state is ErasureState.APPROVED
    intake.messages.away = False
    for _ in range(2):
        await intake.own_data.resume()
    assert intake.erasures.kept[request].state is ErasureState.DONE
    for case_id in (first, second):
        assert sum(isinstance(one, PersonalDataErased) for one in intake.events(case_id)) == 1


async def test_an_erased_person_begins_anew(intake: Rig) -> None:
    """A further filing is a case of its own that opens to its owner; the old key's repeat makes no second case."""
    answer = await intake.file(COMPLAINT, idempotency_key="7d0a4e5e-3a43-4a55-8f5d-0d2d4ba0d4b1")
    case_id = str(answer.json()["case_id"])
    await intake.assign(case_id)
    await intake.command(case_id, "acknowledge")
    await intake.command(case_id, "complete-inquiry", {"finding": "unsubstantiated", "fir_recommended": False})
    await intake.command(case_id, "close", {"outcome": "settled", "reason_code": "done"})
    await erased(intake)
    count = len(intake.store.cases)
    repeat = await intake.file(COMPLAINT, idempotency_key="7d0a4e5e-3a43-4a55-8f5d-0d2d4ba0d4b1")
    assert (repeat.status_code, repeat.json()["code"]) == (409, "idempotency_key_reused")
    assert len(intake.store.cases) == count
    intake.clock.advance(timedelta(minutes=1))
    filed = await intake.filed(COMPLAINT)
    assert (await intake.get(f"/v1/complaints/{filed['tracking_number']}", by=ASHA)).status_code == 200


def test_every_reason_has_a_law_and_nobody_of_a_station_decides() -> None:
    """Each refusal names its law in the data, and the deciding posts are of headquarters."""
    assert all(one.law for one in rules().keeps.values())
    assert {post.partition(":")[0] for post in rules().decided_by} == {"HQ"}
