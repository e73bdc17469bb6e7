"""A service is data: it is filed, assigned, acknowledged and ended without a line of code."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from intake.catalogue.api import CatalogueReader
from intake.catalogue.loader import SHIPPED, Catalogue, read_catalogue
from intake.catalogue.model import NEVER_NARROWED, CatalogueFile
from intake.texts import load_texts
from tests.intake import intake_rig
from tests.intake.intake_rig import ASHA, CATALOGUE, COUNTER, POLICIES, SHO, START, Rig

# What a maintainer writes to add one: the whole of it.
HOSTEL: dict[str, Any] = yaml.safe_load("""
code: hostel-registration
family: registration
lane: routine
login: citizen
priority: normal
names: {hi: "छात्रावास का पंजीकरण", en: "Registration of a hostel"}
how_to: {hi: "छात्रावास का पता और कमरे लिखें।", en: "Give the hostel's address and its rooms."}
who: citizen
routed_by: place
outside_the_state: place_in_bihar
yields: {summary: {hi: "थाने का उत्तर", en: "An answer of the station"}}
place_required: true
fee: {amount: 0, currency: INR}
urgent_when: [{fire_exit: false}]
notices:
  - {code: call_101, when: {fire_exit: false}, hi: "आग लगे तो 112 पर कॉल करें", en: "In a fire call 112"}
attributes:
  required: [rooms, fire_exit]
  properties:
    owner: {block: person, group: {hi: "मालिक", en: "Owner of the hostel"}, only: [name], required: [name]}
    hostel: {block: address, without: [since, pin]}
    rooms: {title: {hi: "कितने कमरे", en: "Number of rooms"}, type: integer, minimum: 1}
    fire_exit: {title: {hi: "आग से निकलने का रास्ता है", en: "There is a fire exit"}, type: boolean, x-clear: true}
""")
HOSTEL_ANSWERS = {
    "owner_name": "आशा देवी",
    "hostel_address": "वार्ड 4",
    "hostel_district": "अररिया",
    "hostel_state": "bihar",
    "rooms": 12,
    "fire_exit": False,
}


def catalogue_with(*services: dict[str, Any]) -> Catalogue:
    shipped = read_catalogue(SHIPPED)
    return Catalogue(CatalogueFile.model_validate({**shipped, "services": [*shipped["services"], *services]}))


async def worked_to_its_end(intake: Rig, body: dict[str, Any]) -> str:
    """Filed by a citizen, sent to a station, acknowledged and closed there; the case id."""
    filed = await intake.filed(body)
    case_id = str(filed["case_id"])
    await intake.assign(case_id)
    view = (await intake.get(f"/v1/desk/cases/{case_id}", by=SHO)).json()
    assert "acknowledge" in view["allowed"]
    assert (await intake.command(case_id, "acknowledge")).json()["status"] == "acknowledged"
    closed = await intake.command(case_id, "close", {"outcome": "permitted", "reason_code": "done"})
    assert (closed.status_code, closed.json()["status"]) == (202, "closed")
    return case_id


async def test_event_permission_is_data_alone(intake: Rig) -> None:
    """Bihar's newest service runs from filing to its end, and no module names it."""
    service = CATALOGUE.get("event-permission")
    assert service is not None
    assert service.example is not None
    example = service.example.model_dump(exclude_none=True)
    await worked_to_its_end(intake, {"service_code": "event-permission", "channel": "web", **example})
    package = Path(SHIPPED).parent
    assert [path for path in package.rglob("*.py") if "event-permission" in path.read_text("utf8")] == []


async def test_a_service_of_one_file_is_filed_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """It exists in this test's data alone: questions, blocks, urgency and notice work by themselves."""
    monkeypatch.setattr(intake_rig, "CATALOGUE", catalogue_with(HOSTEL))
    body = {"service_code": "hostel-registration", "channel": "web", "attributes": HOSTEL_ANSWERS}
    async with intake_rig.rig() as intake:
        case_id = await worked_to_its_end(intake, body)
        assert intake.store.cases[case_id].priority == "urgent"
        refused = await intake.file({**body, "attributes": {"rooms": 0}}, accept_language="hi")
        found = {error["pointer"]: error["message"] for error in refused.json()["errors"]}
        assert found["/attributes/owner_name"] == "“मालिक: नाम” आवश्यक है"
        assert found["/attributes/rooms"] == "कम से कम 1 होना चाहिए"
        notes = (await intake.file(body, accept_language="hi")).json()["notices"]
        assert [one["text"] for one in notes] == ["आग लगे तो 112 पर कॉल करें"]
        form = (await intake.get("/v1/services/hostel-registration", accept_language="en")).json()["attributes"]
        assert form["properties"]["owner_name"]["title"] == "Owner of the hostel: Name"
        assert form["properties"]["owner_name"]["x-group"] == "Owner of the hostel"


async def test_a_lookup_makes_no_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """A register that is live is read, not filed: the answer says where, in the reader's language."""
    shipped = read_catalogue(SHIPPED)
    register = next(one for one in shipped["services"] if one["code"] == "fir-copy")
    live = {**register, "code": "live-register", "live": True}
    names = {"names": {"hi": "खुली पंजी", "en": "Open register"}}
    monkeypatch.setattr(intake_rig, "CATALOGUE", catalogue_with({**live, **names}))
    async with intake_rig.rig() as intake:
        refused = await intake.file({"service_code": "live-register"}, by=None, accept_language="hi")
        assert (refused.status_code, refused.json()["code"]) == (422, "service_is_a_lookup")
        assert refused.json()["look_at"] == "/v1/registers/fir"
        assert "पंजी" in refused.json()["errors"][0]["message"]
        assert intake.store.cases == {}


@pytest.mark.parametrize("language", ["hi", "en"])
async def test_a_service_that_is_not_live_advises_what_to_do(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    """Listed, refused with its own sentence, with or without a login; nothing is filed."""
    advice = {"hi": "थाने जाएँ।", "en": "Go to the station."}
    monkeypatch.setattr(intake_rig, "CATALOGUE", catalogue_with({**HOSTEL, "live": False, "meanwhile": advice}))
    body = {"service_code": "hostel-registration", "channel": "web", "attributes": HOSTEL_ANSWERS}
    async with intake_rig.rig() as intake:
        listed = (await intake.get("/v1/services/hostel-registration")).json()
        assert (listed["live"], listed["meanwhile"]) == (False, advice)
        for by in (None, ASHA):
            refused = await intake.file(body, by=by, accept_language=language)
            assert (refused.status_code, refused.json()["code"]) == (422, "service_not_live")
            assert refused.json()["errors"][0]["message"] == advice[language]
        assert intake.store.cases == {}


async def test_a_service_opens_on_its_first_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then it is refused with what to do meanwhile; on the day, in India, it is taken."""
    later = {**HOSTEL, "live_from": date(2026, 11, 24), "meanwhile": {"hi": "थाने जाएँ।", "en": "Go to the station."}}
    monkeypatch.setattr(intake_rig, "CATALOGUE", catalogue_with(later))
    body = {"service_code": "hostel-registration", "channel": "web", "attributes": HOSTEL_ANSWERS}
    async with intake_rig.rig() as intake:
        early = await intake.file(body, accept_language="en")
        assert early.json()["errors"][0]["message"] == "Go to the station."
        intake.clock.advance(date(2026, 11, 24) - date(2026, 11, 22))
        assert (await intake.file(body)).status_code == 202


NARROWED = {
    **HOSTEL,
    "districts": ["अररिया", "Katihar"],
    "district_asked_by": "hostel_district",
    "meanwhile": {"hi": "थाने में लिखित आवेदन दें।", "en": "Apply in writing at the station."},
}


@pytest.mark.parametrize(
    ("district", "live"),
    [
        ("अररिया", True),
        ("ARARIA", True),
        (" katihar ", True),
        ("Patna", False),
        ("Kathmandu", False),
        ("ब" * 90, False),
    ],
)
async def test_a_service_is_kept_to_its_districts(monkeypatch: pytest.MonkeyPatch, district: str, live: bool) -> None:
    """In any spelling; elsewhere the answer says where it is live and what to do, and no case is made."""
    monkeypatch.setattr(intake_rig, "CATALOGUE", catalogue_with(NARROWED))
    answers = {**HOSTEL_ANSWERS, "hostel_district": district}
    body = {"service_code": "hostel-registration", "channel": "web", "attributes": answers}
    async with intake_rig.rig() as intake:
        answer = await intake.file(body, accept_language="hi")
        assert (answer.status_code == 202) == live
        assert len(intake.store.cases) == live
        if not live:
            problem = answer.json()
            assert (problem["code"], problem["districts"]) == ("service_not_in_district", ["Araria", "Katihar"])
            assert problem["errors"][0]["pointer"] == "/attributes/hostel_district"
            assert problem["errors"][0]["message"] == "थाने में लिखित आवेदन दें।"
            english = (await intake.file(body, accept_language="en")).json()
            shown = english["title"], english["errors"][0]["message"]
            assert shown == ("This service is not live in this district yet", "Apply in writing at the station.")


@pytest.mark.parametrize(("district", "status"), [("Katihar", 202), ("Patna", 422)])
async def test_an_officer_at_the_counter_is_kept_to_the_districts_too(
    monkeypatch: pytest.MonkeyPatch, district: str, status: int
) -> None:
    """It is the service that is not there yet, whoever files; what the law leaves open is filed there all the same."""
    monkeypatch.setattr(intake_rig, "CATALOGUE", catalogue_with(NARROWED))
    counter = {"counter": {"read_back": True, "confirmation": "thumb"}}
    answers = {**HOSTEL_ANSWERS, "hostel_district": district}
    async with intake_rig.rig() as intake:
        body = {"service_code": "hostel-registration", "attributes": answers, **counter}
        assert (await intake.file(body, by=COUNTER)).status_code == status
        for code in NEVER_NARROWED - {"emergency-112"}:
            service = CATALOGUE.get(code)
            assert service is not None
            assert service.example is not None
            example = service.example.model_dump(exclude_none=True)
            elsewhere = {"location": {"lat": 25.6, "lon": 85.1}, "description": "नमूना", **example}
            assert (await intake.file({"service_code": code, **elsewhere, **counter}, by=COUNTER)).status_code == 202


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"districts": ["Kathmandu"]}, "no district"),
        ({"district_asked_by": None}, "no question"),
        ({"district_asked_by": "rooms_of_the_moon"}, "no question"),
        ({"meanwhile": None}, "meanwhile"),
        ({"code": "e-complaint"}, "everywhere"),
        ({"code": "missing-person"}, "everywhere"),
        ({"code": "e-fir"}, "everywhere"),
        ({"code": "emergency-112"}, "everywhere"),
    ],
)
def test_the_linter_refuses_a_narrowing_that_could_not_be_kept(wrong: dict[str, Any], why: str) -> None:
    """A district that there is not, no question that names it, no way to go, or a service that the law leaves open."""
    with pytest.raises(ValueError, match=why):
        catalogue_with({**NARROWED, **wrong})


async def test_a_frontend_asks_for_the_catalogue_once(intake: Rig) -> None:
    """The same ETag is 304 without a body; the other language has another."""
    for path in ("/v1/services", "/v1/services/e-fir"):
        hindi = await intake.get(path, accept_language="hi")
        english = await intake.get(path, accept_language="en")
        assert hindi.headers["etag"] != english.headers["etag"]
        again = await intake.get(path, accept_language="hi", if_none_match=hindi.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")
        other = await intake.get(path, accept_language="en", if_none_match=hindi.headers["etag"])
        assert other.status_code == 200


def test_every_edit_changes_the_version() -> None:
    """It follows from what is written: nobody has to remember to raise it."""
    assert catalogue_with().version == CATALOGUE.version
    longer = {**HOSTEL, "how_to": {**HOSTEL["how_to"], "en": "Give the address."}}
    assert len({CATALOGUE.version, catalogue_with(HOSTEL).version, catalogue_with(longer).version}) == 3


def test_an_answer_is_made_once_a_day() -> None:
    """Rendering the catalogue is dear; it is kept until the day, the policies or the language change."""
    reader = CatalogueReader(CATALOGUE, POLICIES, load_texts())
    assert reader.all("hi", START) is reader.all("hi", START)
    assert reader.all("hi", START) is not reader.all("en", START)
