"""An officer files at the counter for a citizen with or without a phone: every service, read back, no OTP alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from event_schemas import ComplaintFiled
from intake.case.model import CounterFiling
from intake.case.states import Family
from tests.intake.intake_rig import (
    ASHA,
    CATALOGUE,
    COMPLAINT,
    COUNTER,
    DISPATCHER,
    OTHER_SHO,
    RAVI,
    SHO,
    START,
    Rig,
)

READ_BACK: dict[str, Any] = {"read_back": True, "confirmation": "thumb", "language": "maithili"}
SERVICES = sorted(
    one.code
    for one in CATALOGUE
    if one.live and one.family not in (Family.LOOKUP, Family.EMERGENCY, Family.TIP, Family.NOTICE) and one.example
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


def paper(received_at: datetime, **more: Any) -> dict[str, Any]:
    """A complaint on paper, entered without its writer."""
    counter = READ_BACK | {"read_back": False, "received_at": received_at.isoformat(), "received_by": "post"} | more
    return {**COMPLAINT, "counter": counter}


async def test_the_time_limits_of_paper_run_from_its_receipt(intake: Rig) -> None:
    """The answer, the event and the status name the receipt; the due time is thirty days after it, not after today."""
    received = START - timedelta(days=3)
    filed = await intake.filed(paper(received), by=SHO)
    assert filed["due"][0]["due_at"] == (received + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    (event,) = intake.events(filed["case_id"])
    assert isinstance(event, ComplaintFiled)
    assert (event.occurred_at, event.received_at) == (START, received)
    status = (await intake.get(f"/v1/complaints/{filed['tracking_number']}", x_receipt=filed["receipt_secret"])).json()
    assert status["received_at"] == received.isoformat().replace("+00:00", "Z")
    assert status["documents"][-1] | {"name": ""} == {
        "code": "handed_in_paper",
        "name": "",
        "required": False,
        "received": False,
    }
    assert [one["code"] for one in filed["notices"]] == ["received_on_paper"]


async def test_paper_that_is_entered_late_is_counted_and_shown_to_officers(intake: Rig) -> None:
    """The day after is in time; what is later has its flag on the desk, and one more in the count."""
    within = await intake.filed(paper(START - timedelta(hours=23)), by=SHO)
    late = await intake.filed(paper(START - timedelta(hours=25)), by=SHO)
    flags = {}
    for case_id in (within["case_id"], late["case_id"]):
        await intake.assign(case_id)
        flags[case_id] = (await intake.get(f"/v1/desk/cases/{case_id}", by=SHO)).json()["flags"]
    assert "entered_late" not in flags[within["case_id"]]
    assert "entered_late" in flags[late["case_id"]]
    counted = (await intake.get("/metrics")).text
    assert 'janseva_papers_entered_late_total{service_code="e-complaint"} 1.0' in counted


@pytest.mark.parametrize(
    ("ago", "code"),
    [(timedelta(minutes=-6), "in_future"), (timedelta(days=366), "too_old")],
    ids=["tomorrow", "last year"],
)
async def test_a_receipt_at_no_possible_time_is_refused(intake: Rig, ago: timedelta, code: str) -> None:
    """422 at the field, and no case; an office's clock may be a little fast."""
    refused = await intake.file(paper(START - ago), by=SHO)
    assert refused.status_code == 422
    assert [(one["code"], one["pointer"]) for one in refused.json()["errors"]] == [(code, "/counter/received_at")]
    assert intake.store.cases == {}
    fast = await intake.filed(paper(START + timedelta(minutes=4)), by=SHO)
    counter = intake.store.cases[fast["case_id"]].counter
    assert counter is not None
    assert counter.received_at == START


async def test_paper_received_at_the_wrong_station_is_routed_by_its_place(intake: Rig) -> None:
    """Any office receives it: it is entered there, and routed by its place."""
    filed = await intake.filed(paper(START - timedelta(hours=2)), by=OTHER_SHO)
    (event,) = intake.events(filed["case_id"])
    assert isinstance(event, ComplaintFiled)
    assert (event.named_station, event.location is not None) == (None, True)
    assert intake.store.cases[filed["case_id"]].counter == CounterFiling(
        OTHER_SHO.post or "", "thumb", "maithili", START - timedelta(hours=2), "post"
    )
