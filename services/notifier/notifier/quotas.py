"""How many cases may write to one number, or emergencies to one office at once: few of those that nobody has proved.

A case counts once in each window, however many messages it has, so that who hears of it hears to the end.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from .domain import CaseCard, Notice

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
QUOTA_EXCEEDED: Final = "quota_exceeded"
UNKNOWN_SOURCE: Final = "none"
TEN_MINUTES: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class QuotaRules:
    """Cases per number (and per source) and window. `source` is what intake says of where a case was filed."""

    unproved_hour: int = 3
    unproved_day: int = 6
    proved_hour: int = 30
    # Emergencies: from one source to one number, and from all sources together.
    emergency_hour: int = 3
    emergency_day: int = 30
    source_hour: int = 60
    # Emergencies of one number, or one source, to one office in ten minutes; the further ones wait for a digest.
    office_number: int = 3
    office_source: int = 30


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `cases` different cases under `key` in each window."""

    name: str
    key: str
    window: timedelta
    cases: int

    def document_id(self, now: datetime) -> str:
        return f"{self.name}:{self.key}:{int(now.timestamp() // self.window.total_seconds())}"

    def ends_at(self, now: datetime) -> datetime:
        seconds = self.window.total_seconds()
        return datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, UTC)


class QuotaStore(Protocol):
    async def consume(self, quota: Quota, case_id: str, now: datetime) -> bool:
        """Count the case; False if the quota is full of others."""


class Quotas:
    """`secret` keys the hash of a number, so that the counters reveal no numbers."""

    def __init__(self, store: QuotaStore, rules: QuotaRules, secret: str) -> None:
        self._store, self._rules = store, rules
        self._key = hmac.digest(secret.encode(), b"janseva message quotas", hashlib.sha256)

    async def exceeded(self, notice: Notice, card: CaseCard | None, to: str, now: datetime) -> str | None:
        """The name of the quota that has no room for this message; None if it may be sent."""
        if notice.audience != "citizen":
            return None
        for quota in self._quotas(notice, card, self._hash(to)):
            if not await self._store.consume(quota, notice.case_id, now):
                return quota.name
        return None

    async def crowding(self, notice: Notice, card: CaseCard | None, claimed: str | None, now: datetime) -> str | None:
        """The name of the quota that has no room for this message to an office; None if it may be sent by itself.

        `claimed` is the number that the case was filed with.
        """
        if not notice.emergency or notice.audience != "office" or card is None or card.contact_proved:
            return None
        for quota in self._office_quotas(notice, card, claimed):
            if not await self._store.consume(quota, notice.case_id, now):
                return quota.name
        return None

    def _office_quotas(self, notice: Notice, card: CaseCard, claimed: str | None) -> Iterator[Quota]:
        if claimed is not None:
            yield Quota("office_number", f"{notice.post}:{self._hash(claimed)}", TEN_MINUTES, self._rules.office_number)
        if card.source is not None:
            yield Quota("office_source", f"{notice.post}:{card.source}", TEN_MINUTES, self._rules.office_source)

    def _quotas(self, notice: Notice, card: CaseCard | None, number: str) -> Iterator[Quota]:
        rules = self._rules
        if card is not None and card.contact_proved:
            yield Quota("proved", number, HOUR, rules.proved_hour)
            return
        source = (card.source if card is not None else None) or UNKNOWN_SOURCE
        if notice.emergency:
            yield Quota("emergency", f"{number}:{source}", HOUR, rules.emergency_hour)
            yield Quota("emergency_all", number, DAY, rules.emergency_day)
            return
        if source != UNKNOWN_SOURCE:
            yield Quota("source", source, HOUR, rules.source_hour)
        yield Quota("unproved", number, HOUR, rules.unproved_hour)
        yield Quota("unproved_day", number, DAY, rules.unproved_day)

    def _hash(self, number: str) -> str:
        return hmac.digest(self._key, number.encode(), hashlib.sha256).hex()[:24]
