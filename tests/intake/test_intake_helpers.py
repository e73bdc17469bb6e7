"""Somebody files for a person: both are on record and both hear of it, and a helper's login opens nothing."""

from typing import Any

import pytest

from event_schemas import ComplaintFiled, PersonalData
from intake.case.model import CaseHelper
from tests.intake.intake_rig import ASHA, CATALOGUE, COMPLAINT, COUNTER, RAVI, SHO, Rig

OPERATOR: dict[str, Any] = {
    "kind": "csc",
    "name": "रवि कुमार",
    "agreed": True,
    "confirmation": "thumb",
    "login": "helper",
}
SON: dict[str, Any] = {"kind": "relative", "name": "रवि कुमार", "phone": RAVI.phone, "agreed": True} | {
    "confirmation": "signature"
}
PERSON = {"name": "आशा देवी", "phone": ASHA.phone}


def helped(helper: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**COMPLAINT, "complainant": PERSON, **more, "helper": helper}


def filing_of(intake: Rig, case_id: str) -> ComplaintFiled:
    event = intake.events(case_id)[0]
    assert isinstance(event, ComplaintFiled)
    return event


def helpers_number(intake: Rig, filed: ComplaintFiled) -> str | None:
    """The number that the notifier will open."""
    if filed.sealed_helper is None:
        return None
    return PersonalData.from_json(intake.ring.open(filed.case_id, filed.sealed_helper)).phone


async def test_an_operators_login_files_for_a_person_and_opens_nothing(intake: Rig) -> None:
    """Both are on record; the case is found by the person's login, and not by the operator's."""
    filed = await intake.filed(helped(OPERATOR), by=RAVI)
    case = intake.store.cases[filed["case_id"]]
    assert case.helper == CaseHelper("csc", "thumb", logged_in=True)
    event = filing_of(intake, case.case_id)
    assert (str(event.helped_by), event.contact_proved) == ("csc", False)
    assert helpers_number(intake, event) == RAVI.phone
    personal = intake.personal(case.case_id)
    assert (personal.name, personal.phone) == (PERSON["name"], ASHA.phone)
    assert personal.attributes["helper_name"] == OPERATOR["name"]
    url = f"/v1/complaints/{filed['tracking_number']}"
    assert (await intake.get(url, by=RAVI)).status_code == 404
    shown = (await intake.get(url, by=ASHA, accept_language="hi")).json()
    assert shown["helper"] == {"kind": "csc", "kind_text": "जन सेवा केंद्र"}
    assert "जन सेवा केंद्र" in shown["timeline"][0]["text"]


async def test_a_relative_helps_on_the_persons_own_login(intake: Rig) -> None:
    """The case is the person's; the relative is on record, and hears of it."""
    filed = await intake.filed(helped(SON), by=ASHA)
    case = intake.store.cases[filed["case_id"]]
    assert (case.owner, case.helper) == (ASHA.sub, CaseHelper("relative", "signature"))
    assert helpers_number(intake, filing_of(intake, case.case_id)) == RAVI.phone


async def test_a_helper_is_on_record_at_the_counter_too(intake: Rig) -> None:
    """Officers see how the person agreed, and name and number of the helper after a reason."""
    counter = {"read_back": True, "confirmation": "thumb"}
    filed = await intake.filed(helped(SON, counter=counter), by=COUNTER)
    await intake.assign(filed["case_id"])
    url = f"/v1/desk/cases/{filed['case_id']}"
    masked = (await intake.get(url, by=SHO)).json()
    assert (masked["agreed_by"], masked["helper"]["kind"]) == ("signature", "relative")
    assert RAVI.phone is not None
    assert RAVI.phone not in str(masked)
    revealed = (await intake.post(f"{url}/reveal", {"reason": "सहायक से पूछना है"}, by=SHO)).json()
    assert revealed["personal"]["attributes"]["helper_mobile"] == RAVI.phone


async def test_a_helper_hears_nothing_of_a_sensitive_case(intake: Rig) -> None:
    """The event carries no number of his; officers have it under seal."""
    sensitive = {**COMPLAINT["attributes"], "category": "crime_against_women"}
    filed = await intake.filed(helped(OPERATOR, attributes=sensitive), by=RAVI)
    event = filing_of(intake, filed["case_id"])
    assert (event.sensitive, event.sealed_helper) == (True, None)
    assert intake.personal(filed["case_id"]).attributes["helper_mobile"] == RAVI.phone


async def test_a_helpers_own_number_is_not_the_persons(intake: Rig) -> None:
    """Who has no phone is not reached by the helper's: he could read and withdraw what is not his."""
    own = {"name": "आशा देवी", "phone": RAVI.phone}
    for complainant in (own, {"name": "आशा देवी"}):
        filed = await intake.filed(helped(OPERATOR, complainant=complainant), by=RAVI)
        case = intake.store.cases[filed["case_id"]]
        assert (case.owner, case.contact, intake.personal(case.case_id).phone) == (None, None, None)
        receipt = filed["receipt_secret"]
        assert (await intake.get(f"/v1/complaints/{case.tracking_number}", x_receipt=receipt)).status_code == 200


async def test_a_helpers_identity_is_not_the_applicants(intake: Rig) -> None:
    """Where a service asks who the applicant is, that is still to be shown."""
    service = CATALOGUE.get("character-certificate")
    assert service is not None
    assert service.example is not None
    body = {"service_code": service.code, "attributes": service.example.attributes, "complainant": PERSON}
    filed = await intake.filed({**body, "helper": OPERATOR}, by=RAVI)
    assert "identity_needed" in [one["code"] for one in filed["notices"]]


async def test_who_can_not_agree_is_asked_by_an_officer(intake: Rig) -> None:
    """A relative may speak for such a person; the desk reads that the person is to be asked."""
    filed = await intake.filed(helped(SON | {"confirmation": "unable"}), by=ASHA)
    assert "person_to_ask" in intake.store.cases[filed["case_id"]].flags
    without = await intake.filed(helped({**SON, "phone": None}), by=ASHA)
    assert "helper_unreached" in intake.store.cases[without["case_id"]].flags


@pytest.mark.parametrize(
    ("helper", "pointer"),
    [
        ({**OPERATOR, "agreed": False}, "/helper/agreed"),
        ({**OPERATOR, "confirmation": "otp"}, "/helper/confirmation"),
        ({**OPERATOR, "confirmation": "unable"}, "/helper/confirmation"),
        ({**OPERATOR, "kind": "hacker"}, "/helper/kind"),
        ({**OPERATOR, "name": "\u200b"}, "/helper/name"),
        ({**SON, "phone": "12"}, "/helper/phone"),
        ({**OPERATOR, "aadhaar": "234123412346"}, "/helper/aadhaar"),
    ],
    ids=["not agreed", "otp alone", "an operator speaks", "nobody", "no name", "no number", "more"],
)
async def test_what_a_helper_may_not_file_is_refused_by_name(intake: Rig, helper: dict[str, Any], pointer: str) -> None:
    """A one-time password is no agreement, and nobody but a relative or representative speaks for the unable."""
    refused = await intake.file(helped(helper), by=RAVI)
    assert refused.status_code in (400, 422)
    assert [one["pointer"] for one in refused.json()["errors"]] == [pointer]
    assert intake.store.cases == {}
    at_counter = {"counter": {"read_back": True, "confirmation": "thumb"}}
    nobody = await intake.file(helped(OPERATOR, **at_counter), by=COUNTER)
    assert [one["pointer"] for one in nobody.json()["errors"]] == ["/helper/login"]
