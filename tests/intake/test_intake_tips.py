"""Secret tips: filed without a name, answered at a case key, read by named posts alone."""

import uuid
from hashlib import sha256
from typing import Any

import httpx
import pytest

from event_schemas import ComplaintFiled, Station, TipAnswered, ids
from intake.auth import Principal
from intake.case.derived import derive
from tests.intake.evidence_files import heic, jpeg
from tests.intake.intake_rig import COUNTER, DISPATCHER, HQ, OTHER_SHO, SDPO, SHO, SP, TOKENS, Rig, assigned

TIP: dict[str, Any] = {
    "about": "antisocial",
    "text": "पुल के नीचे रोज शराब पीकर लोग राह चलती लड़कियों को परेशान करते हैं",
    "where": "बड़ा पुल के नीचे, अररिया",
    "when": "रोज शाम 7 बजे के बाद",
    "still_going_on": True,
}
SP_OFFICE = Station(code="ARARIA", name="SP Office, Araria", district="Araria", police_district="ARARIA")
FAR_SP = Principal("dev-sp-patna", "sp", None, "SP:PATNA", None, "PATNA")
BRANCH = Principal("dev-branch", "hq", None, "HQ:special-branch")
TOKENS |= {officer.sub: officer for officer in (FAR_SP, BRANCH)}
UNREADING = (SHO, OTHER_SHO, COUNTER, DISPATCHER, SDPO, FAR_SP, HQ)


async def filed_tip(intake: Rig, body: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
    headers.setdefault("idempotency_key", str(uuid.uuid4()))
    answer = await intake.post("/v1/tips", TIP if body is None else body, by=None, **headers)
    assert answer.status_code == 202, answer.text
    parsed: dict[str, Any] = answer.json()
    return parsed


def case_of(intake: Rig) -> str:
    (case_id,) = intake.store.cases
    return case_id


async def given_to_sp(intake: Rig) -> str:
    case_id = case_of(intake)
    event = assigned(case_id, 1, SP_OFFICE, intake.clock.now()).model_copy(update={"officer_post": "SP:ARARIA"})
    await intake.store.apply_derived([derive(ids.assignment_id(case_id, 1), event)])
    return case_id


async def read(intake: Rig, tip: dict[str, Any], **more: str) -> httpx.Response:
    headers = {"x_passphrase": tip["passphrase"]} | more
    return await intake.get(f"/v1/tips/{tip['case_key']}/messages", **headers)


async def wrote(intake: Rig, tip: dict[str, Any], text: str, **headers: str) -> httpx.Response:
    body = {"text": text, "passphrase": tip["passphrase"]}
    return await intake.post(f"/v1/tips/{tip['case_key']}/messages", body, by=None, **headers)


async def test_a_tip_and_its_answers_both_ways(intake: Rig) -> None:
    """Filed, answered by the post that it was given to, asked back and closed; all with the key and the passphrase."""
    tip = await filed_tip(intake, accept_language="en")
    assert [due["clock"] for due in tip["due"]] == ["tip_response"]
    assert {"tip_key", "tip_network", "tip_cost"} <= {notice["code"] for notice in tip["notices"]}
    case_id = await given_to_sp(intake)
    answered = await intake.command(case_id, "answer-tip", {"text": "गाड़ी का नंबर मालूम है?"}, by=SP)
    assert answered.status_code == 202, answered.text
    assert [type(event) for event in intake.events(case_id)] == [ComplaintFiled, TipAnswered]
    assert (await wrote(intake, tip, "BR38 से शुरू होता है")).status_code == 202
    page = (await read(intake, tip)).json()
    assert [(one["by"], one["text"]) for one in page["items"]] == [
        ("police", "गाड़ी का नंबर मालूम है?"),
        ("citizen", "BR38 से शुरू होता है"),
    ]
    closed = await intake.command(case_id, "close", {"outcome": "resolved", "reason_code": "done"}, by=SP)
    assert closed.status_code == 202, closed.text
    assert (await read(intake, tip)).json()["may_write"] is False
    assert (await wrote(intake, tip, "और भी है")).json()["code"] == "transition_not_allowed"


@pytest.mark.parametrize("typed", ["devanagari", "spaces", "bare"])
async def test_what_is_noted_on_paper_may_be_typed_anyhow(intake: Rig, typed: str) -> None:
    """Digits of either script, spaces, dashes or none, small letters, O for 0."""
    tip = await filed_tip(intake)
    key, passphrase = tip["case_key"], tip["passphrase"]
    devanagari = str.maketrans("0123456789", "०१२३४५६७८९")
    written = {
        "devanagari": {"case_key": key.lower(), "passphrase": passphrase.translate(devanagari)},
        "spaces": {"case_key": key.replace("-", " "), "passphrase": passphrase.replace("-", " ")},
        "bare": {"case_key": key.replace("-", "").replace("0", "o"), "passphrase": passphrase.replace("-", "")},
    }[typed]
    answer = await intake.post(
        f"/v1/tips/{written['case_key']}/messages", {"text": "नमस्ते", "passphrase": written["passphrase"]}
    )
    assert answer.status_code == 202, answer.text


async def test_a_repeat_gets_the_same_key_and_no_second_tip(intake: Rig) -> None:
    """After a broken connection the same request opens the same tip; another body under the key is refused."""
    key = str(uuid.uuid4())
    first = await filed_tip(intake, idempotency_key=key)
    assert await filed_tip(intake, idempotency_key=key) == first
    assert len(intake.store.cases) == 1
    other = await intake.post("/v1/tips", TIP | {"text": "और"}, idempotency_key=key)
    assert other.json()["code"] == "idempotency_key_reused"
    assert (await intake.post("/v1/tips", TIP, idempotency_key="short")).json()["code"] == "idempotency_key_invalid"
    assert (await intake.post("/v1/tips", TIP)).json()["code"] == "idempotency_key_missing"


async def test_a_wrong_key_and_a_wrong_passphrase_are_one_answer(intake: Rig) -> None:
    """Same status, body, size and headers: nobody learns which keys there are."""
    tip, other = await filed_tip(intake), await filed_tip(intake, TIP | {"text": "दूसरी"})
    wrong = [
        await read(intake, {"case_key": "GS-0000-0000-0000-0", "passphrase": tip["passphrase"]}),
        await read(intake, {"case_key": tip["case_key"], "passphrase": "0000-0000-0000-0000-0000"}),
        await read(intake, {"case_key": tip["case_key"], "passphrase": other["passphrase"]}),
        await read(intake, {"case_key": "क" * 300, "passphrase": "x"}),
        await intake.get(f"/v1/tips/{tip['case_key']}/messages"),
    ]
    assert {answer.status_code for answer in wrong} == {404}
    assert len({answer.content for answer in wrong}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in wrong}) == 1


async def test_a_wrong_key_costs_what_a_wrong_passphrase_costs(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """One hash and one look into the store, whichever of the two is wrong."""
    tip = await filed_tip(intake)
    asked: list[str] = []
    find = intake.tips.case_of

    async def counted(opens: str) -> str | None:
        asked.append(opens)
        return await find(opens)

    monkeypatch.setattr(intake.tips, "case_of", counted)
    for wrong in ({"case_key": "GS-0000-0000-0000-0"}, {"passphrase": "0000"}, {"case_key": "nothing"}):
        before = len(asked)
        assert (await read(intake, tip | wrong)).status_code == 404
        assert len(asked) == before + 1


async def test_a_key_is_not_tried_for_ever(intake: Rig) -> None:
    """Sixty tries an hour for a key, whoever tries and whether there is such a tip; other keys are free."""
    tip, other = await filed_tip(intake), await filed_tip(intake, TIP | {"text": "दूसरी"})
    for case_key in (tip["case_key"], "GS-0000-0000-0000-0"):
        tried = [await read(intake, {"case_key": case_key, "passphrase": "0"}) for _ in range(61)]
        assert [answer.status_code for answer in tried] == [404] * 60 + [429]
    assert (await read(intake, tip)).status_code == 429
    assert (await read(intake, other)).status_code == 200


async def test_danger_in_a_text_is_answered_with_112(intake: Rig) -> None:
    """In the tip and in a later message."""
    tip = await filed_tip(intake, TIP | {"text": "बचाओ, वे मुझे मार डालेंगे"})
    assert "tel:112" in [notice["action"] for notice in tip["notices"]]
    answer = await wrote(intake, tip, "बचाओ, वे मुझे मार डालेंगे")
    assert [notice["action"] for notice in answer.json()["notices"]] == ["tel:112"]


async def test_nothing_of_a_caller_is_kept(intake: Rig) -> None:
    """A login, an address, a device and a trace that come along are not looked at; times have no minutes."""
    await filed_tip(
        intake,
        authorization="Bearer citizen:asha",
        x_forwarded_for="203.0.113.77",
        user_agent="Tell-Tale/1.0",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    case = intake.store.cases[case_of(intake)]
    kept = repr(case) + repr(intake.store.published) + repr(intake.tips.opens)
    for trace in ("asha", "9876543210", "203.0.113", "Tell-Tale", "0af7651916cd43dd8448eb211c80319c"):
        assert trace not in kept
    assert (case.owner, case.contact, case.location, case.desk_keys) == (None, None, None, ())
    assert (case.filed_at.minute, case.filed_at.second, case.filed_at.microsecond) == (0, 0, 0)
    (entry,) = intake.store.published
    assert "traceparent" not in dict(entry.record.headers)
    (event,) = intake.events(case.case_id)
    assert isinstance(event, ComplaintFiled)
    assert event.attributes == {"category": "antisocial"}
    assert (event.district, event.location, event.source, event.contact_proved) == ("Araria", None, None, False)
    assert event.anonymous
    for made, anew in ((case.case_id, ids.new_case_id), (entry.event_id, ids.new_event_id)):
        assert made[:10] == anew(case.filed_at)[:10], "an id holds the time that it was made at"


async def test_there_is_no_member_for_a_person(intake: Rig) -> None:
    """A phone, a name or a point of the device is refused, not dropped: a client that sends one shall learn it."""
    for name, value in {
        "phone": "9876543210",
        "complainant": {"name": "आशा"},
        "location": {"lat": 1, "lon": 1},
    }.items():
        answer = await intake.post("/v1/tips", TIP | {name: value}, idempotency_key=str(uuid.uuid4()))
        assert answer.status_code == 422
    assert not intake.store.cases


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"about": "weather"}, "/about"),
        ({"text": "\u200d"}, "/text"),
        ({"district": "Atlantis"}, "/district"),
        ({"when": "क" * 500}, "/when"),
    ],
)
async def test_what_is_wrong_is_named_by_the_bodys_own_member(intake: Rig, wrong: dict[str, Any], pointer: str) -> None:
    """Not by the catalogue's name for it."""
    answer = await intake.post("/v1/tips", TIP | wrong, idempotency_key=str(uuid.uuid4()))
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


async def test_a_tip_is_not_filed_as_a_complaint(intake: Rig) -> None:
    """That call has a log, a trace and a count of its callers."""
    refused = await intake.file({"service_code": "secret-tip", "description": "x", "attributes": {"category": "arms"}})
    assert refused.json()["code"] == "service_has_its_own_call"
    assert refused.json()["file_at"] == "/v1/tips"


async def test_named_posts_alone_read_a_tip(intake: Rig) -> None:
    """The post that it was given to and the special branch; no station, no other district, no control room."""
    await filed_tip(intake)
    assert await seen(intake, BRANCH)
    assert not await seen(intake, SP)
    await given_to_sp(intake)
    assert await seen(intake, SP)
    for officer in UNREADING:
        assert not await seen(intake, officer), officer.post


async def seen(intake: Rig, officer: Principal) -> bool:
    case_id = case_of(intake)
    page = (await intake.get("/v1/desk/cases", by=officer)).json()
    shown = case_id in {line["case_id"] for line in page.get("items", ())}
    opened = await intake.get(f"/v1/desk/cases/{case_id}", by=officer)
    command = await intake.command(case_id, "close", {"outcome": "x", "reason_code": "x"}, by=officer, if_match='"999"')
    assert (opened.status_code == 200) == shown
    assert (command.status_code == 412) == shown
    return shown


async def test_each_reading_is_recorded_and_texts_only_after_a_reason(intake: Rig) -> None:
    """Opened, masked: who opened it is kept, and no word of it shown. Revealed: with the reason, and the messages."""
    tip = await filed_tip(intake)
    case_id = await given_to_sp(intake)
    await wrote(intake, tip, "गाड़ी रात दस बजे आती है")
    masked = await intake.get(f"/v1/desk/cases/{case_id}", by=SP)
    for detail in ("पुल के नीचे", "गाड़ी", "शाम"):
        assert detail not in masked.text
    (look,) = await intake.trail.looks(case_id)
    assert (look.actor, look.post) == (SP.sub, SP.post)
    revealed = await intake.post(f"/v1/desk/cases/{case_id}/reveal", {"reason": "कार्रवाई"}, by=SP)
    shown = revealed.json()
    assert shown["personal"]["description"] == TIP["text"]
    assert shown["personal"]["name"] is None
    assert [one["text"] for one in shown["messages"]] == ["गाड़ी रात दस बजे आती है"]
    assert [look.what for look in await intake.trail.looks(case_id)][1:] == ["कार्रवाई"]


async def test_a_tip_is_handed_on_to_no_station(intake: Rig) -> None:
    """The station may be the one that it is about."""
    await filed_tip(intake)
    case_id = await given_to_sp(intake)
    moved = await intake.command(case_id, "transfer", {"to_station": "5140003", "reason_code": "x"}, by=SP)
    assert moved.json()["code"] == "transition_not_allowed"


async def test_no_request_is_counted(intake: Rig) -> None:
    """Neither by route nor by service: who reads the metrics every few seconds would learn when a tip came."""
    tip = await filed_tip(intake)
    await read(intake, tip)
    await wrote(intake, tip, "और")
    metrics = (await intake.http.get("/metrics")).text
    for name in ("/v1/tips", "secret-tip", "add-to-tip", "unmatched"):
        assert name not in metrics


async def sent(intake: Rig, tip: dict[str, Any], content: bytes) -> httpx.Response:
    url = f"/v1/tips/{tip['case_key']}/evidence"
    headers = {"X-Passphrase": tip["passphrase"]}
    return await intake.http.post(url, files={"file": ("a.bin", content, "image/jpeg")}, headers=headers)


async def test_of_a_file_the_stripped_copy_alone_is_kept(intake: Rig) -> None:
    """The place where a photo was taken never gets as far as the store, not even sealed as an original."""
    tip, photo = await filed_tip(intake), jpeg(gps=True)
    assert b"Exif" in photo
    answer = await sent(intake, tip, photo)
    assert answer.status_code == 201, answer.text
    case_id = await given_to_sp(intake)
    shown = await intake.get(f"/v1/evidence/{answer.json()['evidence_id']}", by=SP)
    assert shown.status_code == 200
    (record,) = intake.store.cases[case_id].evidence.values()
    _, file, _ = await opened_file(intake, record.evidence_id)
    original = await intake.evidence._original(file)  # noqa: SLF001  what is kept as the original, unsealed
    assert b"Exif" not in original
    assert sha256(original).hexdigest() == record.sha256 != sha256(photo).hexdigest()
    assert (record.at.minute, record.at.second) == (0, 0)
    for officer in (SHO, HQ):
        assert (await intake.get(f"/v1/evidence/{record.evidence_id}", by=officer)).status_code == 404


async def opened_file(intake: Rig, evidence_id: str) -> Any:
    found = await intake.evidence.case_of(evidence_id)
    assert found is not None
    return found


async def test_a_file_that_cannot_be_stripped_is_refused(intake: Rig) -> None:
    """With a reason, and nothing of it is kept; a wrong passphrase is the same 404 as ever."""
    tip = await filed_tip(intake)
    refused = await sent(intake, tip, heic())
    assert (refused.status_code, refused.json()["code"]) == (422, "evidence_not_stripped")
    assert not intake.store.cases[case_of(intake)].evidence
    assert not intake.files.files
    assert (await sent(intake, tip | {"passphrase": "0"}, jpeg())).status_code == 404
