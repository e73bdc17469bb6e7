"""Links to a certificate's PDF that hold for a while: whoever has one may read it, nobody can make one."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

LONGEST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SignedLink:
    url: str
    expires_at: datetime


class LinkSigner:
    def __init__(self, public_url: str, secret: str) -> None:
        self._base = public_url.rstrip("/")
        # A key of its own, so that a link reveals nothing of the service token.
        self._key = hmac.digest(secret.encode(), b"janseva certificate link", hashlib.sha256)

    def link(self, certificate_id: str, *, now: datetime, lifetime: timedelta) -> SignedLink:
        expires = int((now + min(lifetime, LONGEST)).timestamp())
        signature = self._signature(certificate_id, expires)
        url = f"{self._base}/v1/certificates/{certificate_id}.pdf?expires={expires}&signature={signature}"
        return SignedLink(url, datetime.fromtimestamp(expires, UTC))

    def is_genuine(self, certificate_id: str, expires: int, signature: str, *, now: datetime) -> bool:
        expected = self._signature(certificate_id, expires)
        return hmac.compare_digest(expected.encode(), signature.encode()) and now.timestamp() < expires

    def _signature(self, certificate_id: str, expires: int) -> str:
        return hmac.new(self._key, f"{certificate_id}|{expires}".encode(), hashlib.sha256).hexdigest()
