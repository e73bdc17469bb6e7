"""From information to the FIR: who may register, decline and enquire into what, each rule with its source in law."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from event_schemas import (
    ClockEnded,
    DocumentsRequested,
    FIRDeclined,
    FIRRegistered,
    InformationSigned,
    PreliminaryEnquiryOrdered,
    SLAClockStarted,
)
from intake.fir.commands import RegisterFIR
from intake.fir.domain import BARS
from intake.fir.numbers import read_fir_number
from intake.fir.sections import BNS, read_section, unknown_sections
from intake.problems import ENQUIRY_NOT_ALLOWED
from tests.intake.intake_rig import ASHA, COMPLAINT, COUNTER, OTHER_SHO, OTHER_STATION, SP, Rig
from tests.intake.test_intake_desk import at_station
from tests.intake.test_intake_status import apply_derived, clock_started

FIR = {"fir_number": "123/2026", "sections": ["303(2)", "IT 66C"]}


def of_category(category: str) -> dict[str, Any]:
    return COMPLAINT | {"attributes": {"category": category}}


async def sign_until(intake: Rig, case_id: str, days: int) -> None:
    """The citizen's time to sign, as the monitor emits it."""
    now = intake.clock.now()
    started = clock_started(case_id, now).model_dump()
    started |= {"clock": "efir_signature", "clock_id": "efir_signature:1", "owner": "citizen"}
    await apply_derived(intake, SLAClockStarted(**(started | {"due_at": now + timedelta(days=days)})))


async def last(intake: Rig, case_id: str, kind: type) -> Any:
    return [event for event in intake.events(case_id) if isinstance(event, kind)][-1]


async def test_an_fir_needs_no_inquiry_before_it(intake: Rig) -> None:
    """Lalita Kumari: from an assigned case at once; the sections, the station and the year are in the event."""
    case_id = await at_station(intake)
    done = await intake.command(case_id, "register-fir", FIR)
    assert (done.status_code, done.json()["status"]) == (202, "fir_registered"), done.text
    event = await last(intake, case_id, FIRRegistered)
    assert (event.fir_number, event.year, event.station) == ("123/2026", 2026, "5140003")
    assert (event.sections, event.zero_fir, event.previous_fir) == (("BNS 303(2)", "IT 66C"), False, None)
    again = await intake.command(case_id, "register-fir", FIR)
    assert again.json()["code"] == "transition_not_allowed"


async def test_an_fir_follows_an_inquiry_too(intake: Rig) -> None:
    """Its finding has resolved the case; the FIR is registered all the same."""
    case_id = await at_station(intake)
    await intake.command(case_id, "complete-inquiry", {"finding": "substantiated", "fir_recommended": True})
    assert (await intake.command(case_id, "register-fir", FIR)).json()["status"] == "fir_registered"


async def test_the_sections_of_a_sensitive_case_are_sealed(intake: Rig) -> None:
    """Neither the event nor the case shows them; the key of the case does."""
    case_id = await at_station(intake, of_category("crime_against_women"))
    done = await intake.command(case_id, "register-fir", {"fir_number": "7/26", "sections": ["74"]})
    assert done.status_code == 202, done.text
    event = await last(intake, case_id, FIRRegistered)
    assert event.sections == ()
    assert json.loads(intake.ring.open(case_id, event.sealed_sections)) == ["BNS 74"]
    assert "BNS 74" not in repr(intake.store.cases[case_id])


async def test_a_section_that_there_is_not_is_named(intake: Rig) -> None:
    """BNS ends at 358; nothing is written."""
    case_id = await at_station(intake)
    refused = await intake.command(case_id, "register-fir", FIR | {"sections": ["303", "359", "BNS 420"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "sections_unknown")
    assert refused.json()["sections"] == ["BNS 359", "BNS 420"]
    assert not [one for one in intake.events(case_id) if isinstance(one, FIRRegistered)]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"fir_number": "123/2031"}, "/fir_number"),
        ({"fir_number": "abc"}, "/fir_number"),
        ({"sections": []}, "/sections"),
    ],
)
async def test_a_wrong_number_is_named_by_its_field(intake: Rig, wrong: dict[str, Any], pointer: str) -> None:
    """Of a year to come, of no form, or no section at all."""
    case_id = await at_station(intake)
    refused = await intake.command(case_id, "register-fir", FIR | wrong)
    assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


async def test_a_zero_fir_is_completed_by_the_receiving_station(intake: Rig) -> None:
    """BNSS 173(1): recorded anywhere, it moves with its number, which the receiving station's FIR names."""
    case_id = await at_station(intake)
    zero = {"fir_number": "0/26-4", "sections": ["303(2)"], "zero_fir": True}
    assert (await intake.command(case_id, "register-fir", zero)).status_code == 202
    assert (await intake.command(case_id, "register-fir", zero)).json()["code"] == "zero_fir_exists"
    moved = await intake.command(case_id, "transfer", {"to_station": "5140012", "reason_code": "other_jurisdiction"})
    assert moved.status_code == 202
    await intake.assign(case_id, 2, OTHER_STATION)
    done = await intake.command(case_id, "register-fir", FIR, by=OTHER_SHO)
    assert done.status_code == 202, done.text
    event = await last(intake, case_id, FIRRegistered)
    assert (event.station, event.zero_fir, event.previous_fir) == ("5140012", False, "0/26-4")


async def test_who_signs_in_time_gives_the_information_itself(intake: Rig) -> None:
    """BNSS 173(1)(ii): an officer records the signature; after it the FIR is not the officer's own statement."""
    case_id = await at_station(intake)
    await sign_until(intake, case_id, 3)
    signed = await intake.command(case_id, "sign-information", {"method": "in_person"}, by=COUNTER)
    assert signed.status_code == 202, signed.text
    assert not (await last(intake, case_id, InformationSigned)).late
    assert (await intake.command(case_id, "sign-information", {})).json()["code"] == "transition_not_allowed"
    await intake.command(case_id, "register-fir", FIR)
    assert not (await last(intake, case_id, FIRRegistered)).own_statement


async def test_who_signs_late_gives_it_anew(intake: Rig) -> None:
    """After the time it is accepted, and marked; the timeline says what it means."""
    filed = await intake.filed(COMPLAINT)
    case_id = str(filed["case_id"])
    await intake.assign(case_id)
    await sign_until(intake, case_id, 3)
    intake.clock.advance(timedelta(days=3, seconds=1))
    assert (await intake.command(case_id, "sign-information", {})).status_code == 202
    assert (await last(intake, case_id, InformationSigned)).late
    shown = await intake.get(f"/v1/complaints/{filed['tracking_number']}", by=ASHA, accept_language="en")
    assert "anew" in shown.json()["timeline"][-1]["text"]


async def test_an_unsigned_fir_rests_on_the_officers_statement(intake: Rig) -> None:
    """The officer in charge may register on his own statement; the citizen's time to sign ends with it."""
    case_id = await at_station(intake)
    await sign_until(intake, case_id, 3)
    await intake.command(case_id, "register-fir", FIR)
    assert (await last(intake, case_id, FIRRegistered)).own_statement
    ended = [str(one.clock_id) for one in intake.events(case_id) if isinstance(one, ClockEnded)]
    assert ended.count("efir_signature:1") == 1


async def test_who_is_declined_reads_both_ways(intake: Rig) -> None:
    """BNSS 173(4) and 175(3): the SP in writing, then the Magistrate; and an FIR is still possible."""
    filed = await intake.filed(COMPLAINT)
    case_id = str(filed["case_id"])
    await intake.assign(case_id)
    intake.clock.advance(timedelta(seconds=1))
    declined = await intake.command(case_id, "decline-fir", {"reason_code": "non_cognizable"})
    assert (declined.status_code, declined.json()["status"]) == (202, "in_progress"), declined.text
    event = await last(intake, case_id, FIRDeclined)
    assert (event.reason_code, event.by_post) == ("non_cognizable", "SHO:5140003")
    shown = await intake.get(f"/v1/complaints/{filed['tracking_number']}", by=ASHA, accept_language="en")
    for text in (shown.json()["timeline"][-1]["text"], shown.json()["next_step"]):
        assert "Superintendent" in text
        assert "Magistrate" in text
    assert (await intake.command(case_id, "decline-fir", {"reason_code": "x"})).status_code == 409
    assert (await intake.command(case_id, "register-fir", FIR)).status_code == 202


async def test_an_enquiry_needs_the_permission_of_an_sdpo(intake: Rig) -> None:
    """BNSS 173(3): the SHO names who permitted it; a post below is none, and the SP permits it himself."""
    case_id = await at_station(intake)
    for body in ({}, {"permitted_by_post": "SHO:5140003"}):
        refused = await intake.command(case_id, "start-preliminary-enquiry", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "permission_missing")
    assert (await intake.command(case_id, "start-preliminary-enquiry", {}, by=SP)).status_code == 202
    assert (await last(intake, case_id, PreliminaryEnquiryOrdered)).permitted_by_post == "SP:ARARIA"


@pytest.mark.parametrize(("category", "message"), [("sc_st_atrocity", "18A"), ("child_abuse", "child")])
async def test_the_law_bars_an_enquiry(intake: Rig, category: str, message: str) -> None:
    """SC/ST Act s. 18A and POCSO: refused with its sentence, and not listed as allowed."""
    case_id = await at_station(intake, of_category(category))
    body = {"permitted_by_post": "SDPO:5140003"}
    refused = await intake.command(case_id, "start-preliminary-enquiry", body, accept_language="en")
    assert (refused.status_code, refused.json()["code"]) == (409, "enquiry_not_allowed")
    assert message in refused.json()["detail"]
    assert "start-preliminary-enquiry" not in refused.json()["allowed"]
    assert "register-fir" in refused.json()["allowed"]


async def test_no_enquiry_after_an_fir_and_no_second_one(intake: Rig) -> None:
    """After the FIR it is an investigation; and fourteen days are not begun anew."""
    body, details = {"permitted_by_post": "SDPO:5140003"}, []
    for first in ("start-preliminary-enquiry", "register-fir"):
        case_id = await at_station(intake, COMPLAINT | {"description": f"stolen before {first}"})
        await intake.command(case_id, first, body if first.startswith("start") else FIR)
        refused = await intake.command(case_id, "start-preliminary-enquiry", body, accept_language="en")
        details.append((refused.status_code, refused.json()["detail"]))
    assert [status for status, _ in details] == [409, 409]
    assert len({detail for _, detail in details}) == 2


def test_each_bar_of_the_law_has_its_sentence_and_source() -> None:
    """An officer who is refused reads why."""
    assert {one.bar for one in BARS} <= set(ENQUIRY_NOT_ALLOWED.because or {})
    assert all(one.source for one in BARS)


async def test_papers_are_asked_for_by_name(intake: Rig) -> None:
    """The citizen reads which, in his language, and may add them though the service does not ask for them."""
    filed = await intake.filed(COMPLAINT)
    case_id = str(filed["case_id"])
    await intake.assign(case_id)
    intake.clock.advance(timedelta(seconds=1))
    done = await intake.command(case_id, "request-documents", {"documents": ["identity", "residence", "identity"]})
    assert (done.status_code, done.json()["status"]) == (202, "assigned"), done.text
    assert (await last(intake, case_id, DocumentsRequested)).documents == ("identity", "residence")
    shown = await intake.get(f"/v1/complaints/{filed['tracking_number']}", by=ASHA, accept_language="hi")
    assert "निवास का प्रमाण" in shown.json()["timeline"][-1]["text"]
    asked = {one["code"]: (one["required"], one["received"]) for one in shown.json()["documents"]}
    assert asked["residence"] == asked["identity"] == (False, False)
    refused = await intake.command(case_id, "request-documents", {"documents": ["aadhaar"]})
    assert refused.json()["code"] == "validation_failed"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("303(2)", "BNS 303(2)"), ("bns 303 (2)", "BNS 303(2)"), ("३०३", "BNS 303"), ("SCST 3(1)(r)", "SCST 3(1)(r)"),
        ("I.T. 66C", None), ("IT 66C", "IT 66C"), ("XYZ 4", None), ("303;", None), ("", None),
    ],
)  # fmt: skip
def test_a_section_has_one_spelling(written: str, read: str | None) -> None:
    """With its Act before it; what is no section is refused."""
    if read is None:
        with pytest.raises(ValueError, match="section"):
            read_section(written)
    else:
        assert read_section(written) == read


def test_the_sections_of_bns_are_all_there() -> None:
    """1 to 358, and of other Acts none is judged."""
    assert {str(number) for number in range(1, 359)} == BNS
    assert unknown_sections(["BNS 0", "BNS 358", "BNS 63A", "IT 999"]) == ("BNS 0", "BNS 63A")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("123/26", "123/26"),
        ("कांड संख्या १२३/२६", "123/26"),
        ("FIR No. 0117/2026", "0117/2026"),
        ("0/2026-33", "0/2026-33"),
        ("9", "9"),
    ],
)
def test_an_fir_number_is_read_as_it_is_written(written: str, read: str) -> None:
    """In either script, with or without its title."""
    assert read_fir_number(written) == read


@pytest.mark.parametrize("written", ["", "123456/26", "12/126", "12/1926", "a/26", "12/26/3"])
def test_what_is_no_fir_number_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        RegisterFIR(fir_number=written, sections=("303",))
