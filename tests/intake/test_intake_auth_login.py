"""Login by one-time password, tokens and sessions, with time and stores in the test's hands."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Request
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from chassis.http.access.jwks import IssuerKeys
from chassis.http.access.tokens import issue_officer_token, read_officer_token
from chassis.http.problems import Problem
from chassis.sealing import KeyRing
from event_schemas.officers import Officer, OfficerRole
from intake.auth.authenticator import Authenticator
from intake.auth.login import Login
from intake.auth.sessions import EndedSessions
from intake.auth.settings import AuthSettings
from intake.auth.tokens import CitizenTokens
from intake.metrics import IntakeMetrics
from tests.intake.auth_fakes import MemoryLoginStore, MemoryOtpStore, MemorySessionStore, SenderSpy
from tests.manual_clock import ManualClock

KEY = base64.b64encode(b"k" * 32).decode()
PHONE = "+919431000000"


class Desk:
    """A login with everything around it."""

    def __init__(self) -> None:
        self.clock = ManualClock(datetime.now(UTC))
        ring = KeyRing.from_json(SecretStr(json.dumps({"2026-11": KEY})))
        settings = AuthSettings(citizen_token_key=SecretStr(KEY), phone_hash_key=SecretStr(KEY))
        self.tokens = CitizenTokens(
            settings.citizen_token_key, settings.phone_hash_key, ring, settings.access_token_ttl
        )
        self.sender = SenderSpy()
        self.shared: set[str] = set()
        sessions = MemorySessionStore()
        self.ended = EndedSessions(sessions, self.clock, settings.access_token_ttl)
        self.registry = CollectorRegistry()
        self.login = Login(
            settings=settings,
            tokens=self.tokens,
            ring=ring,
            challenges=MemoryOtpStore(),
            sessions=sessions,
            ended=self.ended,
            logins=MemoryLoginStore(),
            sender=self.sender,
            is_discreet=self.is_discreet,
            clock=self.clock,
            metrics=IntakeMetrics(self.registry),
        )

    async def is_discreet(self, subject: str) -> bool:
        return subject in self.shared

    def refused(self, reason: str) -> float | None:
        return self.registry.get_sample_value("janseva_otp_refused_total", {"reason": reason})

    async def ask(self, phone: str = PHONE) -> tuple[str, str]:
        challenge_id, _ = await self.login.ask_code(phone, "hi", "127.0.0.1")
        return challenge_id, self.sender.sent[-1][1]


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_shared_phones_code_names_nothing(desk: Desk) -> None:
    """If it is asked for with the code, or was with a case of the same number; it is sent at once all the same."""
    await desk.ask()
    desk.clock.advance(timedelta(hours=1))
    await desk.login.ask_code(PHONE, "hi", "127.0.0.1", neutral=True)
    desk.clock.advance(timedelta(hours=1))
    desk.shared.add(desk.tokens.subject_of(PHONE))
    await desk.ask()
    assert desk.sender.discreet == [False, True, True]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_the_right_code_logs_in_once(desk: Desk) -> None:
    """A code opens one session for the phone it went to, and no second one."""
    challenge_id, code = await desk.ask("९४३१००००००")
    pair = await desk.login.trade_code(challenge_id, code)
    principal, _ = desk.tokens.read(pair.access_token)
    assert (principal.phone, principal.role) == (PHONE, "citizen")
    assert PHONE[3:] not in principal.sub
    assert PHONE[3:] not in json.dumps(jwt.decode(pair.access_token, options={"verify_signature": False}))
    with pytest.raises(Problem) as refused:
        await desk.login.trade_code(challenge_id, code)
    assert refused.value.type.code == "otp_expired"


async def test_five_wrong_codes_end_the_challenge(desk: Desk) -> None:
    """After five wrong tries even the right code is refused."""
    challenge_id, code = await desk.ask()
    left = []
    for _ in range(5):
        with pytest.raises(Problem) as refused:
            await desk.login.trade_code(challenge_id, wrong(code))
        assert refused.value.type.code == "otp_wrong"
        left.append(refused.value.extra["tries_left"])
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(Problem) as refused:
        await desk.login.trade_code(challenge_id, code)
    assert refused.value.type.code == "otp_tries_exhausted"


async def test_a_code_expires(desk: Desk) -> None:
    """A code older than five minutes opens nothing."""
    challenge_id, code = await desk.ask()
    desk.clock.advance(timedelta(minutes=5))
    with pytest.raises(Problem) as refused:
        await desk.login.trade_code(challenge_id, code)
    assert refused.value.type.code == "otp_expired"


async def test_codes_are_limited_by_phone(desk: Desk) -> None:
    """A phone gets one code in half a minute and five in an hour; the refusal says when to come back."""
    desk.clock.advance(timedelta(seconds=3600 - desk.clock.now().timestamp() % 3600))
    await desk.ask()
    with pytest.raises(Problem) as refused:
        await desk.ask()
    assert refused.value.type.code == "otp_rate_limited"
    assert refused.value.headers["Retry-After"] == "30"
    for _ in range(4):  # the refused request above is none of the five
        desk.clock.advance(timedelta(seconds=31))
        await desk.ask()
    desk.clock.advance(timedelta(seconds=31))
    with pytest.raises(Problem) as refused:
        await desk.ask()
    assert int(refused.value.headers["Retry-After"]) > 3000


async def test_a_stolen_refresh_token_ends_the_session(desk: Desk) -> None:
    """A refresh token works once; its second use ends the session for both holders."""
    challenge_id, code = await desk.ask()
    first = await desk.login.trade_code(challenge_id, code)
    second = await desk.login.refresh(first.refresh_token)
    assert desk.tokens.read(second.access_token)[0].phone == PHONE
    for token in (first.refresh_token, second.refresh_token, "made-up.token"):
        with pytest.raises(Problem) as refused:
            await desk.login.refresh(token)
        assert refused.value.type.code == "refresh_refused"


async def test_log_out_ends_the_session(desk: Desk) -> None:
    """After logging out the refresh token is worth nothing."""
    pair = await desk.login.trade_code(*await desk.ask())
    await desk.login.log_out(pair.refresh_token)
    with pytest.raises(Problem):
        await desk.login.refresh(pair.refresh_token)


@pytest.mark.parametrize("text", ["12345", "hello", "+1", "0000000000", "+919431", "9431000000x12345678"])
async def test_a_phone_that_cannot_be_reached_is_refused(desk: Desk, text: str) -> None:
    """Only a number that could ring is accepted."""
    with pytest.raises(Problem) as refused:
        await desk.ask(text)
    assert refused.value.type.code == "phone_invalid"
    assert desk.refused("invalid") == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("0612-2000000", "landline"),
        ("2220000000", "landline"),
        ("०६१२-२००००००", "landline"),
        ("+44 20 7946 0958", "landline"),
        ("18001000000", "toll_free"),
        ("1800 100 0000", "toll_free"),
        ("+1 800 253 0000", "toll_free"),
        ("+800 1234 5678", "toll_free"),
        ("1860 100 0000", "shared_cost"),
        ("+1 900 234 5678", "premium"),
        ("+870 773 111632", "satellite"),
        ("+882 16 1234 5678", "satellite"),
    ],
)
async def test_a_number_that_gets_no_sms_is_refused_and_counted(desk: Desk, text: str, reason: str) -> None:
    """No code is sent to it; the refusal says to give a mobile number and is counted by why, without the number."""
    with pytest.raises(Problem) as refused:
        await desk.ask(text)
    body = refused.value.to_json("hi")
    assert (body["status"], body["code"]) == (422, "phone_invalid")
    assert [error["code"] for error in body["errors"]] == ["phone_gets_no_sms"]
    assert "मोबाइल" in body["detail"]
    assert desk.sender.sent == []
    assert desk.refused(reason) == 1


@pytest.mark.parametrize(
    "text",
    ["9431000000", "+91 94310 00000", "९४३१००००००", "۹۴۳۱۰۰۰۰۰۰", "+9779841234567", "+14155552671", "+971501234567"],
)
async def test_mobile_numbers_get_their_code_from_abroad_too(desk: Desk, text: str) -> None:
    """A worker in Dubai or Kathmandu follows a case at home."""
    await desk.ask(text)
    assert len(desk.sender.sent) == 1


def officer_jwk(kid: str) -> tuple[str, str]:
    """A private JWK and a JWKS with its public half."""
    key = Ed25519PrivateKey.generate()
    private = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(key)) | {"kid": kid, "alg": "EdDSA"}
    public = {name: value for name, value in private.items() if name != "d"}
    return json.dumps(private), json.dumps({"keys": [public]})


async def test_an_officers_token_is_checked_against_the_issuers_keys(tmp_path: Path) -> None:
    """A token signed by the issuer's key is read; one signed by another key of the same id is refused."""
    private, jwks = officer_jwk("one")
    forged, _ = officer_jwk("one")
    file = tmp_path / "jwks.json"
    file.write_text(jwks)
    claims = Officer(sub="dev-sho", role=OfficerRole.SHO, post="SHO:5140003", station="5140003", district="ARARIA")
    now = datetime.now(UTC)
    async with httpx.AsyncClient() as http:
        keys = IssuerKeys(file=file, url=None, clock=ManualClock(now), http=http)
        key = await keys.get("one")
        good = issue_officer_token(private, claims, "janseva-local", now, timedelta(hours=1))
        assert read_officer_token(good, key, "janseva-local", "janseva").station == "5140003"
        for bad in (
            issue_officer_token(forged, claims, "janseva-local", now, timedelta(hours=1)),
            issue_officer_token(private, claims, "another-issuer", now, timedelta(hours=1)),
            issue_officer_token(private, claims, "janseva-local", now - timedelta(hours=2), timedelta(hours=1)),
        ):
            with pytest.raises(Problem):
                read_officer_token(bad, key, "janseva-local", "janseva")
        with pytest.raises(Problem) as refused:
            await keys.get("two")
        assert refused.value.type.code == "token_invalid"


def request_with(token: str) -> Request:
    return Request({"type": "http", "headers": [(b"authorization", f"Bearer {token}".encode())]})


async def test_a_remembered_token_is_still_refused_once_it_expired(desk: Desk, tmp_path: Path) -> None:
    """A token that was verified before is taken without a second look, until the second in which it expires."""
    _, jwks = officer_jwk("one")
    file = tmp_path / "jwks.json"
    file.write_text(jwks)
    pair = await desk.login.trade_code(*await desk.ask())
    async with httpx.AsyncClient() as http:
        keys = IssuerKeys(file=file, url=None, clock=desk.clock, http=http)
        guard = Authenticator(desk.tokens, keys, desk.clock, officer_issuer="janseva-local")
        for _ in range(2):
            assert (await guard.citizen(request_with(pair.access_token))).phone == PHONE
        desk.clock.advance(timedelta(minutes=31))
        with pytest.raises(Problem):
            await guard.citizen(request_with(pair.access_token[:-4] + "AAAA"))
        assert guard.remembers(pair.access_token) is None


async def test_log_out_and_theft_end_the_access_token_too(desk: Desk, tmp_path: Path) -> None:
    """A token that was verified and remembered before its login ended is refused; another login's goes on."""
    (tmp_path / "jwks.json").write_text(officer_jwk("one")[1])
    async with httpx.AsyncClient() as http:
        keys = IssuerKeys(file=tmp_path / "jwks.json", url=None, clock=desk.clock, http=http)
        guard = Authenticator(desk.tokens, keys, desk.clock, officer_issuer="janseva-local", ended=desk.ended)

        async def code(token: str) -> str:
            try:
                await guard.citizen(request_with(token))
            except Problem as problem:
                return problem.type.code
            return "ok"

        first = await desk.login.trade_code(*await desk.ask())
        other = await desk.login.trade_code(*await desk.ask("+919431000001"))
        assert [await code(pair.access_token) for pair in (first, other)] == ["ok", "ok"]
        await desk.login.log_out(first.refresh_token)
        assert [await code(pair.access_token) for pair in (first, other)] == ["token_expired", "ok"]
        stolen = await desk.login.refresh(other.refresh_token)
        with pytest.raises(Problem):
            await desk.login.refresh(other.refresh_token)
        await desk.ended.refresh()
        assert await code(stolen.access_token) == "token_expired"
