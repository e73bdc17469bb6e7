"""Trying phone numbers teaches nothing: what is answered, its size and headers, and what is asked behind it, are alike
for a number that people of this suite have and for one that nobody has. Numbers of cases: test_architecture_strangers.
"""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
import pytest_asyncio

from intake.auth import Principal
from intake.auth.api import auth_router
from tests.architecture.test_architecture_strangers import Asked
from tests.http_app import app_of
from tests.intake.intake_rig import ASHA, COMPLAINT, COUNTER, RAVI, Rig
from tests.intake.test_intake_auth_login import PHONE, Desk

NOBODYS: Final = "+919876500000"
# Each answer's own, of the same length in all.
OWN: Final = ("case_id", "tracking_number", "receipt_secret", "status_url", "challenge_id")
AT_COUNTER: Final = {"counter": {"read_back": True, "confirmation": "thumb"}}
HELPED: Final = {"kind": "relative", "name": "रवि", "agreed": True, "confirmation": "thumb"}


def seen_in(answer: httpx.Response, phone: str) -> tuple[Any, ...]:
    """All that reaches who asks, but for what each answer has of its own and what he sent himself."""
    body = answer.json()
    for name in OWN:
        if name in body:
            body[name] = len(body[name])
    if body.get("emergency"):
        body["emergency"] = len(json.dumps(body["emergency"]))
    shown = json.dumps(body, sort_keys=True, ensure_ascii=False).replace(phone, "<given>")
    headers = {name: len(value) if name == "location" else value for name, value in answer.headers.items()}
    return answer.status_code, shown, len(answer.content), headers


WAYS: Final[Mapping[str, tuple[str, Principal | None, Callable[[str], dict[str, Any]]]]] = {
    "a call for help": ("/v1/emergencies", None, lambda phone: {"kinds": ["police"], "phone": phone}),
    "a complaint for another": ("/v1/complaints", RAVI, lambda phone: COMPLAINT | {"complainant": {"phone": phone}}),
    "a complaint with a helper": (
        "/v1/complaints",
        RAVI,
        lambda phone: COMPLAINT | {"complainant": {"name": "आशा"}, "helper": HELPED | {"phone": phone}},
    ),
    "a helper's own login": (
        "/v1/complaints",
        RAVI,
        lambda phone: COMPLAINT | {"complainant": {"phone": phone}, "helper": HELPED | {"login": "helper"}},
    ),
    "at the counter": (
        "/v1/complaints",
        COUNTER,
        lambda phone: COMPLAINT | {"complainant": {"phone": phone}} | AT_COUNTER,
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_number_that_is_written_down_teaches_nothing(
    intake: Rig, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hers, who has a complaint and an open call for help of the same kind and words; and nobody's."""
    path, by, body = WAYS[way]
    await intake.filed(COMPLAINT)
    await intake.post("/v1/emergencies", {"kinds": ["police"]}, by=ASHA)
    assert ASHA.phone is not None
    seen, asked = [], []
    for number, phone in enumerate((ASHA.phone, NOBODYS)):
        questions, kept = Asked(), dict(intake.store.cases)
        with questions.watching((intake.store, intake.side, intake.identities), monkeypatch):
            answer = await intake.post(path, body(phone), by=by, idempotency_key=f"{number}" + "abcdef0123456789" * 2)
        assert answer.status_code == 202, answer.text
        seen.append(seen_in(answer, phone))
        asked.append(questions.names)
        # Whoever is second finds what the first found.
        intake.store.cases.clear()
        intake.store.cases.update(kept)
    assert seen[0] == seen[1]
    assert asked[0] == asked[1]


@pytest_asyncio.fixture
async def logins() -> AsyncIterator[tuple[Desk, httpx.AsyncClient]]:
    desk = Desk()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app_of(auth_router(desk.login))), base_url="http://intake"
    ) as http:
        yield desk, http


async def test_a_login_is_begun_alike_for_a_known_number_and_a_new_one(
    logins: tuple[Desk, httpx.AsyncClient],
) -> None:
    """The first step, a wrong code in the second, and the same step again too soon."""
    desk, http = logins
    challenge, _ = await desk.login.ask_code(PHONE, "hi", "10.0.0.1")
    code = desk.sender.sent[-1][1]
    await desk.login.trade_code(challenge, code)
    desk.clock.advance(timedelta(hours=2))
    seen = []
    for phone in (PHONE, NOBODYS):
        begun = await http.post("/v1/auth/otp", json={"phone": phone})
        wrong = await http.post("/v1/auth/token", json={"challenge_id": begun.json()["challenge_id"], "otp": "000000"})
        again = await http.post("/v1/auth/otp", json={"phone": phone})
        seen.append([seen_in(answer, phone) for answer in (begun, wrong, again)])
    assert [one[0] for one in seen[0]] == [202, 401, 429]
    assert seen[0] == seen[1]
