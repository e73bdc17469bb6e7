"""Break-glass: a sealed case opened out of turn, for a short time, recorded, and reviewed by a superior."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pytest

from event_schemas import Station
from intake.auth import Principal
from intake.break_glass.domain import LIMITS
from intake.case.trail.domain import EntryKind
from tests.intake.intake_rig import (
    ASHA,
    COMPLAINT,
    COUNTER,
    DISPATCHER,
    HQ,
    OTHER_SHO,
    OTHER_STATION,
    SDPO,
    SHO,
    SP,
    STATION,
    TOKENS,
    Rig,
)
from tests.intake.test_intake_desk_scope import FAR_SHO, FAR_SP, assign
from tests.intake.test_intake_tips import filed_tip

SECRET: Final = COMPLAINT | {"attributes": {"category": "crime_against_women"}}
WHY: Final = {"reason": "The victim, Meena, was brought to this station"}
OTHER_SDPO: Final = Principal("dev-sdpo-far", "sdpo", None, "SDPO:PATNA", None, "PATNA")
FAR_IO: Final = Principal("dev-io-far", "io", None, "SHO:5117001", "5117001", "PATNA")
TOKENS |= {one.sub: one for one in (OTHER_SDPO, FAR_IO)}
UNDER_SP: Final = ("sdpo-5140-araria", "ARARIA", "bihar")


async def sealed(intake: Rig, body: Mapping[str, Any] = SECRET, station: Station = STATION, post: str = "") -> str:
    # Each is a matter of its own: a repeat of the same text would be the same case.
    filed = await intake.filed({**body, "description": f"{body['description']} ({len(intake.store.cases)})"})
    case_id = str(filed["case_id"])
    await assign(intake, case_id, 1, station, post or f"SHO:{station.code}")
    return case_id


async def opened(intake: Rig, case_id: str, by: Principal = OTHER_SHO) -> Any:
    return await intake.post(f"/v1/desk/cases/{case_id}/break-glass", WHY, by=by)


async def reads(intake: Rig, case_id: str, by: Principal = OTHER_SHO) -> bool:
    """Read and reveal go together."""
    read = (await intake.get(f"/v1/desk/cases/{case_id}", by=by)).status_code
    revealed = (await intake.post(f"/v1/desk/cases/{case_id}/reveal", {"reason": "to call"}, by=by)).status_code
    assert read == revealed
    return read == 200


async def reviewed_by(intake: Rig, by: Principal) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await intake.get("/v1/desk/break-glass", by=by)).json()["items"]
    return found


async def review(intake: Rig, opening: str, by: Principal, decision: str = "confirm") -> Any:
    body = {"decision": decision, "reason": "I have asked the officer"}
    return await intake.post(f"/v1/desk/break-glass/{opening}/review", body, by=by)


async def test_a_sealed_case_opens_for_a_time_that_ends_by_itself(intake: Rig) -> None:
    """Reading and revealing, no command, and not to his colleague; asked again it is the same opening."""
    case_id = await sealed(intake)
    assert not await reads(intake, case_id)
    first = await opened(intake, case_id)
    assert first.status_code == 201, first.text
    assert await reads(intake, case_id)
    shown = await intake.get(f"/v1/desk/cases/{case_id}", by=OTHER_SHO)
    assert shown.json()["allowed"] == []
    assert (await intake.command(case_id, "acknowledge", by=OTHER_SHO)).status_code == 404
    assert not await reads(intake, case_id, FAR_SHO)
    intake.clock.advance(LIMITS.open_for - timedelta(seconds=1))
    assert (await opened(intake, case_id)).json() == first.json()
    assert await reads(intake, case_id)
    intake.clock.advance(timedelta(seconds=1))
    assert not await reads(intake, case_id)
    assert (await opened(intake, case_id)).json()["opening_id"] != first.json()["opening_id"]


async def test_nervous_fingers_make_one_opening(intake: Rig) -> None:
    """Ten at once are one, with one entry in the trail."""
    case_id = await sealed(intake)
    answers = await asyncio.gather(*(opened(intake, case_id) for _ in range(10)))
    assert len({answer.json()["opening_id"] for answer in answers}) == 1
    assert len(await intake.trail.looks(case_id)) == len(intake.openings.kept) == 1


async def test_it_stands_in_the_trail_and_in_no_event(intake: Rig) -> None:
    """Who, when and why, before anything is shown; the review too. Events, and the openings kept, name no person."""
    case_id = await sealed(intake)
    events = len(intake.store.published)
    opening = (await opened(intake, case_id)).json()["opening_id"]
    assert (await review(intake, opening, SP)).status_code == 200
    entries = [one for one in await intake.trail.entries(case_id) if one.kind is EntryKind.LOOK]
    assert [(one.actor, one.what.partition(" ")[0]) for one in entries] == [
        (OTHER_SHO.sub, "break-glass:"),
        (SP.sub, "break-glass"),
    ]
    assert WHY["reason"] in entries[0].what
    assert len(intake.store.published) == events
    assert "Meena" not in repr(intake.trails.published)
    assert "Meena" not in repr(intake.openings.kept)


async def test_a_trail_that_cannot_be_written_opens_nothing(intake: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is shown unrecorded."""
    case_id = await sealed(intake)

    async def full(*_entry: object) -> bool:
        return False

    monkeypatch.setattr(intake.trails, "add", full)
    assert (await opened(intake, case_id)).status_code == 503
    assert intake.openings.kept == {}


@pytest.mark.parametrize(
    ("opener", "superiors"),
    [
        (FAR_IO, (OTHER_SDPO, FAR_SP, HQ)),
        (FAR_SHO, (OTHER_SDPO, FAR_SP, HQ)),
        (OTHER_SDPO, (FAR_SP, HQ)),
        (FAR_SP, (HQ,)),
    ],
)
async def test_his_superiors_review_it(intake: Rig, opener: Principal, superiors: tuple[Principal, ...]) -> None:
    """Those of his district and headquarters; nobody of his own rank, no other district, and never himself."""
    case_id = await sealed(intake)
    opening = (await opened(intake, case_id, opener)).json()["opening_id"]
    everybody = (OTHER_SDPO, FAR_SP, HQ, SP, SDPO)
    assert {by.sub for by in everybody if await reviewed_by(intake, by)} == {by.sub for by in superiors}
    for by in (*everybody, SHO, FAR_SHO, COUNTER, DISPATCHER):
        if by not in superiors:
            assert (await review(intake, opening, by)).status_code == 404, by
    (item,) = await reviewed_by(intake, superiors[0])
    assert (item["opened_by"], item["reason"], item["overdue"]) == (opener.post, WHY["reason"], False)
    assert (await review(intake, opening, superiors[-1])).status_code == 200
    again = await review(intake, opening, superiors[0], "object")
    assert (again.status_code, again.json()["code"]) == (409, "opening_reviewed")
    assert await reviewed_by(intake, superiors[0]) == []


async def test_who_reviews_nothing_has_no_list(intake: Rig) -> None:
    """A station's officers review nothing."""
    for by in (SHO, COUNTER, DISPATCHER, ASHA):
        assert (await intake.get("/v1/desk/break-glass", by=by)).status_code == 403


async def test_an_objection_ends_it_at_once(intake: Rig) -> None:
    """A confirmation does not, and makes it no longer."""
    case_id = await sealed(intake)
    opening = (await opened(intake, case_id)).json()["opening_id"]
    assert await reads(intake, case_id)
    assert (await review(intake, opening, SP, "object")).json()["review"] == "objected"
    assert not await reads(intake, case_id)


async def test_two_superiors_at_once_are_one_review(intake: Rig) -> None:
    """The first decides, the other reads so."""
    case_id = await sealed(intake)
    opening = (await opened(intake, case_id)).json()["opening_id"]
    answers = await asyncio.gather(review(intake, opening, SP), review(intake, opening, HQ, "object"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_what_nobody_reviews_is_overdue_and_counted(intake: Rig) -> None:
    """After its time, in the list and in the metric of the alert; a late review ends that."""
    case_id = await sealed(intake)
    opening = (await opened(intake, case_id)).json()["opening_id"]

    async def overdue() -> float:
        await intake.glass.count()
        return float(intake.metrics.break_glass_overdue._value.get())  # noqa: SLF001  the library has no other way

    intake.clock.advance(LIMITS.review_within)
    assert await overdue() == 0
    intake.clock.advance(timedelta(seconds=1))
    assert await overdue() == 1
    assert [one["overdue"] for one in await reviewed_by(intake, SP)] == [True]
    await review(intake, opening, SP)
    assert await overdue() == 0


async def test_an_ordinary_case_a_tip_and_nothing_are_one_answer(intake: Rig) -> None:
    """Only a sealed case opens so: all else is answered as a case that there is not; who has charge reads so."""
    ordinary, tip = await sealed(intake, COMPLAINT), await filed_tip(intake)
    tip_id = next(one.case_id for one in intake.store.cases.values() if one.service_code == "secret-tip")
    assert tip
    answers = [await opened(intake, one) for one in (ordinary, tip_id, "c_none")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["code"] for answer in answers}) == 1
    own = await opened(intake, await sealed(intake), SHO)
    assert (own.status_code, own.json()["code"]) == (409, "case_in_your_charge")
    for by in (COUNTER, DISPATCHER):
        assert (await opened(intake, await sealed(intake, station=OTHER_STATION), by)).status_code == 404
    too_short = await intake.post(f"/v1/desk/cases/{ordinary}/break-glass", {"reason": "why not"}, by=OTHER_SHO)
    assert too_short.status_code == 422


def against(named: str | None) -> dict[str, Any]:
    body = COMPLAINT | {"attributes": {"against_police": True}}
    return body if named is None else body | {"named_station": named}


@pytest.mark.parametrize(
    ("accused", "openers"),
    [
        ("5140003", (OTHER_SHO, FAR_SHO, FAR_SP)),
        # Araria's SDPO: its stations are under him, and he himself may come with any district's token.
        ("sdpo-5140-araria", (FAR_SHO, FAR_SP)),
        ("ARARIA", (FAR_SHO, FAR_SP)),
        ("bihar", ()),
        (None, ()),
    ],
)
async def test_the_accused_and_those_under_him_never_open_it(
    intake: Rig, accused: str | None, openers: tuple[Principal, ...]
) -> None:
    """By the directory's lines; a complaint that names nobody may be about whoever asks."""
    stations = {"5140003": UNDER_SP, "5140012": UNDER_SP, "ARARIA": ("bihar",), "sdpo-5140-araria": ("ARARIA", "bihar")}
    intake.offices.lines |= stations | {"5117001": ("sdpo-patna", "PATNA", "bihar"), "PATNA": ("bihar",)}
    case_id = await sealed(intake, against(accused), post="HQ:control-room")
    everybody = (SHO, OTHER_SHO, FAR_SHO, SDPO, OTHER_SDPO, FAR_SP)
    got = {by.sub for by in everybody if (await opened(intake, case_id, by)).status_code == 201}
    assert got == {by.sub for by in openers}
    for by in openers:
        assert await reads(intake, case_id, by)


async def test_an_unknown_directory_keeps_it_shut(intake: Rig) -> None:
    """Who answers to whom is not known yet: the complaint against police stays where it is."""
    case_id = await sealed(intake, against("5140003"), post="HQ:control-room")
    assert (await opened(intake, case_id, FAR_SHO)).status_code == 404


async def test_the_accused_superintendent_reviews_nothing(intake: Rig) -> None:
    """An officer of his opens a complaint against another station: he reviews. One against himself opens to none."""
    intake.offices.lines |= {"5140003": UNDER_SP, "5140012": UNDER_SP}
    case_id = await sealed(intake, against("5140003"), post="HQ:control-room")
    assert (await opened(intake, case_id, OTHER_SHO)).status_code == 201
    assert [len(await reviewed_by(intake, by)) for by in (SDPO, SP, HQ)] == [0, 1, 1]
