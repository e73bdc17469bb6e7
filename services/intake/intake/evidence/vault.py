"""Seals the bytes of files: each file has a key of its own, which is kept sealed by the key ring for its case.

Destroying a month's key of the ring destroys every file whose key it sealed.
"""

import os
from datetime import datetime
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.sealing import KeyRing, SealError, SealFailure

_NONCE_BYTES = 12


class FileKey:
    """AES-256-GCM. A part is bound to its file, its role (original or copy) and the offset it stands at."""

    def __init__(self, evidence_id: str, secret: bytes) -> None:
        self._evidence_id = evidence_id
        self._cipher = AESGCM(secret)

    @classmethod
    def new(cls, ring: KeyRing, case_id: str, evidence_id: str, now: datetime) -> tuple[Self, str]:
        """The key, and what is kept of it."""
        secret = AESGCM.generate_key(256)
        return cls(evidence_id, secret), ring.seal(case_id, secret, now)

    @classmethod
    def kept(cls, ring: KeyRing, case_id: str, evidence_id: str, sealed: str) -> Self:
        """SealError if the month's key is gone, or it is another case's."""
        return cls(evidence_id, ring.open(case_id, sealed))

    def seal(self, role: str, offset: int, content: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, self._place(role, offset))

    def open(self, role: str, offset: int, sealed: bytes) -> bytes:
        """SealError BROKEN for what was sealed for another place, or was changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._place(role, offset))
        except (InvalidTag, ValueError):
            raise SealError(SealFailure.BROKEN) from None

    def _place(self, role: str, offset: int) -> bytes:
        return f"{self._evidence_id}|{role}|{offset}".encode()
