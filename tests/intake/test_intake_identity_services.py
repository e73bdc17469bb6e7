"""Which services ask who the citizen is: for the filing, or before he is given another person's result."""

from typing import Any

import pytest

from intake.case.identity import is_settled
from intake.case.model import IdentityState
from tests.intake.intake_rig import ASHA, CATALOGUE, RAVI, Rig
from tests.intake.test_intake_identity import DOCUMENT, PAN
from tests.intake.test_intake_identity_holds import later, notices

OF_ANOTHER = ("tenant-verification", "domestic-help-verification", "driver-verification")


def application(service_code: str, **answers: Any) -> dict[str, Any]:
    """The catalogue's own example with these answers over it."""
    service = CATALOGUE.get(service_code)
    assert service is not None
    assert service.example is not None
    example = service.example.model_dump(exclude_none=True)
    return {
        "service_code": service_code,
        "complainant": {"name": "आशा देवी"},
        **example,
        "attributes": {**example["attributes"], **answers},
    }


@pytest.mark.parametrize("service", OF_ANOTHER)
async def test_a_result_about_another_waits_for_the_applicants_identity(intake: Rig, service: str) -> None:
    """Anybody with a phone files; the result is given once an officer saw who asked for it."""
    answer = await later(intake, application(service))
    assert notices(answer) == ["identity_needed"]
    case_id = answer["case_id"]
    await intake.assign(case_id)
    refused = await intake.command(case_id, "complete-verification", {"outcome": "clear"})
    assert (refused.status_code, refused.json()["code"]) == (409, "identity_not_confirmed")
    assert "complete-verification" not in refused.json()["allowed"]
    assert (await intake.command(case_id, "review-identity", {"outcome": "confirmed"})).status_code == 202
    assert (
        await intake.command(case_id, "complete-verification", {"outcome": "clear", "address_waiver": "no_answer"})
    ).status_code == 202
    shown = (await intake.http.get(f"/v1/services/{service}")).json()
    assert (shown["login"], shown["result_login"]) == ("citizen", "identity")


@pytest.mark.parametrize("service", ["character-certificate", "job-verification", "licence-verification"])
async def test_a_number_of_the_form_is_compared_where_it_is_the_filers_own(intake: Rig, service: str) -> None:
    """The register's word confirms it; one that somebody else gave before is held."""
    intake.register.people[PAN] = ("आशा देवी", 1988)
    await intake.post("/v1/me/identity", DOCUMENT, by=ASHA)
    mine = await later(intake, application(service, identity_pan=PAN))
    other = await later(intake, application(service, identity_pan=PAN), by=RAVI)
    assert is_settled(intake.store.cases[mine["case_id"]])
    assert (notices(mine), notices(other)) == ([], ["identity_review"])


@pytest.mark.parametrize(
    ("service", "answers"),
    [("job-verification", {"requester": "employer", "candidate_consents": True}), ("tenant-verification", {})],
    ids=["the candidate's", "the tenant's"],
)
async def test_a_number_of_somebody_else_does_not_count_for_the_filer(
    intake: Rig, service: str, answers: dict[str, Any]
) -> None:
    """The person verified holds the paper, and may hold an account: neither is confirmed or held by the other."""
    intake.register.people[PAN] = ("नमूना कुमार", 1988)
    await intake.post("/v1/me/identity", {**DOCUMENT, "name": "नमूना कुमार"}, by=RAVI)
    filed = await later(intake, application(service, identity_pan=PAN, **answers))
    known = intake.store.cases[filed["case_id"]].identity
    assert known is not None
    assert (known.state, known.claim) == (IdentityState.NEEDED, None)
