"""Refresh tokens: opaque, rotated at each use; a token used twice ends its whole session."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from chassis.clock import Clock
from chassis.repeating import repeat
from chassis.telemetry.logs import get_logger

_log = get_logger(__name__)

# How long an access token outlives a logout at most, in the other processes.
REFRESH_EVERY: Final = timedelta(seconds=5)


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

    async def forget(self, subject: str) -> None:
        """The next login is a first one."""


class SessionStore(Protocol):
    async def add(self, session: Session) -> None: ...

    async def get(self, session_id: str) -> Session | None: ...

    async def rotate(self, session_id: str, old_hash: str, new_hash: str) -> bool:
        """Replaces the current token's hash; False when it is no longer `old_hash`."""

    async def end(self, session_id: str, at: datetime) -> None:
        """Ends the session, and remembers for a day that it ended."""

    async def end_all(self, subject: str, at: datetime) -> None:
        """Ends every session of this citizen."""

    async def ended(self, since: datetime) -> frozenset[str]:
        """The marks of the sessions that ended since."""


def new_token(session_id: str) -> str:
    return f"{session_id}.{secrets.token_urlsafe(32)}"


def new_session_id() -> str:
    return secrets.token_urlsafe(16)


def session_of(token: str) -> str:
    return token.partition(".")[0]


def mark_of(session_id: str) -> str:
    """What stands for a session in its access tokens; it opens nothing."""
    return hashlib.sha256(f"session {session_id}".encode()).hexdigest()[:32]


class EndedSessions:
    """Marks of sessions whose access tokens are worth nothing any more, read anew every few seconds."""

    def __init__(self, store: SessionStore, clock: Clock, token_life: timedelta) -> None:
        self._store, self._clock, self._life = store, clock, token_life
        self._marks: frozenset[str] = frozenset()

    def has(self, mark: str | None) -> bool:
        return mark is not None and mark in self._marks

    async def refresh(self) -> None:
        self._marks = await self._store.ended(self._clock.now() - self._life)

    async def run(self) -> None:
        """Refresh until cancelled; while the store is away the last marks stand."""
        await repeat(self.refresh, REFRESH_EVERY, _log, "ended_sessions_not_read")


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
    await store.end(session.session_id, now)
    return None
