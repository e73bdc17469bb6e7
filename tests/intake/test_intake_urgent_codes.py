"""The emergency service by POST /v1/complaints, in any spelling and any bytes."""

import gzip

import pytest

from intake.filing.reading.field_names import names_emergency, names_emergency_anywhere
from tests.intake.intake_rig import Rig


@pytest.mark.parametrize(
    "code",
    ["emergency-112", "EMERGENCY-112", " emergency-112 ", "emergency_112", "Emergency 112", "emergency–११२", "112"],
)
async def test_the_emergency_service_in_any_spelling(intake: Rig, code: str) -> None:
    """By POST /v1/complaints, whatever the case, the digits and what stands between."""
    assert names_emergency(code)
    answer = await intake.post("/v1/complaints", {"service_code": code, "description": "help"})
    assert answer.status_code == 202, answer.text
    assert answer.json()["service_code"] == "emergency-112"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"service_code":"emergency\\u002d112","description":"help"}',
        b'{"service_code":"emergency\\u002d112","description":"help',
        b"service_code=emergency-112&description=help",
        b'{"service_code":"e-complaint","service_code":"emergency-112"}',
        b'{"service_code":"emergency-112","service_code":"e-complaint"}',
        gzip.compress(b'{"service_code":"emergency-112"}', mtime=0),
        '{"service_code":"emergency-112"}'.encode("utf-16"),
        b'[{"service_code":"emergency-112"}]',
        b"\xef\xbb\xbf" + b'{"service_code":"emergency-112"}',
    ],
    ids=lambda raw: repr(raw[:40]),
)
async def test_the_emergency_service_in_any_bytes(intake: Rig, raw: bytes) -> None:
    """Escaped, doubled, packed, cut or in another encoding, the service is found."""
    answer = await intake.post("/v1/complaints", raw)
    assert answer.status_code == 202, answer.text


async def test_who_only_mentions_the_service_does_not_call_it(intake: Rig) -> None:
    """A complaint about emergency-112 stays a complaint, and a broken body of another service is refused."""
    assert not names_emergency_anywhere(b'{"service_code":"e-complaint","description":"emergency-112 never came"}')
    assert (await intake.post("/v1/complaints", b'{"service_code":"e-complaint"')).status_code == 400
    assert not any(names_emergency(code) for code in ("e-complaint", "hearing", "", None, 112, "x" * 5_000))
