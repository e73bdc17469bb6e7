"""What people type is read in any digits and spelling, answers come in the language asked for, times make sense."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from intake.auth.api import auth_router
from tests.http_app import app_of
from tests.intake.intake_rig import ASHA, CATALOGUE, COMPLAINT, SHO, Rig
from tests.intake.test_intake_auth_login import PHONE, Desk
from tests.intake.test_intake_desk import at_station

DEVANAGARI, URDU, ARABIC, BENGALI, FULL_WIDTH = 0x966, 0x6F0, 0x660, 0x9E6, 0xFF10


def in_digits(text: str, zero: int) -> str:
    return "".join(chr(zero + int(letter)) if letter.isdigit() else letter for letter in text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "Devanagari": lambda code: in_digits(code, DEVANAGARI),
    "Urdu": lambda code: in_digits(code, URDU),
    "Arabic": lambda code: in_digits(code, ARABIC),
    "Bengali": lambda code: in_digits(code, BENGALI),
    "full width": lambda code: in_digits(code, FULL_WIDTH),
    "a space behind": lambda code: f"{code} ",
    "a space within": lambda code: f"{code[:3]} {code[3:]}",
    "a dash": lambda code: f"{code[:3]}\u2011{code[3:]}",
    "joiners": lambda code: f"\ufeff{code[:2]}\u200b{code[2:]}\u200d",
    "lower case": lambda code: code.lower(),
}


@pytest.fixture
def login() -> Desk:
    return Desk()


@pytest.fixture
async def http(login: Desk) -> AsyncIterator[httpx.AsyncClient]:
    app = app_of(auth_router(login.login))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://intake") as made:
        yield made


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_code_logs_in_however_it_is_typed(login: Desk, http: httpx.AsyncClient, spelling: str) -> None:
    challenge_id, code = await login.ask()
    answer = await http.post("/v1/auth/token", json={"challenge_id": challenge_id, "otp": SPELLINGS[spelling](code)})
    assert answer.status_code == 200


@pytest.mark.parametrize("otp", ["12345", "1234567", "abcdef", "", "१२३४५", "1" * 60])
async def test_what_is_no_code_is_refused(http: httpx.AsyncClient, otp: str) -> None:
    answer = await http.post("/v1/auth/token", json={"challenge_id": "12345678", "otp": otp})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/otp")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "hi"),
        ("en;q=0.1, hi;q=0.9", "hi"),
        ("hi;q=0.1, en;q=0.9", "en"),
        ("fr, en;q=0.8, hi;q=0.5", "en"),
        ("fr", "hi"),
    ],
)
async def test_the_code_comes_in_the_language_liked_better(
    login: Desk, http: httpx.AsyncClient, header: str | None, language: str
) -> None:
    headers = {} if header is None else {"accept-language": header}
    assert (await http.post("/v1/auth/otp", json={"phone": PHONE}, headers=headers)).status_code == 202
    assert login.sender.sent[-1][2] == language


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_tracking_number_is_read_however_it_is_typed(intake: Rig, spelling: str) -> None:
    number = str((await intake.filed(COMPLAINT))["tracking_number"])
    typed = quote(SPELLINGS[spelling](number))
    answer = await intake.http.get(f"/v1/complaints/{typed}", headers={"authorization": f"Bearer {ASHA.sub}"})
    assert (answer.status_code, answer.json().get("tracking_number")) == (200, number)


async def test_an_imei_is_stored_in_its_one_spelling(intake: Rig) -> None:
    """The paper shows fifteen ASCII digits, whatever was typed."""
    report = {
        **COMPLAINT,
        "service_code": "lost-property",
        "attributes": {"item": "mobile_phone", "imei": "४९-०१५४२० ३२३७५१\u200d-८"},
    }
    case_id = str((await intake.filed(report))["case_id"])
    await intake.assign(case_id)
    answer = await intake.http.post(
        f"/v1/desk/cases/{case_id}/reveal",
        json={"reason": "to help the owner"},
        headers={"authorization": f"Bearer {SHO.sub}"},
    )
    assert "490154203237518" in answer.text


# A number is read in every spelling before its form is checked: who types it in Hindi would hear that it is wrong.
CHECKED = [
    (service.code, name)
    for service in CATALOGUE
    for name, question in service.attributes.get("properties", {}).items()
    if question.get("type") == "string" and "x-check" in question and "format" not in question
]


@pytest.mark.parametrize(("code", "name"), CHECKED)
def test_every_checked_number_is_kept_in_ascii(code: str, name: str) -> None:
    """PIN codes, mobile numbers, IMEIs, accounts: whatever the script of the digits and the joiners between them."""
    service = CATALOGUE.get(code)
    assert service is not None
    for zero in (DEVANAGARI, URDU, ARABIC, BENGALI, FULL_WIDTH):
        assert service.spelt({name: f"\u200e{in_digits('854311', zero)}\u200d"}) == {name: "854311"}


TIMES = ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "1900-01-01T00:00:00Z", "2190-01-01T00:00:00Z")
NO_TIMES: tuple[Any, ...] = (
    "2026-11-22",
    "2026-11-22T10:00:00",
    "tomorrow",
    1_764_000_000,
    "1764000000",
    1e300,
    True,
    [],
)


@pytest.mark.parametrize("time", [*TIMES, *NO_TIMES])
@pytest.mark.parametrize(
    ("command", "body", "field"),
    [
        ("acknowledge", {}, "reported_at"),
        ("pause-clock", {"clock_id": "inquiry:1", "reason_code": "court_stay"}, "until"),
        ("schedule-hearing", {"ends_at": "2026-11-24T10:00:00Z"}, "starts_at"),
        ("schedule-hearing", {"starts_at": "2026-11-24T10:00:00Z"}, "ends_at"),
    ],
)
async def test_a_time_without_sense_is_refused_and_changes_nothing(
    intake: Rig, time: Any, command: str, body: dict[str, Any], field: str
) -> None:
    """Each of these was a 500, or was accepted and became a dead letter."""
    case_id = await at_station(intake)
    before = await intake.store.by_id(case_id)
    answer = await intake.command(case_id, command, {**body, field: time})
    assert answer.status_code == 422, answer.text
    assert await intake.store.by_id(case_id) == before


async def test_an_officers_own_time_may_be_late_but_not_to_come(intake: Rig) -> None:
    case_id = await at_station(intake)
    later = (intake.clock.now() + timedelta(days=2)).isoformat()
    answer = await intake.command(case_id, "acknowledge", {"reported_at": later})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reported_at")
    earlier = (intake.clock.now() - timedelta(hours=3)).isoformat()
    assert (await intake.command(case_id, "acknowledge", {"reported_at": earlier})).status_code == 202


@pytest.mark.parametrize("query", ["?late=true", "?station=5140003&station=5140012", "?Status=closed"])
async def test_the_desk_refuses_what_it_does_not_know_by_name(intake: Rig, query: str) -> None:
    answer = await intake.http.get(f"/v1/desk/cases{query}", headers={"authorization": f"Bearer {SHO.sub}"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["parameter"].startswith("query.")


@pytest.mark.parametrize("path", ["/v1/emergencies", "/v1/complaints"])
async def test_no_parameter_keeps_help_away(intake: Rig, path: str) -> None:
    body = {"service_code": "emergency-112", "kind": "police"}
    assert (await intake.http.post(f"{path}?utm_source=app&a=1&a=2", json=body)).status_code == 202
    complaint = {**COMPLAINT, "service_code": "e-complaint"}
    answer = await intake.http.post("/v1/complaints?utm_source=app", json=complaint)
    assert answer.json()["code"] == "unknown_parameter"
