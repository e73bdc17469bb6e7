"""In-memory challenge and session stores; test_intake_auth_stores proves they behave as MongoDB's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from intake.auth.otp import Challenge, Limit
from intake.auth.sessions import Session, mark_of


class MemoryOtpStore:
    def __init__(self) -> None:
        self._challenges: dict[str, Challenge] = {}
        self._hits: dict[tuple[str, int, int], int] = {}

    async def add(self, challenge: Challenge) -> None:
        self._challenges[challenge.challenge_id] = challenge

    async def use_try(self, challenge_id: str, now: datetime) -> Challenge | None:
        found = self._challenges.get(challenge_id)
        if found is None or found.expires_at <= now:
            return None
        self._challenges[challenge_id] = replace(found, tries_left=found.tries_left - 1)
        return found

    async def use(self, challenge_id: str) -> bool:
        return self._challenges.pop(challenge_id, None) is not None

    async def hit(self, limit: Limit, now: datetime) -> datetime | None:
        seconds = int(limit.window.total_seconds())
        start = int(now.timestamp()) // seconds * seconds
        key = (limit.key, seconds, start)
        self._hits[key] = self._hits.get(key, 0) + 1
        return datetime.fromtimestamp(start + seconds, UTC) if self._hits[key] > limit.count else None


class MemoryLoginStore:
    def __init__(self) -> None:
        self._logins: dict[str, tuple[datetime, datetime]] = {}

    async def remember(self, subject: str, now: datetime, gap: timedelta) -> datetime:
        since, expires_at = self._logins.get(subject, (now, now))
        since = since if expires_at > now else now
        self._logins[subject] = (since, now + gap)
        return since

    async def forget(self, subject: str) -> None:
        self._logins.pop(subject, None)


class MemorySessionStore:
    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._ended: dict[str, datetime] = {}

    async def add(self, session: Session) -> None:
        self._sessions[session.session_id] = session

    async def get(self, session_id: str) -> Session | None:
        return self._sessions.get(session_id)

    async def rotate(self, session_id: str, old_hash: str, new_hash: str) -> bool:
        session = self._sessions.get(session_id)
        if session is None or session.current_hash != old_hash:
            return False
        self._sessions[session_id] = replace(session, current_hash=new_hash)
        return True

    async def end(self, session_id: str, at: datetime) -> None:
        self._ended[mark_of(session_id)] = at
        self._sessions.pop(session_id, None)

    async def end_all(self, subject: str, at: datetime) -> None:
        for session_id in [key for key, one in self._sessions.items() if one.subject == subject]:
            await self.end(session_id, at)

    async def ended(self, since: datetime) -> frozenset[str]:
        return frozenset(mark for mark, at in self._ended.items() if at >= since)


class SenderSpy:
    """Keeps what a phone would have received."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.discreet: list[bool] = []

    async def send(self, phone: str, code: str, language: str, *, discreet: bool) -> None:
        self.sent.append((phone, code, language))
        self.discreet.append(discreet)
