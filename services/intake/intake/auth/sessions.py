"""Refresh tokens: opaque, rotated at each use; a token used twice ends its whole session."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Session:
    session_id: str
    phone_sealed: str
    subject: str
    current_hash: str
    expires_at: datetime
    known_since: datetime | None = None


class LoginStore(Protocol):
    async def remember(self, subject: str, now: datetime, gap: timedelta) -> datetime:
        """Notes a login by one-time password. Returns the first login since which no `gap` passed without one."""


class SessionStore(Protocol):
    async def add(self, session: Session) -> None: ...

    async def get(self, session_id: str) -> Session | None: ...

    async def rotate(self, session_id: str, old_hash: str, new_hash: str) -> bool:
        """Replaces the current token's hash; False when it is no longer `old_hash`."""

    async def end(self, session_id: str) -> None: ...


def new_token(session_id: str) -> str:
    return f"{session_id}.{secrets.token_urlsafe(32)}"


def new_session_id() -> str:
    return secrets.token_urlsafe(16)


def session_of(token: str) -> str:
    return token.partition(".")[0]


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def rotate(store: SessionStore, token: str, now: datetime) -> tuple[Session, str] | None:
    """The session and its next token, or None when the token is unknown, expired or was used before."""
    session = await store.get(session_of(token))
    if session is None or now >= session.expires_at:
        return None
    following = new_token(session.session_id)
    if await store.rotate(session.session_id, hash_token(token), hash_token(following)):
        return session, following
    # A token seen twice was stolen or replayed: neither holder keeps the session.
    await store.end(session.session_id)
    return None
