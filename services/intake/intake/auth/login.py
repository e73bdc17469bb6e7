"""Login as a citizen: ask for a code, trade it for tokens, refresh them, log out."""

import base64
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.clock import Clock
from chassis.http.problems import FieldError, Problem
from chassis.sealing import KeyRing, SealError
from intake.auth.otp import Challenge, Limit, OtpSender, OtpStore, Verdict, code_mac, new_code, verify_code
from intake.auth.problems import (
    OTP_EXPIRED,
    OTP_RATE_LIMITED,
    OTP_TRIES_EXHAUSTED,
    OTP_WRONG,
    PHONE_INVALID,
    REFRESH_REFUSED,
)
from intake.auth.sessions import (
    EndedSessions,
    LoginStore,
    Session,
    SessionStore,
    hash_token,
    mark_of,
    new_session_id,
    new_token,
    rotate,
    session_of,
)
from intake.auth.settings import AuthSettings
from intake.auth.tokens import CitizenTokens
from intake.metrics import IntakeMetrics
from intake.phones import read_phone_number

HOUR = timedelta(hours=1)
_NOT_A_NUMBER = FieldError("phone_invalid", "is not a valid number", "सही नंबर नहीं है", "/phone")
_NO_SMS = FieldError("phone_gets_no_sms", "gets no SMS", "इस नंबर पर एसएमएस नहीं पहुँचता", "/phone")


@dataclass(frozen=True, slots=True)
class TokenPair:
    access_token: str
    refresh_token: str
    expires_in: int


class Login:
    def __init__(
        self,
        *,
        settings: AuthSettings,
        tokens: CitizenTokens,
        ring: KeyRing,
        challenges: OtpStore,
        sessions: SessionStore,
        logins: LoginStore,
        sender: OtpSender,
        is_discreet: Callable[[str], Awaitable[bool]],
        clock: Clock,
        ended: EndedSessions,
        metrics: IntakeMetrics,
    ) -> None:
        self._ended = ended
        self._settings = settings
        self._tokens = tokens
        self._ring = ring
        self._challenges = challenges
        self._sessions = sessions
        self._logins = logins
        self._sender = sender
        self._is_discreet = is_discreet
        self._clock = clock
        self._metrics = metrics
        self._mac_key = base64.b64decode(settings.phone_hash_key.get_secret_value())

    async def ask_code(self, phone_text: str, language: str, address: str, *, neutral: bool = False) -> tuple[str, int]:
        """Sends a code by SMS; returns the challenge's id and its life in seconds.

        It names nothing if that is asked for now, or was with a case of this login (`is_discreet`, by subject).
        """
        phone = self._mobile(phone_text)
        now = self._clock.now()
        await self._check_limits(phone, address, now)
        challenge_id, code = secrets.token_urlsafe(24), new_code()
        challenge = Challenge(
            challenge_id=challenge_id,
            phone_sealed=self._ring.seal(challenge_id, phone.encode(), now),
            code_mac=code_mac(challenge_id, code, self._mac_key),
            expires_at=now + self._settings.otp_ttl,
            tries_left=self._settings.otp_tries,
        )
        await self._challenges.add(challenge)
        discreet = neutral or await self._is_discreet(self._tokens.subject_of(phone))
        await self._sender.send(phone, code, language, discreet=discreet)
        return challenge_id, int(self._settings.otp_ttl.total_seconds())

    def _mobile(self, text: str) -> str:
        """The number in E.164, if an SMS can reach it. What is refused is counted by why, without the number."""
        phone = read_phone_number(text)
        if phone is None or phone.has_extension:
            self._metrics.otp_refused.labels("invalid").inc()
            raise Problem(PHONE_INVALID, errors=[_NOT_A_NUMBER])
        if phone.no_sms is not None:
            self._metrics.otp_refused.labels(phone.no_sms).inc()
            raise Problem(PHONE_INVALID, "no_sms", errors=[_NO_SMS])
        return phone.e164

    async def trade_code(self, challenge_id: str, code: str) -> TokenPair:
        now = self._clock.now()
        verdict, challenge = await verify_code(self._challenges, challenge_id, code, self._mac_key, now)
        if verdict is Verdict.WRONG:
            assert challenge is not None
            raise Problem(OTP_WRONG, extra={"tries_left": challenge.tries_left - 1})
        if verdict is Verdict.EXHAUSTED:
            raise Problem(OTP_TRIES_EXHAUSTED)
        if challenge is None:
            raise Problem(OTP_EXPIRED)
        phone = self._ring.open(challenge_id, challenge.phone_sealed).decode()
        subject = self._tokens.subject_of(phone)
        known_since = await self._logins.remember(subject, now, self._settings.account_gap)
        session_id = new_session_id()
        refresh = new_token(session_id)
        await self._sessions.add(
            Session(
                session_id=session_id,
                phone_sealed=self._ring.seal(session_id, phone.encode(), now),
                subject=subject,
                current_hash=hash_token(refresh),
                expires_at=now + self._settings.refresh_token_ttl,
                known_since=known_since,
            )
        )
        return self._pair(phone, refresh, now, known_since, session_id)

    async def refresh(self, refresh_token: str) -> TokenPair:
        now = self._clock.now()
        rotated = await rotate(self._sessions, refresh_token, now)
        if rotated is None:
            raise Problem(REFRESH_REFUSED)
        session, following = rotated
        try:
            phone = self._ring.open(session.session_id, session.phone_sealed).decode()
        except SealError as error:
            raise Problem(REFRESH_REFUSED) from error
        return self._pair(phone, following, now, session.known_since or now, session.session_id)

    async def log_out(self, refresh_token: str) -> None:
        session = await self._sessions.get(session_of(refresh_token))
        if session is not None and session.current_hash == hash_token(refresh_token):
            await self._sessions.end(session.session_id, self._clock.now())
            await self._ended.refresh()

    def _pair(self, phone: str, refresh_token: str, now: datetime, known_since: datetime, session_id: str) -> TokenPair:
        access = self._tokens.issue(phone, now, known_since, mark_of(session_id))
        return TokenPair(access, refresh_token, int(self._tokens.ttl.total_seconds()))

    async def _check_limits(self, phone: str, address: str, now: datetime) -> None:
        settings, subject = self._settings, self._tokens.subject_of(phone)
        # The resend pause first: an impatient finger must not use up the hour's codes.
        limits = (
            Limit(f"resend:{subject}", 1, settings.otp_resend_after),
            Limit(f"address:{self._tokens.subject_of(address)}", settings.otp_per_address_per_hour, HOUR),
            Limit(f"phone:{subject}", settings.otp_per_phone_per_hour, HOUR),
        )
        for limit in limits:
            allowed_at = await self._challenges.hit(limit, now)
            if allowed_at is not None:
                wait_s = max(1, int((allowed_at - now).total_seconds()))
                raise Problem(OTP_RATE_LIMITED, headers={"Retry-After": str(wait_s)}, extra={"retry_after_s": wait_s})
