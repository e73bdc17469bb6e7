"""Sealed fields: what opens, what does not, and why not."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from chassis.sealing import KeyRing, SealError, SealFailure

NOVEMBER = datetime(2026, 11, 5, tzinfo=UTC)
RING = KeyRing({"2026-10": b"a" * 32, "2026-11": b"b" * 32})


def _reason(ring: KeyRing, case_id: str, token: str) -> SealFailure:
    with pytest.raises(SealError) as caught:
        ring.open(case_id, token)
    return caught.value.reason


@given(case_id=st.text(), plaintext=st.binary(max_size=2_000))
def test_what_is_sealed_opens_for_its_case(case_id: str, plaintext: bytes) -> None:
    """Any bytes come back unchanged for the case they were sealed for."""
    if "\ud800" <= max(case_id, default="") <= "\udfff":
        return
    assert RING.open(case_id, RING.seal(case_id, plaintext, NOVEMBER)) == plaintext


@given(st.binary(min_size=1, max_size=50), st.text(alphabet="abc", min_size=1), st.text(alphabet="abc", min_size=1))
def test_another_case_can_not_open_it(plaintext: bytes, one: str, other: str) -> None:
    """A seal moved to another case says so."""
    token = RING.seal(one, plaintext, NOVEMBER)
    if one != other:
        assert _reason(RING, other, token) is SealFailure.WRONG_CASE


@given(st.integers(min_value=11, max_value=10_000), st.sampled_from("ABCDxyz019-_.!é"))
def test_a_changed_token_never_opens(position: int, letter: str) -> None:
    """Whatever single character is changed, the token is refused with a reason."""
    token = RING.seal("c_1", b"Sita Devi, Araria", NOVEMBER)
    position %= len(token)
    changed = token[:position] + letter + token[position + 1 :]
    if changed != token:
        with pytest.raises(SealError) as caught:
            RING.open("c_1", changed)
        assert caught.value.reason in {SealFailure.BROKEN, SealFailure.WRONG_CASE, SealFailure.KEY_DESTROYED}


def test_a_changed_last_letter_never_opens() -> None:
    """Nor is it enough that a changed last letter decodes to the same bytes: a token has one spelling."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
    for length in range(3):
        token = RING.seal("c_1", b"x" * length, NOVEMBER)
        for letter in letters.replace(token[-1], ""):
            assert _reason(RING, "c_1", token[:-1] + letter) is SealFailure.BROKEN
        assert _reason(RING, "c_1", token + "=") is SealFailure.BROKEN


@pytest.mark.parametrize("cut", [0, 1, 5, 12, 30])
def test_a_cut_token_is_broken(cut: int) -> None:
    """A truncated token is broken, not a crash."""
    token = RING.seal("c_1", b"x", NOVEMBER)
    assert _reason(RING, "c_1", token[:cut]) is SealFailure.BROKEN


def test_a_tampered_ciphertext_is_broken() -> None:
    """The case mark is right but the text was changed: broken, not another case."""
    prefix, month, body = RING.seal("c_1", b"hello", NOVEMBER).split(".")
    raw = bytearray(base64.urlsafe_b64decode(body + "=="))
    raw[-1] ^= 1
    token = f"{prefix}.{month}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"
    assert _reason(RING, "c_1", token) is SealFailure.BROKEN


def test_destroying_a_key_destroys_its_month() -> None:
    """Without October's key October's seals are gone for good, November's are not."""
    october = RING.seal("c_1", b"old", datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    november = RING.seal("c_1", b"new", NOVEMBER)
    left = KeyRing({"2026-11": b"b" * 32})
    assert _reason(left, "c_1", october) is SealFailure.KEY_DESTROYED
    assert left.open("c_1", november) == b"new"


def test_a_late_rotation_refuses_nobody() -> None:
    """With December's key missing, November's seals on; before the first key there is nothing to seal with."""
    assert RING.seal("c", b"x", datetime(2026, 12, 24, tzinfo=UTC)).startswith("s1.2026-11.")
    with pytest.raises(SealError) as caught:
        RING.seal("c", b"x", datetime(2026, 9, 30, tzinfo=UTC))
    assert caught.value.reason is SealFailure.NO_KEY


def test_the_same_text_never_looks_the_same_twice() -> None:
    """Nobody sees from two seals that the same person filed both."""
    assert RING.seal("c", b"x", NOVEMBER) != RING.seal("c", b"x", NOVEMBER)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"2026-11": "c2hvcnQ="}', '{"2026-13": "%s"}', '{"2026-11": 5}', "null"]
)
def test_a_bad_key_ring_is_refused_without_quoting_it(text: str) -> None:
    """A mistake in the secret stops the start, and the error does not print the secret."""
    text = text.replace("%s", base64.b64encode(b"k" * 32).decode())
    with pytest.raises(SealError) as caught:
        KeyRing.from_json(SecretStr(text))
    assert caught.value.reason is SealFailure.BAD_KEY_RING
    assert caught.value.__cause__ is None


def test_a_key_ring_is_read_from_its_setting() -> None:
    """SEALING_KEYS is JSON of base64 by month."""
    ring = KeyRing.from_json(SecretStr(json.dumps({"2026-11": base64.b64encode(b"b" * 32).decode()})))
    assert ring.months == ("2026-11",)
    assert ring.open("c", RING.seal("c", b"x", NOVEMBER)) == b"x"
