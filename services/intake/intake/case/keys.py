"""Idempotency scopes, body fingerprints and receipts: all keyed by one secret of intake."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import orjson
from pydantic import SecretStr

from chassis.http.problems import Problem
from intake.case.model import Idempotency
from intake.case.numbers import receipt_secret
from intake.problems import KEY_INVALID

_PRINTABLE = re.compile(r"[\x21-\x7e]{1,255}")
ANONYMOUS_MIN_CHARS = 22  # 128 bits in base64; a UUID has 36
ANONYMOUS_MIN_DISTINCT = 6


class Keys:
    def __init__(self, secret: SecretStr) -> None:
        self._secret = base64.b64decode(secret.get_secret_value())

    def idempotency(self, key: str, *, principal: str | None, route: str, body: Any) -> Idempotency:
        """Scoped to the principal, or to the route for who has no login. Problem if the key cannot serve."""
        if not is_usable(key, anonymous=principal is None):
            raise Problem(KEY_INVALID)
        scope = self._mac("scope", principal or f"route {route}", key)
        return Idempotency(scope[:40], self._mac("body", route, fingerprint(body)))

    def receipt(self, case_id: str, idempotency_key: str) -> str:
        return receipt_secret(self._secret, case_id, idempotency_key)

    def document(self, kind: str, number: str) -> str:
        """What stands for an identity document: the same for the same number, which can't be had from it."""
        return self._mac("document", kind, number)

    def tip(self, case_key: str, passphrase: str) -> str:
        """What stands for both together: neither can be had from it, and a wrong one costs what the right one does."""
        return self._mac("tip", case_key, passphrase)

    def tip_tries(self, case_key: str) -> str:
        return self._mac("tip tries", case_key)[:16]

    def mark(self, holder: str, service_code: str, content: str) -> str:
        """What stands for a part of a filing of one holder: nobody else's has it, and the part can't be had from it."""
        return self._mac("mark", holder, service_code, content)[:24]

    def viewer(self, who: str, case_id: str) -> str:
        """Whom the open streams of a case count for."""
        return self._mac("viewer", who, case_id)[:16]

    def ticket(self, text: str) -> str:
        return self._mac("ticket", text)

    def signing(self, payload: str) -> str:
        return self._mac("signing", payload)[:32]

    def is_signing(self, payload: str, mac: str) -> bool:
        return hmac.compare_digest(self.signing(payload), mac)

    def source(self, address: str, day: date) -> str:
        """What stands for a network address, for one day: enough to see that many calls come from one."""
        return self._mac("source", day.isoformat(), address)[:16]

    def trail(self, *parts: str) -> str:
        """What chains and signs a case's audit trail."""
        return self._mac("trail", *parts)

    def _mac(self, *parts: str | bytes) -> str:
        return hmac.digest(self._secret, framed(parts), hashlib.sha256).hex()


def framed(parts: Iterable[str | bytes]) -> bytes:
    """Each part behind its length: ("ab", "c") and ("a", "bc") must never give one digest."""
    raw = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(8, "big") + part for part in raw)


def is_usable(key: str, *, anonymous: bool) -> bool:
    if not _PRINTABLE.fullmatch(key):
        return False
    return not anonymous or (len(key) >= ANONYMOUS_MIN_CHARS and len(set(key)) >= ANONYMOUS_MIN_DISTINCT)


def fingerprint(body: Any) -> bytes:
    """One form for what means the same: order of members and white space do not matter."""
    return body if isinstance(body, bytes) else orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
