"""An in-memory dispatch log and gateway with the real ones' rules, and events to feed the notifier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.outbox.publisher import OutboxEntry
from chassis.sealing import KeyRing
from event_schemas import DirectoryPost, PersonalData, Post, encode
from event_schemas.ids import new_event_id
from notifier.directory import Directory
from notifier.domain import CaseCard, DispatchState, Notice
from notifier.provider import GatewayError, OutgoingSms
from notifier.quotas import Quota
from notifier.records import Claim, Report, ReportedDispatch
from tests.manual_clock import ManualClock

START = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CASE = "c_01M820KRWBZXF69DE1D4FEXZX0"
KEYS = KeyRing({"2026-11": b"k" * 32})
PHONE = "+910900000001"


def card(**changes: Any) -> CaseCard:
    sealed = KEYS.seal(CASE, PersonalData(name="Sita Devi", phone=PHONE).to_json(), START)
    whole = CaseCard(
        case_id=CASE,
        tracking_number="JS-26-7K3M-9QXD-4",
        service_code="e-complaint",
        language="hi",
        sensitive=False,
        anonymous=False,
        sealed=sealed,
        station_name="Sheohar",
        officer_post="SHO:5140003",
        station_code="5140003",
        police_district="SHEOHAR",
    )
    return replace(whole, **changes)


def notice(number: int = 1, **changes: Any) -> Notice:
    whole = Notice(
        notification_id=f"n-{number}",
        event_id=f"e-{number}",
        case_id=CASE,
        emergency=False,
        audience="citizen",
        channel="sms",
        template="filed",
        language="hi",
        neutral=False,
        variables={"tracking_number": "JS-26-7K3M-9QXD-4", "service": "ऑनलाइन शिकायत"},
        post=None,
        occurred_at=START,
        traceparent=None,
    )
    return replace(whole, **changes)


def post(kind: Post, place: str, **changes: Any) -> DirectoryPost:
    return DirectoryPost.model_validate(
        {"station": place, "post": kind, "name_en": f"{kind}, {place}", "name_hi": "पद", **changes}
    )


def directory(*posts: DirectoryPost) -> Directory:
    known = Directory()
    for one in posts:
        record = encode(one, event_id=new_event_id(), source="routing")
        known.on_record(record.key or b"", record.value, record.headers)
    return known


@dataclass
class FakeGateway:
    """Accepts everything, or raises what it is given, once each and in order; None stands for an acceptance."""

    faults: list[GatewayError | None] = field(default_factory=list)
    accepted: list[OutgoingSms] = field(default_factory=list)
    closed: bool = False

    async def send(self, sms: OutgoingSms) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        self.accepted.append(sms)

    async def close(self) -> None:
        self.closed = True


@dataclass
class Row:
    notice: Notice
    state: DispatchState
    attempts: int
    due_at: datetime | None
    error_code: str | None = None
    receipt: str | None = None
    outbox: list[OutboxEntry] = field(default_factory=list)


class MemoryLog:
    """DispatchStore's rules without MongoDB."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}

    async def claim_new(self, notices: Sequence[Notice], now: datetime, lease: timedelta) -> list[Claim]:
        claims = []
        for one in notices:
            if one.notification_id not in self.rows:
                self.rows[one.notification_id] = Row(one, DispatchState.CLAIMED, 1, now + lease)
                claims.append(Claim(one, 1, now + lease))
        return claims

    async def claim_due(self, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
        due = [row for row in self.rows.values() if row.due_at is not None and row.due_at <= now]
        due.sort(key=lambda row: (not row.notice.emergency, row.due_at))
        claims = []
        for row in due[:limit]:
            was_claimed = row.state is DispatchState.CLAIMED
            row.state, row.due_at, row.attempts = DispatchState.CLAIMED, now + lease, row.attempts + 1
            claims.append(Claim(row.notice, row.attempts, now + lease, unconfirmed=was_claimed))
        return claims

    async def accepted(
        self, claims: Sequence[Claim], entries: Sequence[Sequence[OutboxEntry]], at: datetime
    ) -> frozenset[str]:
        del at
        written = set()
        for claim, emitted in zip(claims, entries, strict=True):
            row = self.rows[claim.notice.notification_id]
            if row.state in {DispatchState.CLAIMED, DispatchState.QUEUED, DispatchState.WAITING}:
                row.state, row.due_at, row.attempts = DispatchState.ACCEPTED, None, claim.attempt
                row.outbox.extend(emitted)
                written.add(claim.notice.notification_id)
        return frozenset(written)

    async def requeue(self, claim: Claim, *, attempts: int, due_at: datetime, error_code: str | None) -> None:
        row = self._held(claim)
        if row is not None:
            row.state, row.attempts, row.due_at, row.error_code = DispatchState.QUEUED, attempts, due_at, error_code

    async def hold(self, claim: Claim) -> None:
        row = self._held(claim)
        if row is not None:
            row.state, row.attempts, row.due_at = DispatchState.HELD, 0, None

    async def wait(self, claim: Claim, *, until: datetime) -> None:
        row = self._held(claim)
        if row is not None:
            row.state, row.attempts, row.due_at = DispatchState.WAITING, claim.attempt - 1, until
            row.notice = replace(row.notice, waited_until=until)

    async def look_again(self, case_ids: Iterable[str], now: datetime) -> None:
        for row in self.rows.values():
            if row.notice.case_id in case_ids and row.state is DispatchState.WAITING:
                row.due_at = now

    async def failed(
        self, claim: Claim, emitted: Sequence[OutboxEntry], *, attempts: int, error_code: str, at: datetime
    ) -> list[Any]:
        del at
        row = self._held(claim)
        if row is None:
            return []
        row.state, row.attempts, row.due_at, row.error_code = DispatchState.FAILED, attempts, None, error_code
        row.outbox.extend(emitted)
        return list(emitted)

    async def find(self, notification_id: str) -> ReportedDispatch | None:
        row = self.rows.get(notification_id)
        if row is None:
            return None
        return ReportedDispatch(row.notice, row.state, row.attempts, row.receipt, row.error_code)

    async def note_report(
        self, found: ReportedDispatch, report: Report, emitted: Sequence[OutboxEntry]
    ) -> list[Any] | None:
        row = self.rows[found.notice.notification_id]
        if (row.state, row.receipt) != (found.state, found.receipt):
            return None
        if report.state is not row.state:
            row.error_code, row.due_at = report.error_code, None
            row.outbox.extend(emitted)
        row.state, row.receipt = report.state, report.name
        return list(row.outbox)

    async def queue_length(self) -> Mapping[str, int]:
        open_rows = [
            row for row in self.rows.values() if row.due_at is not None and row.state is not DispatchState.WAITING
        ]
        emergencies = sum(row.notice.emergency for row in open_rows)
        return {"emergency": emergencies, "routine": len(open_rows) - emergencies}

    def _held(self, claim: Claim) -> Row | None:
        row = self.rows[claim.notice.notification_id]
        return row if row.state is DispatchState.CLAIMED and row.attempts == claim.attempt else None


class MemoryQuotas:
    """MongoQuotaStore's rules without MongoDB; test_notifier_quota_store holds both to one set of cases."""

    def __init__(self, *, fault: Exception | None = None) -> None:
        self._cases: dict[str, list[str]] = {}
        self._fault = fault

    async def consume(self, quota: Quota, case_id: str, now: datetime) -> bool:
        if self._fault is not None:
            raise self._fault
        cases = self._cases.setdefault(quota.document_id(now), [])
        if case_id not in cases and len(cases) < quota.cases:
            cases.append(case_id)
        return case_id in cases


class FixedCards:
    def __init__(self, *cards: CaseCard) -> None:
        self._cards = {one.case_id: one for one in cards}

    async def cards(self, case_ids: Sequence[str]) -> Mapping[str, CaseCard]:
        return {case_id: self._cards[case_id] for case_id in case_ids if case_id in self._cards}


@dataclass
class Published:
    entries: list[OutboxEntry] = field(default_factory=list)

    def publish_soon(self, document_id: Any, entries: Any) -> None:
        del document_id
        self.entries.extend(entries)


def clock() -> ManualClock:
    return ManualClock(START)
