"""Who may call: officers' tokens against their issuer's keys, and what happens when those change or cannot be had."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Request
from prometheus_client import CollectorRegistry

from chassis.http.access import Access, Service
from chassis.http.access.jwks import IssuerKeys, JwksMetrics, usable_keys
from chassis.http.access.last_keys import LastKeys
from chassis.http.problems import Problem
from tests.manual_clock import ManualClock

ISSUER = "https://login.police.example"
URL = f"{ISSUER}/jwks"
SERVICE_TOKEN = "a-service-token-of-the-suite"
SHO: dict[str, Any] = {"sub": "o1", "role": "sho", "post": "SHO:5140003", "station": "5140003"}
HOUR = timedelta(hours=1)


def pair(kid: str) -> tuple[dict[str, str], dict[str, str]]:
    """A private JWK and its public half."""
    private = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate())) | {"kid": kid}
    return private, {name: value for name, value in private.items() if name != "d"}


class Issuer:
    """An officers' issuer whose answer the test writes, and services that check its tokens."""

    def __init__(self, last: LastKeys | None = None, like: Issuer | None = None) -> None:
        self.clock: ManualClock = ManualClock(datetime.now(UTC)) if like is None else like.clock
        keys = pair("one") if like is None else (like.private, like.public)
        self.private: dict[str, str] = keys[0]
        self.public: dict[str, str] = keys[1]
        self.answer: Callable[[], httpx.Response] = lambda: httpx.Response(200, json={"keys": [self.public]})
        self.asked = 0
        self.registry = CollectorRegistry()
        self.keys = IssuerKeys(
            file=None,
            url=URL,
            clock=self.clock,
            http=httpx.AsyncClient(transport=httpx.MockTransport(self._serve)),
            metrics=JwksMetrics(self.registry),
            last=last,
        )
        self.access = Access(self.keys, issuer=ISSUER, audience="janseva", token=SERVICE_TOKEN)

    def _serve(self, _: httpx.Request) -> httpx.Response:
        self.asked += 1
        return self.answer()

    def down(self) -> None:
        def unreachable() -> httpx.Response:
            raise httpx.ConnectError("no route")

        self.answer = unreachable

    def token(self, private: dict[str, str] | None = None, *, ttl: timedelta = 20 * HOUR, **claims: Any) -> str:
        key = private or self.private
        now = self.clock.now()
        body = SHO | {"iss": ISSUER, "aud": "janseva", "iat": now, "exp": now + ttl} | claims
        plain = {name: int(at.timestamp()) if isinstance(at, datetime) else at for name, at in body.items()}
        signer = jwt.PyJWK(key)
        return jwt.PyJWS().encode(json.dumps(plain).encode(), signer, algorithm="EdDSA", headers={"kid": key["kid"]})

    async def code(self, token: str) -> str:
        """`ok`, or the code of the refusal."""
        request = Request({"type": "http", "headers": [(b"authorization", f"Bearer {token}".encode())]})
        try:
            await self.access.caller(request)
        except Problem as problem:
            return problem.type.code
        return "ok"


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[], Issuer]:
    """Makes processes of one service, one after the other, that keep their last keys in one folder."""
    first = Issuer()

    def start() -> Issuer:
        return Issuer(LastKeys(tmp_path, URL), like=first)

    return start


async def test_a_process_that_starts_while_the_issuer_is_away(kept: Callable[[], Issuer]) -> None:
    """It takes over the last keys of the one before, as old as they are, for the same hour; the gauge says so."""
    before = kept()
    token = before.token()
    assert await before.code(token) == "ok"
    after = kept()
    after.down()
    after.clock.advance(timedelta(minutes=59))
    assert await after.code(token) == "ok"
    assert after.registry.get_sample_value("janseva_officer_keys_age_seconds") == 59 * 60
    assert after.registry.get_sample_value("janseva_officer_keys_fetch_failures_total") == 1
    after.clock.advance(timedelta(minutes=2))
    assert await after.code(token) == "issuer_unavailable"
    later = kept()
    later.down()
    assert await later.code(token) == "issuer_unavailable"


async def test_a_revoked_key_is_not_remembered(kept: Callable[[], Issuer]) -> None:
    """What the issuer answered last is kept, also that it has no keys."""
    before = kept()
    token = before.token()
    assert await before.code(token) == "ok"
    before.answer = lambda: httpx.Response(200, json={"keys": []})
    before.clock.advance(timedelta(seconds=40))
    assert await before.code(token) == "token_invalid"
    after = kept()
    after.down()
    after.clock.advance(timedelta(minutes=5))
    assert await after.code(token) == "token_invalid"


async def test_the_time_of_the_last_keys_is_kept_up(kept: Callable[[], Issuer]) -> None:
    """Of a set that stays the same, the time it was last given is at most a minute too early."""
    before = kept()
    token = before.token()
    for _ in range(50):
        assert await before.code(token) == "ok"
        before.clock.advance(timedelta(minutes=2))
    after = kept()
    after.down()
    after.clock.advance(timedelta(minutes=55))
    assert await after.code(token) == "ok"


@pytest.mark.parametrize(
    "change",
    [None, {"url": "https://other.example"}, {"fetched_at": "2999-01-01T00:00:00Z"}, {"keys": "[]"}],
    ids=["broken", "another issuer's", "of the future", "no keys"],
)
async def test_a_file_that_is_not_the_issuer_s_opens_nothing(
    kept: Callable[[], Issuer], tmp_path: Path, change: dict[str, str] | None
) -> None:
    """Broken, another issuer's or of the future: as if there were none."""
    before = kept()
    token = before.token()
    assert await before.code(token) == "ok"
    (file,) = tmp_path.iterdir()  # noqa: ASYNC240
    file.write_text("{" if change is None else json.dumps(json.loads(file.read_text()) | change))
    after = kept()
    after.down()
    assert await after.code(token) == "issuer_unavailable"


async def test_a_folder_that_is_not_there_costs_nothing_else(tmp_path: Path) -> None:
    """The keys are fetched and used as ever."""
    issuer = Issuer(LastKeys(tmp_path / "none", URL))
    assert await issuer.code(issuer.token()) == "ok"
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


async def test_a_revoked_key_is_worth_nothing_within_a_minute(issuer: Issuer) -> None:
    """Also while tokens of that key keep coming, which need no new key."""
    token = issuer.token()
    assert await issuer.code(token) == "ok"
    _, other = pair("two")
    issuer.answer = lambda: httpx.Response(200, json={"keys": [other]})
    codes = []
    for _ in range(12):
        issuer.clock.advance(timedelta(seconds=5))
        codes.append(await issuer.code(token))
    assert codes[-1] == "token_invalid"
    assert "issuer_unavailable" not in codes


async def test_an_empty_set_revokes_all_keys(issuer: Issuer) -> None:
    """An issuer that has withdrawn everything answers so; an error page is no answer."""
    token = issuer.token()
    assert await issuer.code(token) == "ok"
    for no_keys in ("<html>", "[]", "{}", '{"keys": 5}', "null", "[" * 100_000):
        issuer.answer = lambda text=no_keys: httpx.Response(200, text=text)  # type: ignore[misc]
        issuer.clock.advance(timedelta(minutes=1))
        assert await issuer.code(token) == "ok"
    issuer.answer = lambda: httpx.Response(200, json={"keys": []})
    issuer.clock.advance(timedelta(minutes=1))
    assert await issuer.code(token) == "token_invalid"


async def test_the_last_keys_hold_an_hour_while_the_issuer_is_away(issuer: Issuer) -> None:
    """Officers work on through a short outage, which is counted; after the hour they get 503."""
    token = issuer.token()
    assert await issuer.code(token) == "ok"
    issuer.down()
    issuer.clock.advance(timedelta(minutes=59))
    assert await issuer.code(token) == "ok"
    age = issuer.registry.get_sample_value("janseva_officer_keys_age_seconds")
    assert age == 59 * 60
    assert issuer.registry.get_sample_value("janseva_officer_keys_fetch_failures_total") == 1
    issuer.clock.advance(timedelta(minutes=2))
    assert await issuer.code(token) == "issuer_unavailable"
    issuer.answer = lambda: httpx.Response(200, json={"keys": [issuer.public]})
    issuer.clock.advance(timedelta(minutes=1))
    assert await issuer.code(token) == "ok"


async def test_an_issuer_that_never_answered_is_503(issuer: Issuer) -> None:
    """Nobody can say whether the token is good."""
    issuer.down()
    assert await issuer.code(issuer.token()) == "issuer_unavailable"
    assert issuer.registry.get_sample_value("janseva_officer_keys_age_seconds") == -1


async def test_made_up_keys_do_not_drive_us_to_the_issuer(issuer: Issuer) -> None:
    """A new key is found at once, yet a thousand tokens of unknown keys cost a fetch in five seconds."""
    assert await issuer.code(issuer.token()) == "ok"
    stranger, _ = pair("stranger")
    for _ in range(50):
        assert await issuer.code(issuer.token(stranger)) == "token_invalid"
    assert issuer.asked <= 2
    new, public = pair("new")
    issuer.answer = lambda: httpx.Response(200, json={"keys": [issuer.public, public]})
    issuer.clock.advance(timedelta(seconds=6))
    assert await issuer.code(issuer.token(new)) == "ok"


@pytest.mark.parametrize(
    "claims",
    [
        {"role": "citizen"},
        {"role": "system"},
        {"role": "SHO"},
        {"role": "superuser"},
        {"role": None},
        {"role": ["hq"]},
        {"sub": "citizen:0123456789abcdef"},
        {"sub": "Citizen:0123456789abcdef"},
        {"sub": ""},
        {"sub": 7},
        {"post": "5140003"},
        {"post": "SP:ARARIA"},
        {"post": "HQ:control-room"},
        {"post": ""},
        {"station": None},
        {"role": "hq"},
        {"role": "dispatcher"},
        {"role": "sp", "post": "SP:ARARIA"},
        {"iss": "janseva-intake"},
        {"aud": "another"},
        {"iss": None},
        {"iss": ["x"]},
    ],
    ids=str,
)
async def test_the_officers_issuer_makes_officers_and_nothing_else(issuer: Issuer, claims: dict[str, Any]) -> None:
    """A citizen's role or name, an unknown role, a post above the role's: all signed, all refused."""
    assert await issuer.code(issuer.token(**claims)) == "token_invalid"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": 1}, "token_expired"),
        ({"ttl": timedelta(days=365)}, "token_invalid"),
        ({"iat": "soon"}, "token_invalid"),
        ({"exp": "never"}, "token_invalid"),
        ({"exp": 1e400}, "token_invalid"),
        ({"exp": None}, "token_invalid"),
        ({"nbf": 9_999_999_999}, "token_invalid"),
    ],
    ids=str,
)
async def test_times_of_a_token_are_checked(issuer: Issuer, claims: dict[str, Any], code: str) -> None:
    """Expired, endless and senseless times are refused, never a crash."""
    assert await issuer.code(issuer.token(**claims)) == code


def _signed(header: dict[str, Any], body: dict[str, Any], secret: bytes) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, body)]
    mac = base64.urlsafe_b64encode(hmac.digest(secret, b".".join(parts), "sha256")).rstrip(b"=")
    return b".".join([*parts, mac]).decode()


@pytest.mark.parametrize("algorithm", ["HS256", "none", "None", "ES256", "EdDSA"])
async def test_no_other_algorithm_is_talked_into(issuer: Issuer, algorithm: str) -> None:
    """The public key is no secret, and a token without a signature is none."""
    now = int(issuer.clock.now().timestamp())
    body = SHO | {"iss": ISSUER, "aud": "janseva", "iat": now, "exp": now + 60}
    secrets = (json.dumps(issuer.public).encode(), base64.urlsafe_b64decode(issuer.public["x"] + "="), b"")
    for secret in secrets:
        assert await issuer.code(_signed({"alg": algorithm, "kid": "one"}, body, secret)) == "token_invalid"


@pytest.mark.parametrize(
    "token", ["x", "a.b.c", "..", "e30.e30.", "é.é.é", "A" * 9_000, "W10.W10.W10", "W1t.W1t." + "x"], ids=range(8)
)
async def test_what_is_no_token_is_refused(issuer: Issuer, token: str) -> None:
    """Rubbish is 401."""
    assert await issuer.code(token) == "token_invalid"


async def test_a_token_nested_without_end_is_refused(issuer: Issuer) -> None:
    """Nesting costs us no 500."""
    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * 3_000).rstrip(b"=").decode()
    head = base64.urlsafe_b64encode(b'{"alg":"EdDSA","kid":"one"}').rstrip(b"=").decode()
    assert await issuer.code(f"{head}.{deep}.AA") == "token_invalid"
    assert await issuer.code(f"{deep}.{deep}.AA") == "token_invalid"


def test_only_keys_that_may_sign_are_used() -> None:
    """Secrets, encryption keys, short ones, and an id that stands for two keys, sign nothing."""
    good, doubled = pair("good")[1], [pair("twice")[1], pair("twice")[1]]
    short = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa.generate_private_key(65_537, 1024).public_key()))
    curve = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key()))
    found = usable_keys(
        json.dumps(
            {
                "keys": [
                    good,
                    *doubled,
                    doubled[0],
                    {"kty": "oct", "kid": "secret", "k": "c2VjcmV0", "alg": "HS256"},
                    short | {"kid": "short"},
                    curve | {"kid": "curve"},
                    pair("sealing")[1] | {"use": "enc"},
                    {"kid": "empty"},
                    {"kty": "RSA", "kid": "half"},
                    {"kty": "OKP", "kid": 7},
                    "rubbish",
                    None,
                ]
            }
        )
    )
    assert set(found) == {"good", "curve"}


async def test_the_suites_token_is_a_service(issuer: Issuer) -> None:
    """It needs no issuer; without one being set nobody is a service."""
    request = Request({"type": "http", "headers": [(b"authorization", f"bearer  {SERVICE_TOKEN}".encode())]})
    assert await issuer.access.caller(request) == Service()
    nobody = Access(issuer.keys, issuer=ISSUER, audience="janseva", token="")
    for value in (b"Bearer ", b"Bearer", b"Basic eDp5", b""):
        with pytest.raises(Problem) as refused:
            await nobody.caller(Request({"type": "http", "headers": [(b"authorization", value)]}))
        assert refused.value.type.status == 401
