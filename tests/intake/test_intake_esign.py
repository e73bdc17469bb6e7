"""Signing online with the local provider: once, over what is on record, by whoever the provider vouches for."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from event_schemas import InformationSigned
from intake.signing.domain import LIFE
from intake.signing.provider import HttpSigner
from janseva_local.esign import LocalEsign, esign_app
from tests.intake.intake_rig import ASHA, COMPLAINT, RAVI, START, Rig, rig
from tests.manual_clock import ManualClock

KEY = "k" * 32
E_FIR: dict[str, Any] = {
    "service_code": "e-fir",
    "channel": "web",
    "language": "hi",
    "complainant": {"name": "आशा देवी"},
    "location": {"lat": 26.1358, "lon": 87.4659},
    "description": "मेरा फोन बाजार में चोरी हो गया।",
}


class Switch(httpx.ASGITransport):
    """The provider behind a wire that can be cut, or that answers what it likes."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.cut = False
        self.instead: httpx.Response | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("away")
        return self.instead or await super().handle_async_request(request)


class Signing:
    def __init__(self, intake: Rig, provider: LocalEsign, wire: Switch) -> None:
        self.intake, self.provider, self.wire = intake, provider, wire

    async def case(self) -> dict[str, Any]:
        service = (await self.intake.get("/v1/services/e-fir")).json()
        return await self.intake.filed(E_FIR | {"attributes": service["example"]["attributes"]})

    async def begin(self, case: dict[str, Any], **headers: str) -> httpx.Response:
        return await self.intake.post(f"/v1/complaints/{case['tracking_number']}/e-sign", by=ASHA, **headers)

    async def begun(self, case: dict[str, Any]) -> str:
        answer = await self.begin(case)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["transaction"])

    async def ask(self, case: dict[str, Any], transaction: str) -> httpx.Response:
        return await self.intake.post(f"/v1/complaints/{case['tracking_number']}/e-sign/{transaction}", by=ASHA)

    async def report(self, token: str) -> httpx.Response:
        return await self.intake.post("/v1/e-sign/callback", {"token": token})

    def now(self) -> float:
        return self.intake.clock.now().timestamp()

    def token(self, of: str, **changes: Any) -> str:
        sha256 = changes.pop("sha256", self.provider.open[of].asked.document_sha256)
        named = changes.pop("transaction", of)
        return self.provider.signed(named, sha256, self.now(), **({"exp": 4_000_000_000} | changes))

    def signed(self, case: dict[str, Any]) -> list[InformationSigned]:
        return [one for one in self.intake.events(case["case_id"]) if isinstance(one, InformationSigned)]


@pytest_asyncio.fixture
async def signing() -> AsyncIterator[Signing]:
    provider = LocalEsign(KEY)
    wire = Switch(esign_app(provider))
    clock = ManualClock(START)
    async with httpx.AsyncClient(transport=wire) as http:
        signer = HttpSigner(http, "http://esign", SecretStr(KEY), "esign", clock)
        async with rig(signer=signer) as intake:
            yield Signing(intake, provider, wire)


async def test_an_e_fir_is_signed_online(signing: Signing) -> None:
    """The citizen reads what he signs; pending until he has; then on record with the method, in time."""
    case = await signing.case()
    begun = (await signing.begin(case)).json()
    assert E_FIR["description"] in begun["text"]
    assert case["tracking_number"] in begun["text"]
    assert begun["redirect_url"].startswith("http://esign/sign/")
    assert (await signing.ask(case, begun["transaction"])).json()["state"] == "pending"
    signing.provider.open[begun["transaction"]].state = "signed"
    signing.provider.open[begun["transaction"]].token = signing.token(begun["transaction"])
    done = await signing.ask(case, begun["transaction"])
    assert (done.status_code, done.json()["state"]) == (200, "signed")
    (event,) = signing.signed(case)
    assert (event.method, event.late) == ("e_sign", False)
    assert (await signing.begin(case)).json()["code"] == "transition_not_allowed"


async def test_the_provider_reports_it_and_repeats_are_harmless(signing: Signing) -> None:
    """By callback, twice, and by the citizen's own question after it: one event, one answer."""
    case = await signing.case()
    transaction = await signing.begun(case)
    token = signing.token(transaction)
    first, again = await signing.report(token), await signing.report(token)
    assert (first.status_code, again.json()) == (200, first.json())
    one = signing.provider.open[transaction]
    one.state, one.token = "signed", token
    signing.intake.clock.advance(2 * LIFE)
    assert (await signing.ask(case, transaction)).json() == first.json()
    assert len(signing.signed(case)) == 1


async def test_of_two_transactions_one_signs(signing: Signing) -> None:
    """The second signature finds the information signed."""
    case = await signing.case()
    one = await signing.begun(case)
    signing.intake.clock.advance(timedelta(seconds=2))
    two = await signing.begun(case)
    assert one != two
    assert (await signing.report(signing.token(one))).status_code == 200
    assert (await signing.report(signing.token(two))).json()["code"] == "transition_not_allowed"
    assert len(signing.signed(case)) == 1


@pytest.mark.parametrize(
    "changes",
    [{"sha256": "0" * 64}, {"aud": "another"}, {"iss": "another"}, {"document_sha256": 7}, {"transaction": "x" * 40}],
    ids=["hash", "audience", "issuer", "no-hash", "transaction"],
)
async def test_a_token_that_claims_something_else_signs_nothing(signing: Signing, changes: dict[str, Any]) -> None:
    """422 esign_invalid, and no event."""
    case = await signing.case()
    transaction = await signing.begun(case)
    assert (await signing.report(signing.token(transaction, **changes))).json()["code"] == "esign_invalid"
    assert signing.signed(case) == []


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ey" + "x" * 8_000])
async def test_what_is_no_token_signs_nothing(signing: Signing, token: str) -> None:
    """Nor what another key signed."""
    assert (await signing.report(token)).status_code == 422
    case = await signing.case()
    transaction = await signing.begun(case)
    stranger = LocalEsign(KEY)
    sha256 = signing.provider.open[transaction].asked.document_sha256
    forged = stranger.signed(transaction, sha256, signing.now(), exp=4_000_000_000)
    assert (await signing.report(forged)).json()["code"] == "esign_invalid"
    assert signing.signed(case) == []


async def test_another_cases_signature_signs_nothing_here(signing: Signing) -> None:
    """Its transaction is unknown to this case; its hash is not this information's."""
    mine, other = await signing.case(), await signing.case()
    foreign = await signing.begun(other)
    assert (await signing.ask(mine, foreign)).status_code == 404
    assert (await signing.ask(mine, "c_x.1.2.3")).status_code == 404
    altered = foreign.replace(other["case_id"], mine["case_id"])
    assert (await signing.ask(mine, altered)).status_code == 404
    stranger = await signing.intake.post(f"/v1/complaints/{mine['tracking_number']}/e-sign", by=RAVI)
    assert stranger.status_code == 404


async def test_what_has_changed_since_is_signed_anew(signing: Signing) -> None:
    """The signature is over what is on record now, or it is none."""
    case = await signing.case()
    transaction = await signing.begun(case)
    stored = signing.intake.store.cases[case["case_id"]]
    signing.intake.store.cases[case["case_id"]] = replace(stored, attributes={"stolen": "vehicle"})
    assert (await signing.report(signing.token(transaction))).json()["code"] == "esign_invalid"


async def test_a_transaction_has_its_time(signing: Signing) -> None:
    """Not signed by then: expired; signed in time and reported late: on record; refused: answered so."""
    case = await signing.case()
    transaction = await signing.begun(case)
    in_time = signing.token(transaction)
    signing.intake.clock.advance(LIFE + timedelta(seconds=1))
    assert (await signing.ask(case, transaction)).json()["code"] == "esign_expired"
    assert (await signing.report(signing.token(transaction))).json()["code"] == "esign_expired"
    assert (await signing.report(in_time)).status_code == 200
    other = await signing.case()
    refused = await signing.begun(other)
    signing.provider.decide(refused, sign=False)
    assert (await signing.ask(other, refused)).json()["code"] == "esign_refused"


async def test_a_late_signature_is_fresh_information(signing: Signing) -> None:
    """After the three days it is recorded as late."""
    case = await signing.case()
    signing.intake.clock.advance(timedelta(days=5))
    transaction = await signing.begun(case)
    assert (await signing.report(signing.token(transaction))).status_code == 200
    assert [one.late for one in signing.signed(case)] == [True]


async def test_a_provider_that_is_away_is_named_so(signing: Signing) -> None:
    """503 with the way to the station; what it answers wrongly counts as away; nothing is recorded."""
    case = await signing.case()
    transaction = await signing.begun(case)
    signing.wire.cut = True
    for answer in (await signing.begin(case, accept_language="hi"), await signing.ask(case, transaction)):
        assert (answer.status_code, answer.json()["code"]) == (503, "esign_unavailable")
        assert answer.headers["retry-after"]
    signing.wire.cut = False
    for instead in (
        httpx.Response(500),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"state": "signed"}),
        httpx.Response(200, content=b"x" * 100_000),
    ):
        signing.wire.instead = instead
        assert (await signing.ask(case, transaction)).json()["code"] == "esign_unavailable"
    assert signing.signed(case) == []


async def test_what_has_no_time_to_be_signed_is_not_signed_online(signing: Signing) -> None:
    """An ordinary complaint; and without a provider nobody is sent anywhere."""
    complaint = await signing.intake.filed(COMPLAINT)
    assert (await signing.begin(complaint)).json()["code"] == "transition_not_allowed"
    async with rig() as alone:
        case = await Signing(alone, signing.provider, signing.wire).case()
        answer = await alone.post(f"/v1/complaints/{case['tracking_number']}/e-sign", by=ASHA)
        assert (answer.status_code, answer.json()["code"]) == (503, "esign_unavailable")
