"""An officer files at the counter for a citizen with or without a phone: every service, read back, no OTP alone."""

from typing import Any

import pytest

from intake.case.states import Family
from tests.intake.intake_rig import ASHA, CATALOGUE, COMPLAINT, COUNTER, DISPATCHER, RAVI, SHO, Rig

READ_BACK: dict[str, Any] = {"read_back": True, "confirmation": "thumb", "language": "maithili"}
SERVICES = sorted(
    one.code
    for one in CATALOGUE
    if one.live and one.family not in (Family.LOOKUP, Family.EMERGENCY, Family.TIP) and one.example
)


@pytest.mark.parametrize("code", SERVICES)
async def test_every_service_is_filed_at_the_counter(intake: Rig, code: str) -> None:
    """Without a phone: a receipt opens the case, the officer's post and the confirmation are on record."""
    service = CATALOGUE.get(code)
    assert service is not None
    assert service.example is not None
    example = service.example.model_dump(exclude_none=True)
    body = {"location": COMPLAINT["location"], "service_code": code, "complainant": {"name": "आशा देवी"}, **example}
    filed = await intake.filed({**body, "counter": READ_BACK}, by=COUNTER)
    case = intake.store.cases[filed["case_id"]]
    assert case.counter is not None
    assert (case.channel, case.owner, case.counter.post, case.counter.confirmation) == (
        "counter",
        None,
        "SHO:5140003",
        "thumb",
    )
    status = await intake.get(f"/v1/complaints/{filed['tracking_number']}", x_receipt=filed["receipt_secret"])
    assert status.status_code == 200


async def test_who_gave_his_phone_finds_the_case_by_its_login(intake: Rig) -> None:
    """By its number; another citizen does not, and the officer is not its owner."""
    body = {**COMPLAINT, "complainant": {"name": "आशा", "phone": ASHA.phone}, "counter": READ_BACK}
    filed = await intake.filed(body, by=SHO)
    url = f"/v1/complaints/{filed['tracking_number']}"
    assert (await intake.get(url, by=ASHA)).status_code == 200
    assert (await intake.get(url, by=RAVI)).status_code == 404


@pytest.mark.parametrize(
    "counter",
    [
        None,
        {},
        {**READ_BACK, "read_back": False},
        {**READ_BACK, "confirmation": "otp"},
        {**READ_BACK, "identity": {"document": "234123412346"}},
        {**READ_BACK, "identity": {"document": "pan_card", "last_four": "234123412346"}},
    ],
    ids=["nothing", "empty", "not read back", "otp alone", "aadhaar", "aadhaar's end"],
)
async def test_what_was_not_read_back_is_not_filed(intake: Rig, counter: dict[str, Any] | None) -> None:
    """422, and no case."""
    body = COMPLAINT if counter is None else {**COMPLAINT, "counter": counter}
    assert (await intake.file(body, by=COUNTER)).status_code == 422
    assert intake.store.cases == {}


@pytest.mark.parametrize("by", [ASHA, DISPATCHER])
async def test_only_an_officer_of_a_counter_files_there(intake: Rig, by: Any) -> None:
    """Neither a citizen nor the control room: 403."""
    assert (await intake.file({**COMPLAINT, "counter": READ_BACK}, by=by)).status_code == 403


async def test_the_original_that_the_officer_saw_confirms_the_applicant(intake: Rig) -> None:
    """Else the notice names the step, as online."""
    service = CATALOGUE.get("character-certificate")
    assert service is not None
    assert service.example is not None
    body = {"service_code": service.code, "attributes": service.example.attributes}
    seen = {**READ_BACK, "identity": {"document": "voter_card", "last_four": "4566"}}
    states = []
    for counter in (seen, READ_BACK):
        filed = await intake.filed({**body, "counter": counter}, by=COUNTER)
        identity = intake.store.cases[filed["case_id"]].identity
        assert identity is not None
        states.append((identity.state, [one["code"] for one in filed["notices"]]))
    assert states == [("confirmed", []), ("needed", ["identity_needed"])]
