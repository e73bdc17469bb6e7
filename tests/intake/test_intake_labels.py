"""Beside each code that a screen shows stand its words, in the reader's language."""

from typing import Any

import pytest

from tests.intake.intake_rig import COMPLAINT, DISPATCHER, SHO, Rig
from tests.texts.readable import DEVANAGARI

HERE = {"lat": 25.6, "lon": 85.1}
# Codes that are for programs: ids, and what chooses a text that stands elsewhere in the answer.
TEXT_FIELDS = {
    "service_code": "service_name",
    "status": "status_text",
    "priority": "priority_text",
    "category": "category_text",
    "kinds": "kinds_text",
    "allowed": "allowed_text",
    "flags": "flags_text",
    "officer_post": "office_name",
}


def texts_of(view: dict[str, Any]) -> list[str]:
    """All words of a view that stand for its codes."""
    found: list[str] = []
    for code, text in TEXT_FIELDS.items():
        if view.get(code):
            value = view[text]
            found += value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    for clock in view["clocks"]:
        found += [clock["name"], clock["state_text"]]
    if view.get("assignment"):
        found.append(view["assignment"]["reason_text"])
    return found


async def emergency(intake: Rig) -> str:
    answer = await intake.post(
        "/v1/emergencies", {"kinds": ["police", "fire"], "location": {**HERE, "accuracy_m": 5000}}
    )
    case_id: str = answer.json()["case_id"]
    return case_id


@pytest.mark.parametrize("language", ["hi", "en"])
async def test_a_desk_shows_names_beside_its_codes(intake: Rig, language: str) -> None:
    """A case's line and page name service, state, priority, category, kinds and each command in one language."""
    complaint = str((await intake.filed({**COMPLAINT, "attributes": {"category": "theft"}}))["case_id"])
    await intake.assign(complaint)
    call = await emergency(intake)
    for case_id, officer in ((complaint, SHO), (call, DISPATCHER)):
        page = (await intake.get(f"/v1/desk/cases/{case_id}", by=officer, accept_language=language)).json()
        listed = (await intake.get("/v1/desk/cases", by=officer, accept_language=language)).json()["items"]
        line = next(item for item in listed if item["case_id"] == case_id)
        assert page["allowed_text"].keys() == set(page["allowed"])
        assert len(page["kinds_text"]) == len(page["kinds"])
        assert len(page["flags_text"]) == len(page["flags"]) == (case_id == call)
        for text in (*texts_of(page), *texts_of({**line, "officer_post": None})):
            assert bool(DEVANAGARI.search(text)) is (language == "hi"), text
            assert "_" not in text


async def test_a_category_is_called_as_in_the_form(intake: Rig) -> None:
    complaint = str((await intake.filed({**COMPLAINT, "attributes": {"category": "theft"}}))["case_id"])
    await intake.assign(complaint)
    page = (await intake.get(f"/v1/desk/cases/{complaint}", by=SHO, accept_language="hi")).json()
    assert (page["category"], page["category_text"]) == ("theft", "चोरी")


async def test_a_refused_command_is_explained_in_plain_text(intake: Rig) -> None:
    """Neither the state's nor the command's code stands in the detail."""
    complaint = str((await intake.filed(COMPLAINT))["case_id"])
    await intake.assign(complaint)
    await intake.command(complaint, "acknowledge", {})
    path = f"/v1/desk/cases/{complaint}/hold-hearing"
    answer = await intake.post(path, {"outcome": "heard"}, by=SHO, accept_language="hi")
    assert (answer.status_code, answer.json()["code"]) == (409, "transition_not_allowed")
    texts_of = "मामले की स्थिति: कार्यालय ने देखा। अभी यह नहीं हो सकता: सुनवाई का परिणाम दर्ज करना।"
    assert answer.json()["detail"] == texts_of
