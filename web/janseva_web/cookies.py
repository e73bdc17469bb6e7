"""What a browser keeps for us: sealed with AES-GCM, bound to its purpose, and worthless after its time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

_NONCE: Final = 12
_TAG: Final = 16
# A browser keeps 4,096 bytes of a cookie; a form carries more.
LONGEST: Final = 200_000


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is sealed, by name; it opens for no other purpose, and for `lifetime` alone."""

    name: str
    lifetime: timedelta


class Sealer:
    """Seals values into texts for cookies and hidden fields. Without a key nothing can be sealed: KeyError."""

    def __init__(self, key: SecretStr) -> None:
        raw = base64.b64decode(key.get_secret_value())
        # Two uses, two keys of one secret.
        self._cipher = AESGCM(hmac.digest(raw, b"seal", hashlib.sha256))
        self._form_key = hmac.digest(raw, b"form", hashlib.sha256)

    def seal(self, purpose: Purpose, value: Mapping[str, Any], now: datetime) -> str:
        plain = json.dumps([int(now.timestamp()), value], ensure_ascii=False, separators=(",", ":")).encode()
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, plain, purpose.name.encode())
        return base64.urlsafe_b64encode(sealed).decode()

    def open(self, purpose: Purpose, text: str | None, now: datetime) -> dict[str, Any] | None:
        """The value; None if it was not sealed here for this purpose, or too long ago."""
        if not text or len(text) > LONGEST:
            return None
        try:
            raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
            plain = self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], purpose.name.encode()) if len(raw) > _TAG else b""
        except (UnicodeEncodeError, binascii.Error, ValueError, InvalidTag):
            return None
        if not plain:
            return None
        sealed_at, value = json.loads(plain)
        young = 0 <= now.timestamp() - sealed_at + 1 <= purpose.lifetime.total_seconds() + 1
        return value if young and isinstance(value, dict) else None

    def form_token(self, visit_id: str) -> str:
        """What a form of this browser's visit must carry."""
        return hmac.new(self._form_key, visit_id.encode(), hashlib.sha256).hexdigest()[:40]

    def is_form_token(self, visit_id: str, given: str) -> bool:
        return hmac.compare_digest(self.form_token(visit_id).encode(), given.encode("utf-8", "replace"))
