"""Floods: a stranger's number is written to for a few cases, and nobody can use up what belongs to its owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from chassis.faults import StoreUnavailable
from event_schemas import PersonalData, Post, decode
from notifier.contacts import Contacts
from notifier.digests import compose
from notifier.dispatcher import Dispatcher
from notifier.domain import CaseCard, DispatchState, Notice
from notifier.lint import lint
from notifier.metrics import NotifierMetrics
from notifier.quotas import QUOTA_EXCEEDED, QuotaRules, Quotas
from notifier.records import notice_document, notice_of
from notifier.sending import SendingRules
from notifier.templates import DEFAULT_PATH

from .notifier_fakes import (
    KEYS,
    PHONE,
    START,
    FakeGateway,
    FixedCards,
    MemoryLog,
    MemoryQuotas,
    Published,
    card,
    clock,
    directory,
    notice,
    post,
)

MINE, THEIRS = "a" * 16, "b" * 16
LEASE = timedelta(seconds=30)
BOOK = lint(DEFAULT_PATH)
HOME = "SHO:5140003"
OFFICE = post(Post.SHO, "5140003", office_phone="+910400000001")


class Town:
    """A dispatcher with its quotas, and cases that are filed with one number."""

    def __init__(self, *, fault: Exception | None = None) -> None:
        self.log, self.gateway, self.clock, self.published = MemoryLog(), FakeGateway(), clock(), Published()
        self.registry = CollectorRegistry()
        self.dispatcher = Dispatcher(
            log=self.log,
            cards=FixedCards(),
            contacts=Contacts(KEYS, directory(OFFICE)),
            book=BOOK,
            gateway=self.gateway,
            outbox=self.published,
            clock=self.clock,
            rules=SendingRules(),
            metrics=NotifierMetrics(self.registry),
            receipt_url=lambda n: f"http://127.0.0.1/{n}",
            quotas=Quotas(MemoryQuotas(fault=fault), QuotaRules(), "suite"),
        )
        self._number = 0

    async def notify(self, case: int, *, known: dict[str, Any] | None = None, **changes: Any) -> str:
        """Send one message of a case; returns `sent` or what became of it."""
        self._number += 1
        case_id = f"c_{case:026d}"
        sealed = KEYS.seal(case_id, PersonalData(phone=PHONE).to_json(), START)
        owner: CaseCard = card(case_id=case_id, sealed=sealed, **({"source": MINE} | (known or {})))
        one: Notice = replace(notice(self._number, **changes), case_id=case_id)
        before = len(self.gateway.accepted)
        [claim] = await self.log.claim_new([one], self.clock.now(), LEASE)
        await self.dispatcher.send(claim, owner)
        if len(self.gateway.accepted) > before:
            return "sent"
        row = self.log.rows[one.notification_id]
        return row.error_code or row.state.value


async def test_a_stranger_is_written_to_for_three_cases_an_hour_and_six_a_day() -> None:
    """Fifteen filings with somebody's number bring him the messages of three, to their end; the rest is on record."""
    town = Town()
    outcomes = [await town.notify(case) for case in range(15)]
    assert outcomes == ["sent"] * 3 + [QUOTA_EXCEEDED] * 12
    values = dict.fromkeys(BOOK.get("acknowledged").variables, "JS-26-7K3M-9QXD-4")
    assert await town.notify(1, template="acknowledged", variables=values) == "sent"
    failed = [decode(e.record.headers, e.record.value).data for e in town.published.entries]
    assert {getattr(event, "error_code", None) for event in failed} == {QUOTA_EXCEEDED}
    assert len(failed) == 12
    assert town.registry.get_sample_value("janseva_notifications_over_quota_total", {"quota": "unproved"}) == 12
    sent = 0
    for hour in range(1, 6):
        town.clock.advance(timedelta(hours=1))
        sent += [await town.notify(hour * 100 + case) for case in range(5)].count("sent")
    assert sent == 3


async def test_the_owners_cases_have_a_quota_of_their_own() -> None:
    """Whatever strangers have filed with the number, who logged in with it hears of his own."""
    town = Town()
    for case in range(15):
        await town.notify(case)
    assert [await town.notify(100 + n, known={"contact_proved": True}) for n in range(10)] == ["sent"] * 10


async def test_the_messages_of_an_emergency_are_not_used_up_by_another() -> None:
    """Neither ordinary filings nor emergencies from elsewhere take the messages from who calls for help."""
    town = Town()
    for case in range(15):
        await town.notify(case, known={"source": THEIRS})
    flood = [await town.notify(100 + n, emergency=True, known={"source": THEIRS}) for n in range(15)]
    assert flood == ["sent"] * 3 + [QUOTA_EXCEEDED] * 12
    values = dict.fromkeys(BOOK.get("acknowledged").variables, "JS-26-7K3M-9QXD-4")
    acknowledged: dict[str, Any] = {"template": "acknowledged", "variables": values}
    for message in ({}, acknowledged):
        assert await town.notify(200, emergency=True, **message) == "sent"


async def test_one_source_writes_to_so_many_numbers_and_no_more() -> None:
    """A source that files for many is stopped; another's filings go on."""
    town = Town()
    rules = QuotaRules(source_hour=5, unproved_hour=100, unproved_day=100)
    quotas = Quotas(MemoryQuotas(), rules, "suite")
    full = [
        await quotas.exceeded(replace(notice(n), case_id=f"c{n}"), card(source=MINE), f"+9109000000{n:02d}", START)
        for n in range(8)
    ]
    assert full == [None] * 5 + ["source"] * 3
    other = replace(notice(9), case_id="c9")
    assert await quotas.exceeded(other, card(source=THEIRS), PHONE, START) is None
    del town


async def test_an_office_in_a_flood_of_emergencies_gets_a_digest() -> None:
    """Three of one number ring at once, the further ones wait a minute together; none is dropped, others ring."""
    town = Town()
    values = dict.fromkeys(BOOK.get("new_case_offline").variables, "JS-26-7K3M-9QXD-4")
    message: dict[str, Any] = {"audience": "office", "template": "new_case_offline", "post": HOME, "variables": values}
    flood = [await town.notify(case, emergency=True, **message) for case in range(15)]
    assert flood == ["sent"] * 3 + ["held"] * 12
    held = [row.notice for row in town.log.rows.values() if row.state is DispatchState.HELD]
    digest = compose("d", held, START)
    assert (digest.variables["new_cases"], digest.emergency) == ("12", True)
    assert await town.notify(50, emergency=True, known={"contact_proved": True}, **message) == "sent"
    # One that was let go by itself is not held again.
    assert await town.notify(51, emergency=True, released=True, **message) == "sent"


async def test_counters_that_cannot_be_read_lose_nothing() -> None:
    """The message stays claimed and is taken up when its lease is over."""
    town = Town(fault=StoreUnavailable("x"))
    assert await town.notify(1) == "claimed"


def test_a_released_message_is_read_back_as_one() -> None:
    """The log remembers that it may go by itself."""
    assert notice_of(notice_document(notice(), created_at=START) | {"released": True}).released


def test_counters_reveal_no_number() -> None:
    """What is kept is a keyed hash."""
    quotas = Quotas(MemoryQuotas(), QuotaRules(), "suite")
    keys = [quota.document_id(START) for quota in quotas._quotas(notice(), card(source=MINE), quotas._hash(PHONE))]  # noqa: SLF001
    assert not any(PHONE.removeprefix("+") in key for key in keys)
    assert len(keys) == 3


@pytest.mark.parametrize("audience", ["office", "citizen"])
async def test_routine_messages_to_offices_have_no_quota(audience: Any) -> None:
    """They have digests."""
    quotas = Quotas(MemoryQuotas(), QuotaRules(office_number=1, unproved_hour=1), "suite")
    found = []
    for n in range(3):
        one = replace(notice(n), case_id=f"c{n}", audience=audience, post="SHO:1")
        found.append(await quotas.crowding(one, card(source=MINE), PHONE, START))
    assert found == [None] * 3
