"""Seal personal data for one case: AES-256-GCM under the key of its month, bound to the case id. Errors: SealError."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_NONCE_BYTES = 12
_MARK_BYTES = 8
_TAG_BYTES = 16
_PREFIX = "s1"


class SealFailure(StrEnum):
    """Why a seal could not be made or opened."""

    BAD_KEY_RING = "bad_key_ring"
    NO_KEY = "no_key"  # no key of this month or an earlier one to seal with
    KEY_DESTROYED = "key_destroyed"  # the token names a key the ring no longer has
    WRONG_CASE = "wrong_case"  # sealed for another case
    BROKEN = "broken"  # not a token, cut short or tampered with


class SealError(Exception):
    """Raised for every failure; `reason` says which. The text holds no data."""

    def __init__(self, reason: SealFailure) -> None:
        super().__init__(reason.value)
        self.reason = reason


class _Key:
    def __init__(self, secret: bytes) -> None:
        self.cipher = AESGCM(secret)
        # A key of its own for the case mark, so that the mark reveals nothing about the cipher's key.
        self.mark_key = hmac.digest(secret, b"case-mark", hashlib.sha256)

    def mark(self, nonce: bytes, case_id: str) -> bytes:
        return hmac.digest(self.mark_key, nonce + case_id.encode(), hashlib.sha256)[:_MARK_BYTES]


class KeyRing:
    """Keys by month ("2026-11"). Destroying a month's key destroys what was sealed in that month.

    A token is `s1.<month>.<base64url(nonce, case mark, ciphertext)>`. The mark (a keyed hash of nonce and case id)
    distinguishes a token of another case from a broken one; AES-GCM's additional data binds the case id all the same.
    """

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if any(not _MONTH.fullmatch(month) or len(secret) != 32 for month, secret in keys.items()):
            raise SealError(SealFailure.BAD_KEY_RING)
        self._keys = {month: _Key(secret) for month, secret in keys.items()}

    @classmethod
    def from_json(cls, secret: SecretStr | str) -> Self:
        """From {"2026-11": "<base64 of 32 bytes>", ...}."""
        text = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
        try:
            parsed = json.loads(text)
            keys = {str(month): base64.b64decode(value, validate=True) for month, value in parsed.items()}
        except (ValueError, AttributeError, TypeError):
            # Not chained: the parser's message could quote the secret.
            raise SealError(SealFailure.BAD_KEY_RING) from None
        return cls(keys)

    @property
    def months(self) -> tuple[str, ...]:
        return tuple(sorted(self._keys))

    def seal(self, case_id: str, plaintext: bytes, at: datetime) -> str:
        """Seal with the key of `at`'s month, or with the newest earlier one: a late rotation refuses nobody."""
        wanted = f"{at.astimezone(UTC):%Y-%m}"
        month = max((month for month in self._keys if month <= wanted), default=None)
        if month is None:
            raise SealError(SealFailure.NO_KEY)
        key = self._keys[month]
        nonce = os.urandom(_NONCE_BYTES)
        sealed = key.cipher.encrypt(nonce, plaintext, _bound_to(month, case_id))
        body = base64.urlsafe_b64encode(nonce + key.mark(nonce, case_id) + sealed).rstrip(b"=").decode()
        return f"{_PREFIX}.{month}.{body}"

    def open(self, case_id: str, sealed: str) -> bytes:
        """The plaintext; SealError with KEY_DESTROYED, WRONG_CASE or BROKEN otherwise."""
        month, body = _split(sealed)
        key = self._keys.get(month)
        if key is None:
            raise SealError(SealFailure.KEY_DESTROYED)
        nonce, rest = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
        mark, ciphertext = rest[:_MARK_BYTES], rest[_MARK_BYTES:]
        if not hmac.compare_digest(mark, key.mark(nonce, case_id)):
            raise SealError(SealFailure.WRONG_CASE)
        try:
            return key.cipher.decrypt(nonce, ciphertext, _bound_to(month, case_id))
        except InvalidTag:
            raise SealError(SealFailure.BROKEN) from None


def _bound_to(month: str, case_id: str) -> bytes:
    return f"{_PREFIX}|{month}|{case_id}".encode()


def _split(sealed: str) -> tuple[str, bytes]:
    prefix, _, rest = sealed.partition(".")
    month, _, text = rest.partition(".")
    if prefix != _PREFIX or not _MONTH.fullmatch(month):
        raise SealError(SealFailure.BROKEN)
    try:
        raw = text.encode("ascii")
        body = base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise SealError(SealFailure.BROKEN) from None
    # The last letter may have bits that say nothing: one seal has one spelling.
    if len(body) < _NONCE_BYTES + _MARK_BYTES + _TAG_BYTES or base64.urlsafe_b64encode(body).rstrip(b"=") != raw:
        raise SealError(SealFailure.BROKEN)
    return month, body
