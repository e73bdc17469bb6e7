"""The local issuer of officers' tokens: the code flow with PKCE, for one page, for posts that exist."""

import base64
import hashlib
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from chassis.http.access.tokens import read_officer_token
from chassis.settings import LOCAL_ISSUER, OFFICER_AUDIENCE
from janseva_local import keys
from janseva_local.issuer import IssuerSettings, create_app

BACK = "http://127.0.0.1:8000/desk/callback"
VERIFIER = "a-verifier-that-only-the-pages-know-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def folder(tmp_path: Path) -> keys.LocalKeys:
    return keys.load_or_create(tmp_path)


def browser(folder: keys.LocalKeys) -> httpx.AsyncClient:
    app = create_app(IssuerSettings(officer_key_file=folder.officer_key, redirect_uri=BACK))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://issuer")


async def code_of(http: httpx.AsyncClient, role: str, place: str) -> str:
    form = {"state": "s-1", "code_challenge": CHALLENGE, "role": role, "place": place}
    sent = urlsplit((await http.post("/authorize", data=form)).headers["location"])
    assert sent.geturl().startswith(BACK)
    query = parse_qs(sent.query)
    assert query["state"] == ["s-1"]
    return query["code"][0]


async def trade(http: httpx.AsyncClient, code: str, verifier: str = VERIFIER, back: str = BACK) -> httpx.Response:
    return await http.post("/token", data={"code": code, "code_verifier": verifier, "redirect_uri": back})


@pytest.mark.parametrize(
    ("role", "place", "post"),
    [("sho", "5140003", "SHO:5140003"), ("sp", "Patna", "SP:Patna"), ("hq", "", "HQ:control-room")],
)
async def test_a_code_is_worth_one_token_that_the_services_read(
    folder: keys.LocalKeys, role: str, place: str, post: str
) -> None:
    """Signed by the local key, for the chosen post; a second try with the same code gets nothing."""
    async with browser(folder) as http:
        code = await code_of(http, role, place)
        token = (await trade(http, code)).json()["access_token"]
        assert (await trade(http, code)).status_code == 400
    key = jwt.PyJWK(json.loads(folder.officer_jwks.read_text())["keys"][0])
    officer = read_officer_token(token, key, LOCAL_ISSUER, OFFICER_AUDIENCE)
    assert (officer.role.value, officer.post) == (role, post)


async def test_a_stolen_code_is_worth_nothing(folder: keys.LocalKeys) -> None:
    """Without the verifier, or for another page, there is no token."""
    async with browser(folder) as http:
        assert (await trade(http, await code_of(http, "hq", ""), verifier="another")).status_code == 400
        assert (await trade(http, await code_of(http, "hq", ""), back="http://evil.example/")).status_code == 400
        asked = {"redirect_uri": "http://evil.example/", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        assert (await http.get("/authorize", params=asked)).status_code == 400


async def test_a_post_that_cannot_be_is_asked_for_again(folder: keys.LocalKeys) -> None:
    """A station's role without a station; what was sent comes back as text."""
    async with browser(folder) as http:
        form = {"state": "<script>", "code_challenge": CHALLENGE, "role": "sho", "place": ""}
        answer = await http.post("/authorize", data=form)
    assert answer.status_code == 422
    assert "<script>" not in answer.text
