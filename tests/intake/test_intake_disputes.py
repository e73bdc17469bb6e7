"""The person verified objects to the result: by his own phone or at a counter, decided by another than who verified."""

from typing import Any

import pytest

from event_schemas import DisputeDecided, PersonalData, VerificationCompleted, VerificationDisputed
from intake.auth import Principal
from tests.intake import intake_rig
from tests.intake.intake_rig import ASHA, COUNTER, DISPATCHER, KNOWN_SINCE, OTHER_SHO, RAVI, SDPO, SHO, SP, Rig
from tests.intake.test_intake_identity_holds import later
from tests.intake.test_intake_identity_services import application

TENANT = Principal("citizen:tenant", "citizen", "+919876543212", known_since=KNOWN_SINCE)
UNKNOWN = "JS-26-B6Z3-Q455-4"


@pytest.fixture(autouse=True)
def tenant(monkeypatch: pytest.MonkeyPatch) -> None:
    """He logs in with the number that his landlord gave."""
    monkeypatch.setitem(intake_rig.TOKENS, TENANT.sub, TENANT)


async def verified(intake: Rig, outcome: str = "unable", **answers: Any) -> dict[str, Any]:
    filed = await later(intake, application("tenant-verification", permanent_district="Araria", **answers))
    case_id = filed["case_id"]
    await intake.assign(case_id)
    await intake.command(case_id, "review-identity", {"outcome": "confirmed"})
    done = await intake.command(case_id, "complete-verification", {"outcome": outcome})
    assert done.status_code == 202, done.text
    return filed


async def dispute(intake: Rig, number: str, by: Principal | None = TENANT, **headers: str) -> Any:
    return await intake.post(f"/v1/verifications/{number}/dispute", {"reason_code": "wrong_person"}, by=by, **headers)


def of(intake: Rig, case_id: str, kind: type) -> list[Any]:
    return [one for one in intake.events(case_id) if isinstance(one, kind)]


async def test_the_person_verified_is_named_in_the_event_sealed(intake: Rig) -> None:
    """His phone, for the message to him, opened by the case's key alone; none for a result about the applicant."""
    filed = await verified(intake)
    (event,) = of(intake, filed["case_id"], VerificationCompleted)
    assert "9876543212" not in event.model_dump_json()
    opened = PersonalData.from_json(intake.ring.open(filed["case_id"], event.sealed_person))
    assert opened == PersonalData(phone="+919876543212")
    own = await later(intake, application("job-verification"))
    await intake.assign(own["case_id"])
    await intake.command(own["case_id"], "complete-verification", {"outcome": "clear"})
    (event,) = of(intake, own["case_id"], VerificationCompleted)
    assert event.sealed_person is None


async def test_an_objection_by_his_own_phone_is_decided_by_another(intake: Rig) -> None:
    """Recorded once; the desk sees it, who verified can't decide it, and what is upheld ends in a new result."""
    filed = await verified(intake)
    number, case_id = filed["tracking_number"], filed["case_id"]
    first = await dispute(intake, number, idempotency_key="once")
    assert (first.status_code, (await dispute(intake, number, idempotency_key="once")).json()) == (202, first.json())
    assert (await dispute(intake, number)).json()["code"] == "transition_not_allowed"
    assert len(of(intake, case_id, VerificationDisputed)) == 1
    desk = (await intake.get(f"/v1/desk/cases/{case_id}", by=SHO)).json()
    assert (desk["dispute"]["state"], "verification_disputed" in desk["flags"]) == ("open", True)
    assert "decide-dispute" not in desk["allowed"]
    assert "complete-verification" not in desk["allowed"]
    own = await intake.command(case_id, "decide-dispute", {"decision": "refused"})
    assert (own.status_code, own.json()["code"]) == (409, "another_officer_decides")
    for body in ({"decision": "upheld"}, {"decision": "refused", "outcome": "clear"}, {"decision": "dream"}):
        assert (await intake.command(case_id, "decide-dispute", body, by=SDPO)).status_code == 422
    upheld = await intake.command(case_id, "decide-dispute", {"decision": "upheld", "outcome": "clear"}, by=SDPO)
    assert upheld.status_code == 202, upheld.text
    (decided,) = of(intake, case_id, DisputeDecided)
    assert PersonalData.from_json(intake.ring.open(case_id, decided.sealed_person)).phone == TENANT.phone
    assert [one.outcome for one in of(intake, case_id, VerificationCompleted)] == ["unable", "clear"]
    status = (await intake.get(f"/v1/complaints/{number}", by=ASHA)).json()
    assert status["outcome"]["code"] == "clear"


async def test_a_refusal_leaves_the_result(intake: Rig) -> None:
    """It ends the matter: the same result is not disputed twice."""
    filed = await verified(intake, "adverse")
    number, case_id = filed["tracking_number"], filed["case_id"]
    await dispute(intake, number)
    assert (await intake.command(case_id, "decide-dispute", {"decision": "refused"}, by=SP)).status_code == 202
    assert len(of(intake, case_id, VerificationCompleted)) == 1
    desk = (await intake.get(f"/v1/desk/cases/{case_id}", by=SHO)).json()
    assert (desk["dispute"]["state"], "verification_disputed" in desk["flags"]) == ("decided", False)
    assert (await dispute(intake, number)).status_code == 409
    status = (await intake.get(f"/v1/complaints/{number}", by=ASHA)).json()
    assert status["outcome"]["code"] == "unable"


async def test_a_stranger_who_knows_the_number_learns_nothing(intake: Rig) -> None:
    """The applicant, another login and none get for it what they get for a number that there is not."""
    filed = await verified(intake)
    for by, status in ((ASHA, 404), (RAVI, 404), (None, 401)):
        real, none = await dispute(intake, filed["tracking_number"], by), await dispute(intake, UNKNOWN, by)
        assert (real.status_code, none.status_code) == (status, status)
        assert real.content == none.content
    assert of(intake, filed["case_id"], VerificationDisputed) == []
    own = await later(intake, application("job-verification"))
    assert (await dispute(intake, own["tracking_number"])).status_code == 404
    assert (await dispute(intake, "JS-26-B6Z3-Q455-5")).json()["code"] == "tracking_number_mistyped"


@pytest.mark.parametrize("written", ["+91 70000 00000", "917000000000", "07000000000", "70000-00000"])
async def test_a_number_with_its_country_is_not_cut_as_an_aadhaar_number(intake: Rig, written: str) -> None:
    """917000000000 has the check digit of one: the person verified would never hear of his result."""
    filed = await verified(intake, tenant_mobile=written)
    assert intake.personal(filed["case_id"]).attributes["tenant_mobile"] == "7000000000"
    (event,) = of(intake, filed["case_id"], VerificationCompleted)
    opened = PersonalData.from_json(intake.ring.open(filed["case_id"], event.sealed_person))
    assert opened.phone == "+917000000000"


async def test_before_a_result_there_is_nothing_to_object_to(intake: Rig) -> None:
    """Nor is any other service's case disputed."""
    filed = await later(intake, application("tenant-verification"))
    await intake.assign(filed["case_id"])
    early = await dispute(intake, filed["tracking_number"])
    assert (early.status_code, early.json()["code"]) == (409, "transition_not_allowed")


async def test_without_his_phone_a_counter_records_it(intake: Rig) -> None:
    """At any police station, which sees who he is; it gets no more of the case. A dispatcher is no counter."""
    filed = await verified(intake)
    assert (await dispute(intake, filed["tracking_number"], DISPATCHER)).status_code == 403
    elsewhere = await dispute(intake, filed["tracking_number"], OTHER_SHO)
    assert elsewhere.status_code == 202, elsewhere.text
    assert (await intake.get(f"/v1/desk/cases/{filed['case_id']}", by=OTHER_SHO)).status_code == 404
    (event,) = of(intake, filed["case_id"], VerificationDisputed)
    assert event.by_post == "SHO:5140012"
    other = await verified(intake)
    assert (await dispute(intake, other["tracking_number"], COUNTER)).status_code == 202
    assert (await dispute(intake, UNKNOWN, COUNTER)).status_code == 404
