"""Filing a submission: one durable insert, or the answer that the same request got before."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from chassis.clock import Clock
from chassis.http.problems import Problem
from chassis.outbox.publisher import OutboxEntry
from chassis.sealing import KeyRing
from event_schemas.policies import PolicySet
from event_schemas.times import whole_ms
from intake.case.keys import Keys
from intake.case.model import Case, Idempotency, IdentityState
from intake.case.numbers import new_receipt_secret, new_tracking_number, receipt_hash
from intake.case.publishing import outbox_entry
from intake.case.store import CaseStore, UniqueConflict, UniqueField
from intake.filing.domain import NewCase, Stamp, Submission, check_in_at_filing, file_complaint, hold_at_filing, new_ids
from intake.filing.notices import ENTERED_LATE
from intake.metrics import IntakeMetrics
from intake.problems import KEY_IN_PROGRESS, KEY_REUSED

RETRY_AFTER = {"Retry-After": "1"}
NUMBER_TRIES = 5


@dataclass(frozen=True, slots=True)
class Filed:
    """An accepted submission and the secret that opens its status; the secret is nowhere else.

    `flags` are those of this answer if they are not the case's own: a repeat has its own notices.
    `repeated`: an earlier request made the case.
    """

    case: Case
    receipt_secret: str
    flags: tuple[str, ...] | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Walkin:
    """Where a visitor without a case stands as it is opened."""

    place: str
    presence: str


class FilingDesk:
    def __init__(
        self,
        *,
        store: CaseStore,
        policies: PolicySet,
        ring: KeyRing,
        keys: Keys,
        clock: Clock,
        metrics: IntakeMetrics,
    ) -> None:
        self._store = store
        self._policies = policies
        self._ring = ring
        self._keys = keys
        self._clock = clock
        self._metrics = metrics
        self._in_flight: set[str] = set()

    def now(self) -> datetime:
        """The server's time as the store keeps it: milliseconds."""
        return whole_ms(self._clock.now())

    async def file(
        self,
        submission: Submission,
        *,
        key: str | None = None,
        idempotency: Idempotency | None = None,
        walkin: Walkin | None = None,
    ) -> Filed:
        """Durable on return. Problem 409 for a key in flight or reused; UniqueConflict for a repeat slot."""
        if key is None or idempotency is None:
            return await self._insert(submission, None, None, walkin)
        with self._alone(idempotency.scope):
            try:
                return await self._insert(submission, key, idempotency, walkin)
            except UniqueConflict as conflict:
                if conflict.by is not UniqueField.IDEMPOTENCY:
                    raise
            return await self.replay(key, idempotency)

    async def replay(self, key: str, idempotency: Idempotency) -> Filed:
        """The answer of the first request with this key."""
        case = await self._store.by_idempotency(idempotency.scope)
        if case is None or case.idempotency is None:
            # The index knows the other insert before a majority does.
            raise Problem(KEY_IN_PROGRESS, headers=RETRY_AFTER)
        if case.idempotency.body != idempotency.body:
            raise Problem(KEY_REUSED)
        return Filed(case, self._keys.receipt(case.case_id, key), repeated=True)

    async def _insert(
        self, submission: Submission, key: str | None, idempotency: Idempotency | None, walkin: Walkin | None
    ) -> Filed:
        for _ in range(NUMBER_TRIES):
            filing, secret = self._prepare(submission, key, idempotency, walkin)
            try:
                await self._store.insert(filing.case, self._entries(filing))
            except UniqueConflict as conflict:
                if conflict.by in (UniqueField.TRACKING_NUMBER, UniqueField.CASE_ID):
                    continue
                raise
            self._metrics.accepted.labels(filing.case.service_code, filing.case.lane, filing.case.channel).inc()
            if ENTERED_LATE in filing.case.flags:
                self._metrics.entered_late.labels(filing.case.service_code).inc()
            return Filed(filing.case, secret)
        raise RuntimeError("no free tracking number was found")

    def _prepare(
        self, submission: Submission, key: str | None, idempotency: Idempotency | None, walkin: Walkin | None
    ) -> tuple[NewCase, str]:
        now = self.now()
        case_id, event_id = new_ids(now)
        secret = new_receipt_secret() if key is None else self._keys.receipt(case_id, key)
        stamp = Stamp(now, case_id, new_tracking_number(now), event_id, receipt_hash(secret), idempotency)
        filing = file_complaint(submission, stamp, self._policies, self._ring.seal)
        if submission.identity is not None and submission.identity.state is IdentityState.HELD:
            _, hold_id = new_ids(now)
            filing = hold_at_filing(filing, submission.identity.document or "identity", hold_id, self._policies)
        if walkin is not None:
            _, visit_id = new_ids(now)
            filing = check_in_at_filing(filing, walkin.place, walkin.presence, visit_id, self._policies)
        return filing, secret

    def _entries(self, filing: NewCase) -> Sequence[OutboxEntry]:
        return [outbox_entry(numbered, filing.case.lane, fresh=True) for numbered in filing.events]

    @contextmanager
    def _alone(self, scope: str) -> Iterator[None]:
        """One request per key at a time in this process; across processes the unique index decides."""
        if scope in self._in_flight:
            raise Problem(KEY_IN_PROGRESS, headers=RETRY_AFTER)
        self._in_flight.add(scope)
        try:
            yield
        finally:
            self._in_flight.discard(scope)
