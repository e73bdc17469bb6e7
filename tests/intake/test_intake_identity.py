"""Who a citizen is: the profile, and identity documents of which only a keyed hash and the end are kept."""

import json
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest

from intake.identity.domain import ClaimState, IdentityClaim, first_holder
from tests.intake import intake_rig
from tests.intake.intake_rig import ASHA, RAVI, SHO, START, Rig

AADHAAR = "234123412346"
PAN = "ABCPE1234F"
DOCUMENT: dict[str, Any] = {"document": "pan_card", "number": PAN, "name": "आशा देवी", "birth_year": 1988}


async def patched(intake: Rig, body: Any, **more: Any) -> Any:
    headers = intake_rig.bearer(more.get("by", ASHA))
    return await intake.http.patch("/v1/me", json=body, headers=headers)


async def test_the_profile_is_what_the_citizen_stated_last(intake: Rig) -> None:
    """Members change by themselves, null takes one out; the store holds nothing in clear."""
    empty = (await intake.get("/v1/me", by=ASHA)).json()
    assert (empty["phone"], empty["name"], empty["identity"]) == (ASHA.phone, None, [])
    await patched(intake, {"name": "आशा देवी", "spoken_language": "maithili", "language": "hi"})
    changed = await patched(intake, {"address": "वार्ड 4, अररिया", "language": None})
    assert changed.status_code == 200, changed.text
    shown = changed.json()
    assert (shown["name"], shown["address"], shown["language"]) == ("आशा देवी", "वार्ड 4, अररिया", None)
    assert shown["spoken_language_text"] in ("मैथिली", "Maithili")
    assert (await intake.get("/v1/me", by=RAVI)).json()["name"] is None
    kept = repr([asdict(profile) for profile in intake.identities.profiles.values()])
    assert "आशा" not in kept
    assert "maithili" not in kept


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "\u200d\u200d"}, "/name"),
        ({"name": "क" * 2_000}, "/name"),
        ({"spoken_language": "klingon"}, "/spoken_language"),
        ({"language": "ur"}, "/language"),
        ({"aadhaar": "x"}, "/aadhaar"),
        ({"name": 7}, "/name"),
    ],
    ids=["invisible", "huge", "unknown language", "language without texts", "unknown field", "number"],
)
async def test_a_profile_names_each_wrong_member(intake: Rig, body: dict[str, Any], pointer: str) -> None:
    """422 with the place, and nothing is kept."""
    answer = await patched(intake, body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert intake.identities.profiles == {}


@pytest.mark.parametrize("spelling", [AADHAAR, "2341 2341 2346", "२३४१ २३४१ २३४६", "2341-2341-2346"])
@pytest.mark.parametrize("member", ["name", "number", "last_four", "profile name", "profile address"])
async def test_an_aadhaar_number_is_refused_in_every_member(intake: Rig, member: str, spelling: str) -> None:
    """Neither kept nor hashed, whatever kind of document it is called, in digits of any script."""
    if member.startswith("profile "):
        answer = await patched(intake, {member.removeprefix("profile "): f"आशा {spelling}"})
    else:
        document = {**DOCUMENT, "document": "masked_aadhaar" if member == "last_four" else "ration_card"}
        if member == "last_four":
            document.pop("number")
        answer = await intake.post("/v1/me/identity", {**document, member: spelling}, by=ASHA)
    assert (answer.status_code, answer.json()["code"]) == (422, "aadhaar_not_accepted")
    assert "2341" not in answer.text
    assert (intake.identities.claims, intake.identities.profiles, intake.register.asked) == ({}, {}, [])


async def test_a_document_is_confirmed_by_the_register(intake: Rig) -> None:
    """Only the number's keyed hash and its end are kept, and the same document is one entry in any spelling."""
    intake.register.people[PAN] = ("आशा देवी", 1988)
    first = await intake.post("/v1/me/identity", DOCUMENT, by=ASHA)
    assert first.status_code == 201, first.text
    body = first.json()
    assert (body["state"], body["checked_by"], body["last_four"], body["notices"]) == (
        "verified",
        "register",
        "234F",
        [],
    )
    again = await intake.post("/v1/me/identity", {**DOCUMENT, "number": " abcpe-१२३४ f"}, by=ASHA)
    assert again.json() == body
    assert [one["identity_id"] for one in (await intake.get("/v1/me", by=ASHA)).json()["identity"]] == [
        body["identity_id"]
    ]
    kept = json.dumps([asdict(claim) for claim in intake.identities.claims.values()], default=str)
    assert PAN not in kept
    assert "आशा" not in kept
    assert "1988" not in kept


@pytest.mark.parametrize(
    ("away", "people", "state", "notice"),
    [
        (True, {}, "unverified", "identity_not_confirmed"),
        (False, {}, "refuted", "identity_refuted"),
        (False, {PAN: ("रवि", 1970)}, "refuted", "identity_refuted"),
    ],
    ids=["the register is away", "no such number", "another person's"],
)
async def test_what_the_register_does_not_confirm_is_kept_as_such(
    intake: Rig, away: bool, people: dict[str, tuple[str, int]], state: str, notice: str
) -> None:
    """Nobody is refused; he is informed, and asks again with the same document once it is mended."""
    intake.register.away, intake.register.people = away, dict(people)
    body = (await intake.post("/v1/me/identity", DOCUMENT, by=ASHA)).json()
    assert (body["state"], [one["code"] for one in body["notices"]]) == (state, [notice])
    intake.register.away, intake.register.people = False, {PAN: ("आशा देवी", 1988)}
    again = (await intake.post("/v1/me/identity", DOCUMENT, by=ASHA)).json()
    assert (again["state"], again["identity_id"]) == ("verified", body["identity_id"])


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"number": "ABCPE12345"}, "/number"),
        ({"number": "A" * 41}, "/number"),
        ({"number": None}, "/number"),
        ({"document": "voter_card", "number": "AB1234567"}, "/number"),
        ({"document": "driving_licence", "number": "BR0120110012"}, "/number"),
        ({"document": "passport", "number": "12345678"}, "/number"),
        ({"document": "masked_aadhaar"}, "/last_four"),
        ({"document": "masked_aadhaar", "number": None, "last_four": "12345"}, "/last_four"),
        ({"last_four": "1234"}, "/last_four"),
        ({"birth_year": 2199}, "/birth_year"),
        ({"birth_year": "९" * 40}, "/birth_year"),
        ({"name": ""}, "/name"),
        ({"document": "library_card"}, "/document"),
    ],
    ids=[
        "pan",
        "huge",
        "no number",
        "voter card",
        "licence",
        "passport",
        "aadhaar without its end",
        "too many digits",
        "both",
        "born tomorrow",
        "huge year",
        "no name",
        "unknown kind",
    ],
)
async def test_a_wrong_document_names_what_is_wrong(intake: Rig, changes: dict[str, Any], pointer: str) -> None:
    """422 with the member; the answer never repeats a number, the register is not asked, nothing is kept."""
    body = {name: value for name, value in {**DOCUMENT, **changes}.items() if value is not None}
    answer = await intake.post("/v1/me/identity", body, by=ASHA)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
    assert str(body.get("number", "\0")) not in answer.text
    assert (intake.identities.claims, intake.register.asked) == ({}, [])


async def test_hindi_digits_are_the_same_document(intake: Rig) -> None:
    """A number and a year of birth are read in any script."""
    intake.register.people["BR0120110012345"] = ("आशा देवी", 1988)
    licence = {**DOCUMENT, "document": "driving_licence", "number": "BR-०१ २०११००१२३४५", "birth_year": "१९८८"}
    body = (await intake.post("/v1/me/identity", licence, by=ASHA)).json()
    assert (body["state"], body["last_four"]) == ("verified", "2345")


async def test_a_doubtful_check_digit_is_named_and_not_refused(intake: Rig) -> None:
    """Old voter cards go without it."""
    intake.register.away = True
    card = {**DOCUMENT, "document": "voter_card", "number": "ABC1234567"}
    body = (await intake.post("/v1/me/identity", card, by=ASHA)).json()
    assert "identity_number_doubtful" in [one["code"] for one in body["notices"]]
    right = (await intake.post("/v1/me/identity", {**card, "number": "ABC1234566"}, by=ASHA)).json()
    assert "identity_number_doubtful" not in [one["code"] for one in right["notices"]]


async def test_of_a_masked_aadhaar_there_is_no_number_and_no_hash(intake: Rig) -> None:
    """Its last four digits with name and year of birth; the register is not asked."""
    body = {"document": "masked_aadhaar", "last_four": "४३२१", "name": "आशा देवी", "birth_year": 1988}
    shown = (await intake.post("/v1/me/identity", body, by=ASHA)).json()
    assert (shown["last_four"], shown["state"]) == ("4321", "unverified")
    (claim,) = intake.identities.claims.values()
    assert (claim.mark, intake.register.asked) == (None, [])


async def test_a_new_holder_of_the_number_is_another_person(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the gap neither the profile nor a confirmed document of the former holder is his."""
    intake.register.people[PAN] = ("आशा देवी", 1988)
    await patched(intake, {"name": "आशा देवी"})
    await intake.post("/v1/me/identity", DOCUMENT, by=ASHA)
    intake.clock.advance(timedelta(days=100))
    monkeypatch.setitem(intake_rig.TOKENS, ASHA.sub, replace(ASHA, known_since=intake.clock.now()))
    shown = (await intake.get("/v1/me", by=ASHA)).json()
    assert (shown["name"], shown["identity"]) == (None, [])
    intake.register.people.clear()
    claimed = (await intake.post("/v1/me/identity", DOCUMENT, by=ASHA)).json()
    assert claimed["state"] == "refuted"


async def test_documents_and_questions_have_limits(intake: Rig) -> None:
    """Ten documents an account, and as many questions an hour: the register reveals to nobody whose a number is."""
    intake.register.away = True
    for number in range(10):
        body = {**DOCUMENT, "number": f"ABCPE{number:04}F"}
        assert (await intake.post("/v1/me/identity", body, by=ASHA)).status_code == 201
    slow = await intake.post("/v1/me/identity", DOCUMENT, by=ASHA)
    assert (slow.status_code, "retry-after" in slow.headers) == (429, True)
    intake.clock.advance(timedelta(hours=1))
    full = await intake.post("/v1/me/identity", DOCUMENT, by=ASHA)
    assert (full.status_code, full.json()["code"]) == (409, "identity_too_many")


async def test_the_profile_is_for_citizens(intake: Rig) -> None:
    """Without a login 401, for an officer 403."""
    assert (await intake.get("/v1/me")).status_code == 401
    assert (await intake.post("/v1/me/identity", DOCUMENT, by=SHO)).status_code == 403


@pytest.mark.parametrize(
    ("mine", "other", "waits"),
    [
        (("unverified", 1), ("unverified", 0), True),
        (("unverified", 0), ("unverified", 1), False),
        (("verified", 1), ("unverified", 0), False),
        (("verified", 1), ("verified", 0), False),
        (("unverified", 0), ("verified", 1), True),
        (("unverified", 1), ("refuted", 0), False),
        (("refuted", 1), ("unverified", 0), True),
    ],
)
def test_only_the_later_unverified_claimant_waits(mine: tuple[str, int], other: tuple[str, int], waits: bool) -> None:
    """Whoever is verified waits for nobody; what the register refuted makes nobody wait."""
    first, second = (
        IdentityClaim(
            f"claim-{sub}", sub, "pan_card", "234F", START + timedelta(hours=hours), "mark", ClaimState(state)
        )
        for sub, (state, hours) in (("mine", mine), ("other", other))
    )
    assert (first_holder(first, [first, second]) is second) is waits
    assert first_holder(first, [first, replace(second, holder="mine"), replace(second, mark="another")]) is None


async def test_a_number_in_a_form_is_kept_by_its_end(intake: Rig) -> None:
    """Of an identity paper's number among the answers the last four characters are sealed, and no more."""
    answers = intake_rig.CATALOGUE.get("character-certificate")
    assert answers is not None
    assert answers.example is not None
    attributes = {**answers.example.attributes, "identity_kind": "pan_card", "identity_pan": PAN}
    filed = await intake.filed({"service_code": "character-certificate", "attributes": attributes})
    kept = intake.personal(filed["case_id"]).attributes
    assert kept["identity_pan"] == "****234F"
    assert PAN not in repr(intake.store.cases)
