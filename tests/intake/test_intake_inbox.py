"""The desk's inbox: what waits, what is due first, how many; notes and the investigating officer."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from event_schemas import SLAClockStarted, SLAClockStopped, ids
from intake.case.derived import derive
from tests.intake.intake_rig import ASHA, COMPLAINT, HQ, OTHER_SHO, SHO, SP, Rig

INBOX = "/v1/desk/cases"
SECRET = "गवाह राम प्रसाद से कल मिलना है"


async def at_station(intake: Rig) -> dict[str, Any]:
    case = await intake.filed(COMPLAINT)
    await intake.assign(case["case_id"])
    intake.clock.advance(timedelta(seconds=1))
    return case


async def clock(intake: Rig, case: Mapping[str, Any], due_in: timedelta, *, rev: int = 1, **more: Any) -> None:
    now = intake.clock.now()
    fields: dict[str, Any] = {
        "case_id": case["case_id"],
        "occurred_at": now,
        "cause_id": "cause",
        "clock": more.get("clock", "inquiry"),
        "clock_id": more.get("clock_id", "inquiry:1"),
        "rev": rev,
        "owner": more.get("owner", "police"),
        "target_s": 60,
        "started_at": now,
        "due_at": now + due_in,
        "state": more.get("state", "running"),
    }
    ended = more.get("state") == "met"
    event = SLAClockStopped(**fields, stopped_at=now, elapsed_s=1) if ended else SLAClockStarted(**fields)
    await intake.store.apply_derived([derive(ids.new_event_id(now), event)])


async def found(intake: Rig, query: str = "", **more: Any) -> list[str]:
    answer = await intake.get(f"{INBOX}?{query}", by=more.get("by", SHO))
    assert answer.status_code == 200, answer.text
    return [line["case_id"] for line in answer.json()["items"]]


async def test_what_is_due_first_stands_first(intake: Rig) -> None:
    """By the first of the police's running clocks, over pages; a citizen's own clock counts for nothing."""
    soon, late, calm = [await at_station(intake) for _ in range(3)]
    await clock(intake, soon, timedelta(hours=1))
    await clock(intake, late, -timedelta(hours=1))
    await clock(intake, calm, timedelta(hours=2))
    await clock(intake, calm, -timedelta(days=9), clock="documents", clock_id="documents:1", owner="citizen")
    expected = [one["case_id"] for one in (late, soon, calm)]
    assert await found(intake, "sort=remaining") == expected
    pages, cursor = [], ""
    while cursor is not None:
        page = (await intake.get(f"{INBOX}?sort=remaining&limit=1&cursor={cursor}", by=SHO)).json()
        pages += page["items"]
        cursor = page["next_cursor"]
    assert [line["case_id"] for line in pages] == expected
    assert (pages[0]["remaining_s"] < 0, pages[1]["remaining_s"] > 0) == (True, True)
    assert await found(intake, "overdue=true") == [late["case_id"]]
    await clock(intake, late, -timedelta(hours=1), rev=2, state="met")
    # Without a running clock it stands behind those that have one.
    assert await found(intake, "sort=remaining") == [one["case_id"] for one in (soon, calm, late)]
    assert await found(intake, "overdue=true") == []


async def test_filters_narrow_the_list(intake: Rig) -> None:
    """By state, service, age and number; nothing of them reaches beyond the officer's own cases."""
    first = await at_station(intake)
    intake.clock.advance(timedelta(days=2))
    second = await at_station(intake)
    await intake.command(first["case_id"], "acknowledge")
    day = intake.clock.now().date().isoformat()
    for query, expected in (
        ("status=acknowledged", [first]),
        ("service=e-complaint", [second, first]),
        ("service=e-fir", []),
        (f"from={day}", [second]),
        ("until=2026-11-22", [first]),
        (f"q={first['tracking_number'].lower()}", [first]),
        ("open=true", [second, first]),
    ):
        assert await found(intake, query) == [one["case_id"] for one in expected], query
        assert await found(intake, query, by=OTHER_SHO) == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("q=JS-26-AAAA-AAAA-A", "tracking_number_mistyped"),
        ("sort=remaining&cursor=c_1", "cursor_invalid"),
        ("sort=name", "validation_failed"),
        ("from=yesterday", "validation_failed"),
        ("name=asha", "unknown_parameter"),
    ],
)
async def test_what_cannot_be_meant_is_refused(intake: Rig, query: str, code: str) -> None:
    """A mistyped number, another list's cursor, an order that there is not; and names, which are under no key."""
    answer = await intake.get(f"{INBOX}?{query}", by=SHO)
    assert answer.json()["code"] == code


async def test_counts_are_of_the_officers_own_cases(intake: Rig) -> None:
    """Open, overdue, his own, by state; another station counts none of them."""
    late, given = [await at_station(intake) for _ in range(2)]
    await clock(intake, late, -timedelta(hours=1))
    given_to_self = await intake.command(given["case_id"], "assign-officer", {})
    assert given_to_self.status_code == 202, given_to_self.text
    counts = (await intake.get(f"{INBOX}/counts", by=SHO)).json()
    assert (counts["open"], counts["overdue"], counts["mine"]) == (2, 1, 1)
    assert counts["by_status"]["assigned"] == 2
    assert (await intake.get(f"{INBOX}/counts", by=OTHER_SHO)).json()["open"] == 0
    assert await found(intake, "mine=true") == [given["case_id"]]
    assert await found(intake, "mine=true", by=SP) == []


async def test_many_are_acknowledged_one_by_one(intake: Rig) -> None:
    """Each has its own event and entry; one that is refused, or that is another's, keeps no other back."""
    first, second = [await at_station(intake) for _ in range(2)]
    await intake.command(second["case_id"], "acknowledge")
    third, foreign = await at_station(intake), await intake.filed(COMPLAINT)
    wanted = [one["case_id"] for one in (first, second, third, foreign)]
    answer = await intake.post(f"{INBOX}/acknowledge", {"case_ids": [*wanted, first["case_id"]]}, by=SHO)
    assert answer.status_code == 200, answer.text
    items = answer.json()["items"]
    assert [(one["case_id"], one["code"]) for one in items] == list(
        zip(wanted, (None, "transition_not_allowed", None, "not_found"), strict=True)
    )
    for case in (first, third):
        (entry,) = [one for one in await intake.trail.entries(case["case_id"]) if one.what == "ComplaintAcknowledged"]
        assert (entry.actor, entry.post) == (SHO.sub, SHO.post)
    too_many = await intake.post(f"{INBOX}/acknowledge", {"case_ids": [f"c_{n}" for n in range(101)]}, by=SHO)
    assert too_many.status_code == 422


async def test_notes_are_for_officers_alone(intake: Rig) -> None:
    """Sealed in the store, masked until a reason is given; in no event, status, timeline or export."""
    case = await at_station(intake)
    case_id, published = case["case_id"], len(intake.store.published)
    before = (await intake.get(f"/v1/complaints/{case['tracking_number']}", by=ASHA)).json()
    noted = await intake.command(case_id, "note", {"note": SECRET})
    assert noted.status_code == 202, noted.text
    assert len(intake.store.published) == published
    assert SECRET not in repr(intake.store.cases[case_id])
    masked = await intake.get(f"{INBOX}/{case_id}", by=SP)
    assert SECRET not in masked.text
    assert [note["post"] for note in masked.json()["notes"]] == [SHO.post]
    revealed = await intake.post(f"{INBOX}/{case_id}/reveal", {"reason": "supervision"}, by=SP)
    assert [note["text"] for note in revealed.json()["notes"]] == [SECRET]
    after = (await intake.get(f"/v1/complaints/{case['tracking_number']}", by=ASHA)).json()
    assert {**after, "version": 0} == {**before, "version": 0}
    export = await intake.get("/v1/me/export", by=ASHA)
    assert export.status_code == 200
    assert (SECRET in export.text, "note_id" in export.text) == (False, False)
    assert (await intake.command(case_id, "note", {"note": " "})).status_code == 422
    assert (await intake.command(case_id, "note", {"note": "x"}, by=OTHER_SHO)).status_code == 404


async def test_routings_doubt_is_shown(intake: Rig) -> None:
    """How sure the decision is, how near the boundary, and which other stations it might have been."""
    case = await at_station(intake)
    shown = (await intake.get(f"{INBOX}/{case['case_id']}", by=HQ)).json()["assignment"]
    assert (shown["confidence"], shown["ambiguous_with"], shown["boundary_version"]) == (0.9, [], "v1")
