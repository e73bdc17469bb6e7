"""What is filed twice without a key is pointed out to who filed it, and to nobody else; it is filed all the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from event_schemas import PersonalData
from intake.auth import Principal
from intake.case.states import State
from intake.case.store import CaseFilter, Page
from intake.filing.filed_before import RULE
from intake.own_data.rules import erased
from tests.intake.intake_rig import ASHA, COMPLAINT, COUNTER, RAVI, SHO, START, TOKENS, Rig
from tests.intake.test_intake_services import FILED, body

THEFT: dict[str, Any] = {
    "service_code": "e-fir",
    "description": "बाजार में खड़ी मोटरसाइकिल शाम को चोरी हो गई।",
    "location": {"lat": 26.1358, "lon": 87.4659},
}
BIKE = {
    "stolen": "vehicle",
    "stolen_day": "2026-11-20",
    "value": 60000,
    "accused_known": "no",
    "violence": False,
    "vehicle_type": "motorcycle",
    "registration_number": "BR38 A 1234",
    "make": "नमूना 110",
    "colour": "काला",
}
OTHERWISE = "घर के आँगन से रात को ताला तोड़कर गाड़ी ले गए, पड़ोसी ने आवाज सुनी।"
HELPER = {"kind": "relative", "name": "रवि", "agreed": True, "confirmation": "thumb", "login": "helper"}


def theft(description: str = THEFT["description"], **answers: Any) -> dict[str, Any]:
    return THEFT | {"description": description, "attributes": BIKE | answers}


def named(filed: dict[str, Any]) -> list[str]:
    return [one["tracking_number"] for one in filed["possible_duplicates"]]


async def test_the_second_filing_names_the_first(intake: Rig) -> None:
    """Number, service, time and a sentence in the reader's language; both are cases, and a repeat says the same."""
    first = await intake.filed(COMPLAINT)
    more = COMPLAINT | {"description": f"{COMPLAINT['description']} !"}
    second = (await intake.file(more, idempotency_key="k" * 40, accept_language="hi")).json()
    assert (first["possible_duplicates"], len(intake.store.cases)) == ([], 2)
    (one,) = second["possible_duplicates"]
    shown = {"tracking_number": first["tracking_number"], "service_code": "e-complaint", "filed_at": first["filed_at"]}
    assert one == shown | {"text": one["text"]}
    assert "पहले" in one["text"]
    await intake.filed(COMPLAINT | {"description": "और कुछ"})
    repeat = await intake.file(more, idempotency_key="k" * 40, accept_language="en")
    assert named(repeat.json()) == [first["tracking_number"]]
    assert "before" in repeat.json()["possible_duplicates"][0]["text"]


@pytest.mark.parametrize("language", ["hi", "en"])
async def test_the_status_shows_it_too(intake: Rig, language: str) -> None:
    """For its owner and by its receipt; the desk sees nothing of the other case, and the first case is as it was."""
    first = await intake.filed(COMPLAINT)
    second = await intake.filed(COMPLAINT)
    url = f"/v1/complaints/{second['tracking_number']}"
    own = (await intake.get(url, by=ASHA, accept_language=language)).json()["links"]
    held = (await intake.get(url, x_receipt=second["receipt_secret"], accept_language=language)).json()["links"]
    assert own == held
    assert [(one["relation"], one["tracking_number"]) for one in own] == [("filed_before", first["tracking_number"])]
    assert ("before" in own[0]["text"]) == (language == "en")
    await intake.assign(second["case_id"])
    desk = (await intake.get(f"/v1/desk/cases/{second['case_id']}", by=SHO)).text
    assert first["tracking_number"] not in desk
    assert first["case_id"] not in desk
    before = (await intake.get(f"/v1/complaints/{first['tracking_number']}", by=ASHA)).json()
    assert before["links"] == []


def outcomes() -> Iterator[Any]:
    """The second filing, and whether it names the first."""
    yield pytest.param(theft(), True, id="the same")
    yield pytest.param(theft(OTHERWISE), True, id="the same number in other words")
    yield pytest.param(theft(OTHERWISE, registration_number="br-38-a-1234"), True, id="the number spelt otherwise")
    yield pytest.param(theft(registration_number="BR38 A 9999"), False, id="another number in the same words")
    yield pytest.param(theft(OTHERWISE, registration_number="पता नहीं"), False, id="no number and other words")
    yield pytest.param(theft(registration_number="पता नहीं"), True, id="no number and the same words")
    yield pytest.param(COMPLAINT | {"description": THEFT["description"]}, False, id="another service")


@pytest.mark.parametrize(("second", "is_named"), [*outcomes()])
async def test_a_number_in_common_or_nearly_the_same_text(
    intake: Rig, second: dict[str, Any], *, is_named: bool
) -> None:
    """Two vehicles in one sentence are two matters."""
    first = await intake.filed(theft())
    assert named(await intake.filed(second)) == ([first["tracking_number"]] if is_named else [])


@pytest.mark.parametrize("code", FILED)
async def test_every_service_points_it_out(intake: Rig, code: str) -> None:
    """By its own questions, without a line for any of them; a choice alone is no matter of its own."""
    first, second = await intake.filed(body(code)), await intake.filed(body(code))
    assert second["tracking_number"] != first["tracking_number"]
    unwritten = {"hearing", "unidentified-body"}
    assert named(second) == ([] if code in unwritten else [first["tracking_number"]])


async def test_who_is_somebody_else_learns_nothing(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another login, a helper and an officer who write down her number: the answer, its size and headers are those of
    who is the first, and nobody's cases are looked through for it.
    """
    asked: list[CaseFilter] = []

    async def page(wanted: CaseFilter, _after: str | None, _limit: int) -> Page:
        asked.append(wanted)
        return Page((), None)

    monkeypatch.setattr(intake.store, "page", page)
    hers: dict[str, Any] = {"complainant": {"name": "आशा देवी", "phone": ASHA.phone}}
    counter = {"counter": {"read_back": True, "confirmation": "thumb"}}
    ways: list[tuple[Principal, dict[str, Any]]] = [
        (RAVI, hers),
        (RAVI, hers | {"helper": HELPER}),
        (COUNTER, hers | counter),
    ]
    seen: list[list[Any]] = []
    for number in range(2):
        answers = [await intake.file(theft() | more, by=by) for by, more in ways]
        assert [named(answer.json()) for answer in answers] == [[], [], []]
        seen.append([(answer.status_code, sorted(answer.headers), len(answer.content)) for answer in answers])
        if number == 0:
            # From here on there is one of hers, and theirs are gone.
            intake.store.cases.clear()
            await intake.filed(theft())
    assert seen[0] == seen[1]
    assert asked == []


@pytest.mark.parametrize("why", ["long ago", "another holder", "sensitive", "withdrawn", "a destroyed key"])
async def test_what_the_login_alone_does_not_open_is_not_named(intake: Rig, why: str) -> None:
    """Nor what is over, or was filed before the number was surely hers."""
    case_id = (await intake.filed(COMPLAINT))["case_id"]
    case = intake.store.cases[case_id]
    assert ASHA.known_since is not None
    changed = {
        "long ago": replace(case, filed_at=START - RULE.within - timedelta(seconds=1)),
        "another holder": replace(case, filed_at=ASHA.known_since - timedelta(seconds=1)),
        "sensitive": replace(case, sensitive=True),
        "withdrawn": replace(case, state=State.WITHDRAWN),
        "a destroyed key": replace(case, sealed=f"s1.2025-01{(case.sealed or '')[10:]}"),
    }
    intake.store.cases[case_id] = changed[why]
    assert named(await intake.filed(COMPLAINT)) == []


async def test_a_sensitive_matter_leaves_no_mark(intake: Rig) -> None:
    """Who has her phone and not her receipt can't find out by filing the same again; nor can the new holder of it."""
    sensitive = COMPLAINT | {"attributes": {"category": "crime_against_women"}}
    filed = [await intake.filed(sensitive) for _ in range(2)]
    assert [intake.store.cases[one["case_id"]].marks for one in filed] == [(), ()]
    assert [named(one) for one in filed] == [[], []]


async def test_the_marks_are_the_logins_own(intake: Rig) -> None:
    """The same words by another login, or by the same number in other hands, leave other marks; erased, none."""
    hers, his = await intake.filed(COMPLAINT), await intake.filed(COMPLAINT, by=RAVI)
    marks = [set(intake.store.cases[one["case_id"]].marks) for one in (hers, his)]
    assert all(marks)
    assert not marks[0] & marks[1]
    TOKENS["new holder"] = replace(ASHA, known_since=START - timedelta(hours=1))
    try:
        answer = await intake.http.post(
            "/v1/complaints",
            json=COMPLAINT,
            headers={"Authorization": "Bearer new holder", "Idempotency-Key": "n" * 40},
        )
    finally:
        del TOKENS["new holder"]
    assert named(answer.json()) == []
    assert not set(intake.store.cases[answer.json()["case_id"]].marks) & marks[0]
    assert erased(intake.store.cases[hers["case_id"]], START).marks == ()


async def test_an_aadhaar_number_hides_no_repeat(intake: Rig) -> None:
    """It is kept in neither; what is compared is what is kept."""
    with_it = COMPLAINT | {"description": f"{COMPLAINT['description']} 2341 2341 2346"}
    first = await intake.filed(with_it)
    assert named(await intake.filed(with_it)) == [first["tracking_number"]]
    kept: PersonalData = intake.personal(first["case_id"])
    assert "2346" not in (kept.description or "")


async def test_of_very_many_the_newest_are_named(intake: Rig) -> None:
    """So many, and no more."""
    filed = []
    for _ in range(RULE.named + 2):
        filed.append(await intake.filed(COMPLAINT))
        intake.clock.advance(timedelta(minutes=1))
    newest = [one["tracking_number"] for one in reversed(filed[:-1])][: RULE.named]
    assert named(filed[-1]) == newest
