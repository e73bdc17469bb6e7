"""What the desk sees beside an emergency: possible duplicates and floods, which no caller hears of."""

from datetime import timedelta
from typing import Any

from intake.auth import Principal
from tests.intake.intake_rig import ASHA, COMPLAINT, DISPATCHER, SHO, Rig
from tests.intake.test_intake_emergencies import called

PHONE = "9876543210"
HERE = {"lat": 25.611, "lon": 85.144}
NEAR = {"lat": 25.6145, "lon": 85.1455}
FAR = {"lat": 25.6165, "lon": 85.144}


async def listed(intake: Rig, query: str = "", by: Principal = DISPATCHER) -> dict[str, dict[str, Any]]:
    answer = await intake.get(f"/v1/desk/cases?limit=200{query}", by=by)
    assert answer.status_code == 200, answer.text
    return {item["case_id"]: item for item in answer.json()["items"]}


async def test_one_number_or_one_place_at_one_time_may_be_one_case(intake: Rig) -> None:
    """In the list and in the view, both ways; not another place, another time or another lane."""
    first = await called(intake, {"phone": PHONE, "location": HERE})
    same_number = await called(intake, {"phone": PHONE, "location": FAR})
    same_place = await called(intake, {"phone": "9876511111", "location": NEAR})
    other = await called(intake, {"phone": "9876522222", "location": {"lat": 26.1, "lon": 87.4}})
    await intake.filed(COMPLAINT)
    intake.clock.advance(timedelta(minutes=20))
    later = await called(intake, {"phone": PHONE, "location": HERE})
    items = await listed(intake)
    found = {answer["case_id"]: items[answer["case_id"]]["possible_duplicates"] for answer in (first, other, later)}
    assert sorted(found[first["case_id"]]) == sorted([same_number["case_id"], same_place["case_id"]])
    assert found[other["case_id"]] == found[later["case_id"]] == []
    assert first["case_id"] in items[same_number["case_id"]]["possible_duplicates"]
    view = await intake.get(f"/v1/desk/cases/{first['case_id']}", by=DISPATCHER)
    assert view.json()["possible_duplicates"] == found[first["case_id"]]


async def test_the_callers_own_other_case_stands_beside_the_first(intake: Rig) -> None:
    """Whatever the distance and the number: who proved himself is the same caller."""
    first = await called(intake, {"kind": "police", "location": HERE})
    second = await called(intake, {"kind": "police", "location": FAR}, x_receipt=first["receipt_secret"])
    items = await listed(intake)
    assert items[first["case_id"]]["possible_duplicates"] == [second["case_id"]]
    assert items[second["case_id"]]["possible_duplicates"] == [first["case_id"]]


async def test_floods_are_marked_and_grouped_never_refused(intake: Rig) -> None:
    """Beyond the rate each case of the number or source is marked, and the list can be narrowed to the group."""
    quiet = await called(intake, {"phone": "9876599999"}, by=DISPATCHER)
    flood = [await called(intake, {"phone": PHONE}) for _ in range(8)]
    items = await listed(intake)
    groups = {items[answer["case_id"]]["group"] for answer in flood}
    assert all("flood_suspected" in items[answer["case_id"]]["flags"] for answer in flood)
    assert len(groups) == 1
    (group,) = groups
    assert group.startswith("number:")
    assert items[quiet["case_id"]]["group"] is None
    narrowed = await listed(intake, f"&group={group}")
    assert set(narrowed) == {answer["case_id"] for answer in flood}
    assert all("flood_suspected" not in str(answer) for answer in flood)


async def test_one_source_with_many_numbers_is_a_flood(intake: Rig) -> None:
    """Numbers can be made up; the network they come from is seen, as a hash of the day."""
    flood = [await called(intake, {"phone": f"98765{number:05d}"}) for number in range(25)]
    items = await listed(intake)
    assert {items[answer["case_id"]]["group"] for answer in flood} == {items[flood[0]["case_id"]]["group"]}
    assert items[flood[0]["case_id"]]["group"].startswith("source:")
    assert "127.0.0.1" not in str(intake.store.cases)


async def test_a_group_that_is_none_is_refused(intake: Rig) -> None:
    """The filter takes a group of the list and nothing that would be a pattern."""
    assert (await intake.get("/v1/desk/cases?group=.*", by=DISPATCHER)).status_code == 422
    assert (await intake.get("/v1/desk/cases", by=SHO)).json()["items"] == []


async def test_the_citizen_sees_nothing_of_it(intake: Rig) -> None:
    """Neither the status nor the list of one's own cases names another case."""
    first = await called(intake, {"phone": PHONE, "location": HERE}, by=ASHA)
    await called(intake, {"phone": PHONE, "location": HERE})
    status = await intake.get(f"/v1/complaints/{first['tracking_number']}", by=ASHA)
    mine = await intake.get("/v1/me/cases", by=ASHA)
    for answer in (status, mine):
        assert answer.status_code == 200
        assert "duplicate" not in answer.text
        assert "group" not in answer.json()
