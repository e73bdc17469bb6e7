"""Which emergency stands for which: only a dispatcher joins two, and one of them stays open."""

import asyncio
from typing import Any

import pytest

from tests.intake.intake_rig import SHO, Rig
from tests.intake.test_intake_desk import at_station
from tests.intake.test_intake_endings import EMERGENCY, resolve, urgent


async def test_a_duplicate_names_a_case_that_can_stand_for_it(intake: Rig) -> None:
    """Each condition has its code; nothing is written on either side."""
    first = (await urgent(intake))["case_id"]
    second = (await urgent(intake, {"kinds": ["police"], "phone": "+919876500002"}))["case_id"]
    third = (await urgent(intake, {"kinds": ["fire"], "phone": "+919876500003"}))["case_id"]
    complaint = await at_station(intake)

    async def code(case_id: str, other: str) -> str:
        answer = await resolve(intake, case_id, "duplicate_of", duplicate_of=other)
        assert answer.status_code == 409
        return str(answer.json()["code"])

    assert await code(second, "c_does_not_exist") == "duplicate_unknown"
    assert await code(second, second) == "duplicate_of_itself"
    assert await code(second, complaint) == "duplicate_not_an_emergency"
    assert await code(third, first) == "duplicate_lacks_kinds"
    assert await code(first, second) == "duplicate_lacks_kinds"
    assert all(intake.store.cases[one].version == 1 for one in (first, second, third))
    fourth = (await urgent(intake, {"kinds": ["police"], "phone": "+919876500004"}))["case_id"]
    assert await code(second, fourth) == "duplicate_started_later"
    assert (await resolve(intake, second, "duplicate_of", duplicate_of=first)).json()["status"] == "resolved"
    assert await code(fourth, second) == "duplicate_is_a_duplicate"
    assert f"joined:{second}" in intake.store.cases[first].flags
    await resolve(intake, first, "hoax")
    assert await code(fourth, first) == "duplicate_not_open"


async def test_only_a_dispatcher_joins_two_emergencies(intake: Rig) -> None:
    """The station's officer may settle an emergency otherwise."""
    first, second = [(await urgent(intake, EMERGENCY | {"phone": f"+91987650000{n}"}))["case_id"] for n in (1, 2)]
    for case_id in (first, second):
        await intake.assign(case_id)
    body = {"how": "duplicate_of", "duplicate_of": first}
    assert (await intake.command(second, "resolve-emergency", body, by=SHO)).status_code == 403
    assert (await intake.command(second, "resolve-emergency", {"how": "hoax"}, by=SHO)).status_code == 202


async def test_the_merged_filer_learns_nothing_of_the_other(intake: Rig) -> None:
    """Neither its id nor its tracking number stands in his status."""
    first = await urgent(intake)
    second = await urgent(intake, EMERGENCY | {"phone": "+919876500002"})
    await resolve(intake, second["case_id"], "duplicate_of", duplicate_of=first["case_id"])
    for filed, other in ((first, second), (second, first)):
        url = f"/v1/complaints/{filed['tracking_number']}"
        seen = (await intake.get(url, X_Receipt=filed["receipt_secret"])).text
        assert other["case_id"] not in seen
        assert other["tracking_number"] not in seen


@pytest.mark.parametrize("run", range(8))
async def test_of_two_emergencies_joined_crosswise_one_stays_open(intake: Rig, run: int) -> None:
    """A into B and B into A at the same moment, filed at the same moment too: never both."""
    filed = [
        (await intake.post("/v1/emergencies", EMERGENCY | {"phone": f"+9198765000{run}{n}"})).json() for n in (1, 2)
    ]
    one, other = (body["case_id"] for body in filed)
    answers = await asyncio.gather(
        resolve(intake, one, "duplicate_of", duplicate_of=other),
        resolve(intake, other, "duplicate_of", duplicate_of=one),
        *(resolve(intake, case_id, "duplicate_of", duplicate_of=one) for case_id in (one, other) if run % 2),
    )
    assert sorted({answer.status_code for answer in answers}) == [202, 409]
    assert sum(intake.store.cases[case_id].state == "received" for case_id in (one, other)) == 1


async def test_the_survivor_is_claimed_before_the_other_ends(intake: Rig) -> None:
    """Another's write on the survivor in between is met by looking again: it was ended, so nothing is joined."""
    first, second = [(await urgent(intake, EMERGENCY | {"phone": f"+91987650000{n}"}))["case_id"] for n in (1, 2)]
    by_id = intake.store.by_id
    once: list[str] = []

    async def read(case_id: str) -> Any:
        found = await by_id(case_id)
        if case_id == first and not once:
            once.append(case_id)
            await resolve(intake, first, "hoax")
        return found

    intake.store.by_id = read  # type: ignore[method-assign]
    answer = await resolve(intake, second, "duplicate_of", duplicate_of=first)
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate_not_open")
    assert intake.store.cases[second].state == "received"
