"""POST /v1/complaints: what is accepted, what is refused, and with which code."""

import asyncio
import json
import uuid
from typing import Any

import pytest

from chassis.faults import StoreUnavailable, UnknownOutcome
from event_schemas import ComplaintFiled
from intake.filing.redaction import MASK
from tests.intake.intake_rig import ASHA, COMPLAINT, RAVI, START, Rig

AADHAAR = "2345 6789 0124"


def but(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**COMPLAINT, **changes}.items() if value is not ...}


async def test_a_complaint_is_accepted(intake: Rig) -> None:
    """The answer names the case, its number, the receipt and the due time of the policy file."""
    answer = await intake.filed(COMPLAINT)
    assert answer["service_code"] == "e-complaint"
    assert answer["lane"] == "routine"
    assert answer["filed_at"] == "2026-11-22T06:30:00Z"
    assert [(due["clock"], due["due_at"]) for due in answer["due"]] == [("inquiry", "2026-12-22T06:30:00Z")]
    assert answer["notices"] == []
    assert answer["status_url"] == f"/v1/complaints/{answer['tracking_number']}"
    assert len(answer["receipt_secret"]) >= 22


async def test_the_event_carries_no_personal_data_in_the_clear(intake: Rig) -> None:
    """Only what the catalogue marks x-clear leaves unsealed; the rest opens with the case's key alone."""
    case_id = (await intake.filed(COMPLAINT))["case_id"]
    (event,) = intake.events(case_id)
    assert isinstance(event, ComplaintFiled)
    assert (event.case_seq, event.occurred_at, event.anonymous) == (1, START, False)
    assert event.attributes == {"category": "theft"}
    record = intake.store.published[0].record
    for secret in ("आशा", "अररिया", "साइकिल", "अज्ञात", "9876543210"):
        assert secret.encode() not in record.value
        assert secret not in repr(intake.store.cases[case_id])
        assert json.dumps(secret)[1:-1].encode() not in record.value
    personal = intake.personal(case_id)
    assert (personal.name, personal.phone) == ("आशा देवी", ASHA.phone)
    assert personal.attributes == {"accused": "अज्ञात"}


async def test_a_sensitive_case_hides_its_place(intake: Rig) -> None:
    """For a crime against a woman the point travels sealed, and the case is of high priority."""
    case_id = (await intake.filed(but(attributes={"category": "crime_against_women"})))["case_id"]
    (event,) = intake.events(case_id)
    assert isinstance(event, ComplaintFiled)
    assert (event.sensitive, event.location, str(event.priority)) == (True, None, "high")
    location = intake.personal(case_id).location
    assert location is not None
    assert location.lat == 26.1358


async def test_aadhaar_numbers_are_removed(intake: Rig) -> None:
    """An Aadhaar number in any text is neither stored nor forwarded, and the citizen is informed."""
    body = but(
        description=f"मेरा आधार {AADHAAR} है",
        complainant={"name": f"Asha {AADHAAR}", "address": AADHAAR},
        attributes={"category": "theft", "accused": f"he has {AADHAAR.replace(' ', '')}"},
    )
    answer = await intake.filed(body)
    personal = intake.personal(answer["case_id"])
    assert "234567890124" not in personal.to_json().decode().replace(" ", "")
    assert personal.address == MASK
    assert [notice["code"] for notice in answer["notices"]] == ["aadhaar_removed"]


async def test_a_description_of_danger_brings_the_number_of_help(intake: Rig) -> None:
    """A complaint that describes a danger now is accepted with a notice that dials 112."""
    answer = await intake.filed(but(description="वह मुझे जान से मारने आया है, बचाओ"))
    assert answer["notices"][0]["action"] == "tel:112"


async def test_texts_are_cleaned(intake: Rig) -> None:
    """NUL, control characters and direction overrides go, Hindi with its joiners and line breaks stays."""
    case_id = (await intake.filed(but(description="क्‍षमा\u0000\u0007\u202e\r\nदूसरी पंक्ति ")))["case_id"]
    assert intake.personal(case_id).description == "क्‍षमा\nदूसरी पंक्ति"


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (b'{"service_code": "e-complaint"', 400, "malformed_json", None),
        (b"", 400, "malformed_json", None),
        (b'{"service_code": "e-complaint", "description": "\xff"}', 400, "malformed_json", None),
        (b'{"service_code": "e-complaint", "description": "\\ud800"}', 400, "malformed_json", None),
        (b'{"service_code": NaN}', 400, "malformed_json", None),
        (b"[]", 422, "validation_failed", ""),
        (b'"text"', 422, "validation_failed", ""),
        (b"{}", 422, "validation_failed", "/service_code"),
        (but(service_code="e-complaints"), 422, "unknown_service", "/service_code"),
        (but(service_code=["e-complaint"]), 422, "unknown_service", "/service_code"),
        (but(urgency="high"), 422, "unknown_field", "/urgency"),
        (but(location={"lat": 26.1, "lon": 87.4, "alt": 3}), 422, "unknown_field", "/location/alt"),
        (but(language="bho"), 422, "validation_failed", "/language"),
        (but(description=7), 422, "validation_failed", "/description"),
        (but(description="x" * 10_001), 422, "validation_failed", "/description"),
        (but(description=...), 422, "validation_failed", "/description"),
        (but(description="\u0000 \u0007"), 422, "validation_failed", "/description"),
        (but(location={"lat": "26.1", "lon": 87.4}), 422, "validation_failed", "/location/lat"),
        (but(location={"lat": True, "lon": 87.4}), 422, "validation_failed", "/location/lat"),
        (but(location={"lat": 26.1}), 422, "validation_failed", "/location/lon"),
        (but(location={"lat": 51.5, "lon": -0.1}), 422, "location_outside_india", "/location"),
        (but(location={"lat": 1e300, "lon": 87}), 422, "location_outside_india", "/location"),
        (but(location={"lat": 87.4659, "lon": 26.1358}), 422, "location_outside_india", "/location"),
        (but(attributes={"category": "boredom"}), 422, "validation_failed", "/attributes/category"),
        (but(attributes={"category": "theft", "extra": 1}), 422, "validation_failed", "/attributes"),
        (but(attributes={"against_police": "yes"}), 422, "validation_failed", "/attributes/against_police"),
        (but(attributes={"incident_at": "yesterday"}), 422, "validation_failed", "/attributes/incident_at"),
        (but(service_code="lost-property", attributes={}), 422, "validation_failed", "/attributes/item"),
        (but(complainant={"name": "A", "aadhaar": "1"}), 422, "unknown_field", "/complainant/aadhaar"),
        (but(named_station="../5140003"), 422, "validation_failed", "/named_station"),
        (
            b'{"service_code":"e-complaint","attributes":' + b'{"a":' * 60 + b"1" + b"}" * 60 + b"}",
            422,
            "validation_failed",
            "",
        ),
        (b'{"service_code":"e-complaint","description":"' + b"x" * 1_100_000 + b'"}', 413, "body_too_large", None),
    ],
)
async def test_each_fault_has_its_code(intake: Rig, body: Any, status: int, code: str, pointer: str | None) -> None:
    """Every refusal is problem+json with a stable code, a pointer to the fault and the number of help."""
    key = str(uuid.uuid4())
    answer = await intake.post("/v1/complaints", body, by=ASHA, idempotency_key=key)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["code"] == code
    assert problem["call"] == "tel:112"
    if pointer is not None:
        assert pointer in [error.get("pointer") for error in problem["errors"]], problem
    assert intake.store.cases == {}


async def test_swapped_coordinates_are_pointed_out(intake: Rig) -> None:
    """Who sends lon as lat gets a problem that names it, in the language asked for."""
    body = but(location={"lat": 87.4659, "lon": 26.1358})
    english = (await intake.file(body)).json()
    hindi = (await intake.file(body, accept_language="hi")).json()
    assert english["hint"] == "swapped_lat_lon"
    assert "swapped" in english["detail"]
    assert hindi["title"] == "यह स्थान भारत में नहीं है"


async def test_a_service_with_login_asks_for_it(intake: Rig) -> None:
    """Without a token a complaint is 401 and a token nobody issued is 401 too."""
    assert (await intake.file(COMPLAINT, by=None)).json()["code"] == "unauthenticated"
    key = str(uuid.uuid4())
    answer = await intake.post("/v1/complaints", COMPLAINT, authorization="Bearer forged", idempotency_key=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency_key_missing"),
        ("", "idempotency_key_invalid"),
        ("a b", "idempotency_key_invalid"),
        ("k" * 256, "idempotency_key_invalid"),
    ],
)
async def test_a_complaint_needs_a_usable_key(intake: Rig, key: str | None, code: str) -> None:
    """Without an Idempotency-Key, or with one that cannot serve, nothing is filed."""
    headers = {} if key is None else {"idempotency_key": key}
    answer = await intake.post("/v1/complaints", COMPLAINT, by=ASHA, **headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_the_same_key_and_body_get_the_same_answer(intake: Rig) -> None:
    """A repeat is answered alike to the last byte, receipt included; the order of members does not matter."""
    first = await intake.file(COMPLAINT, idempotency_key="once")
    again = await intake.file(dict(reversed(COMPLAINT.items())), idempotency_key="once")
    assert (again.status_code, again.content) == (202, first.content)
    assert len(intake.store.cases) == len(intake.store.published) == 1


async def test_the_same_key_with_another_body_is_refused(intake: Rig) -> None:
    """409 idempotency_key_reused; the same key of another citizen is another key."""
    await intake.file(COMPLAINT, idempotency_key="once")
    refused = await intake.file(but(description="कुछ और"), idempotency_key="once")
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_reused")
    assert (await intake.file(COMPLAINT, idempotency_key="once", by=RAVI)).status_code == 202


async def test_a_key_in_flight_is_asked_to_wait(intake: Rig) -> None:
    """Of two requests at once with one key, one files and the other is asked to come again shortly."""
    answers = await asyncio.gather(*(intake.file(COMPLAINT, idempotency_key="once") for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    late = next(answer for answer in answers if answer.status_code == 409)
    assert (late.json()["code"], late.headers["retry-after"]) == ("idempotency_in_progress", "1")
    assert (await intake.file(COMPLAINT, idempotency_key="once")).status_code == 202
    assert len(intake.store.cases) == 1


@pytest.mark.parametrize("fault", [StoreUnavailable("down"), UnknownOutcome("wtimeout")])
async def test_what_is_not_durable_is_never_accepted(intake: Rig, fault: Exception) -> None:
    """A store that is away or that does not confirm is 503 with Retry-After, never 202."""
    intake.store.refuses = fault
    answer = await intake.file(COMPLAINT)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert "retry-after" in answer.headers


async def test_the_catalogue_is_public(intake: Rig) -> None:
    """Each service names its texts, questions, documents, fee and the clocks of the policy file."""
    services = (await intake.get("/v1/services")).json()["items"]
    assert {"e-complaint", "emergency-112", "lost-property", "character-certificate", "hearing"} <= {
        s["code"] for s in services
    }
    for service in services:
        assert service["names"].keys() == service["how_to"].keys() == {"hi", "en"}
        assert {"login", "attributes", "documents", "clocks", "fee", "districts"} <= service.keys()
    one = (await intake.get("/v1/services/e-complaint")).json()
    assert {
        "clock": "inquiry",
        "names": {"hi": "जाँच", "en": "inquiry"},
        "owner": "police",
        "target_s": 2_592_000,
        "calendar": "elapsed",
        "pausable": True,
    } in one["clocks"]
    missing = await intake.get("/v1/services/e-complaintt")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_service")


async def test_the_catalogue_asks_in_the_readers_language(intake: Rig) -> None:
    """Titles, help and labels follow Accept-Language; the codes to send are the same."""
    hindi = await intake.get("/v1/services/e-complaint", accept_language="hi")
    english = await intake.get("/v1/services", accept_language="en")
    assert (hindi.headers["content-language"], english.headers["content-language"]) == ("hi", "en")
    assert hindi.headers["vary"] == "Accept-Language"
    asked = hindi.json()["attributes"]["properties"]["category"]
    assert (asked["title"], asked["oneOf"][0]) == ("शिकायत किस बारे में है", {"const": "theft", "title": "चोरी"})
    again = next(one for one in english.json()["items"] if one["code"] == "e-complaint")
    assert again["attributes"]["properties"]["category"]["oneOf"][0] == {"const": "theft", "title": "Theft"}


async def test_a_wrong_answer_is_explained_in_hindi(intake: Rig) -> None:
    wrong = {**COMPLAINT, "attributes": {"category": "robbery"}}
    answer = await intake.file(wrong, accept_language="hi")
    [error] = answer.json()["errors"]
    assert answer.status_code == 422
    assert error["pointer"] == "/attributes/category"
    assert error["message"].startswith("इनमें से चुनें: चोरी, मारपीट")
