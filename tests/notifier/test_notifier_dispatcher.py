from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Literal

import pytest
from prometheus_client import CollectorRegistry

from event_schemas import NotificationDelivered, NotificationFailed, Post, decode, encode
from notifier.contacts import Contacts
from notifier.dispatcher import Dispatcher
from notifier.domain import CaseCard, DispatchState
from notifier.lint import lint
from notifier.metrics import NotifierMetrics
from notifier.provider import GatewayOutcomeUnknown, GatewayRefused, GatewayUnavailable
from notifier.quotas import QuotaRules, Quotas
from notifier.sending import SendingRules
from notifier.templates import DEFAULT_PATH
from tests.manual_clock import ManualClock

from .notifier_fakes import (
    KEYS,
    PHONE,
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

LEASE = timedelta(seconds=10)
BOOK = lint(DEFAULT_PATH)


class Bench:
    """A dispatcher on fakes, driven step by step."""

    def __init__(
        self,
        gateway: FakeGateway,
        *,
        resend: Literal["always", "emergency"] = "always",
        known: CaseCard | None = None,
    ) -> None:
        self.log, self.gateway, self.published, self.clock = MemoryLog(), gateway, Published(), clock()
        self.registry = CollectorRegistry()
        self.directory = directory()
        self.dispatcher = self.new_process(resend, known or card())

    def new_process(self, resend: Literal["always", "emergency"], known: CaseCard) -> Dispatcher:
        return Dispatcher(
            log=self.log,
            cards=FixedCards(known),
            contacts=Contacts(KEYS, self.directory),
            book=BOOK,
            gateway=self.gateway,
            outbox=self.published,
            clock=self.clock,
            rules=SendingRules(concurrency=2, resend_unconfirmed=resend),
            metrics=NotifierMetrics(CollectorRegistry()),
            receipt_url=lambda n: f"http://127.0.0.1/{n}",
            quotas=Quotas(MemoryQuotas(), QuotaRules(), "suite"),
        )

    async def run_until(self, condition: Callable[[], bool]) -> None:
        running = asyncio.create_task(self.dispatcher.run())
        for _ in range(2_000):
            if condition() or running.done():
                break
            await asyncio.sleep(0)
        self.dispatcher.stop()
        await running
        assert condition()

    def events(self) -> list[NotificationDelivered | NotificationFailed]:
        found = []
        for entry in self.published.entries:
            data = decode(entry.record.headers, entry.record.value).data
            assert isinstance(data, NotificationDelivered | NotificationFailed)
            found.append(data)
        return found

    def advance(self, by: timedelta) -> ManualClock:
        self.clock.advance(by)
        return self.clock


async def test_an_accepted_message_is_written_and_announced_once() -> None:
    """Accepted by the gateway: the state, one NotificationDelivered, and the text in the citizen's language."""
    bench = Bench(FakeGateway())
    [claim] = await bench.log.claim_new([notice()], bench.clock.now(), LEASE)
    bench.dispatcher.submit(claim, card())
    await bench.run_until(lambda: bool(bench.published.entries))
    assert bench.log.rows["n-1"].state is DispatchState.ACCEPTED
    [event] = bench.events()
    assert (event.type, event.attempts, event.template) == ("NotificationDelivered", 1, "filed")
    [sms] = bench.gateway.accepted
    assert (sms.to, sms.notification_id) == (PHONE, "n-1")
    assert "जनसेवा" in sms.text


async def test_the_same_event_again_claims_nothing() -> None:
    """A replayed event finds its dispatch in the log and sends nothing."""
    bench = Bench(FakeGateway())
    assert len(await bench.log.claim_new([notice()], bench.clock.now(), LEASE)) == 1
    assert await bench.log.claim_new([notice()], bench.clock.now(), LEASE) == []


async def test_a_transient_fault_is_retried_later_under_the_same_id() -> None:
    """503 twice, then accepted: three attempts, one message, one event."""
    bench = Bench(FakeGateway(faults=[GatewayUnavailable("gateway_busy"), GatewayUnavailable("gateway_busy")]))
    [claim] = await bench.log.claim_new([notice()], bench.clock.now(), LEASE)
    await bench.dispatcher.send(claim, card())
    assert bench.log.rows["n-1"].state is DispatchState.QUEUED
    for _ in range(2):
        assert await bench.log.claim_due(bench.clock.now(), LEASE, 10) == []
        bench.advance(timedelta(seconds=3))
        [claim] = await bench.log.claim_due(bench.clock.now(), LEASE, 10)
        assert not claim.unconfirmed
        await bench.dispatcher.send(claim, card())
    await bench.run_until(lambda: bool(bench.published.entries))
    assert [sms.notification_id for sms in bench.gateway.accepted] == ["n-1"]
    assert bench.events()[0].attempts == 3


async def test_exhausted_retries_are_a_state_and_an_event() -> None:
    """After the last attempt the dispatch has failed, and NotificationFailed says why."""
    bench = Bench(FakeGateway(faults=[GatewayUnavailable("gateway_unreachable")] * 20))
    await bench.log.claim_new([notice()], bench.clock.now(), LEASE)
    for _ in range(20):
        bench.advance(timedelta(minutes=6))
        for claim in await bench.log.claim_due(bench.clock.now(), LEASE, 10):
            await bench.dispatcher.send(claim, card())
    row = bench.log.rows["n-1"]
    assert (row.state, row.due_at, row.error_code) == (DispatchState.FAILED, None, "gateway_unreachable")
    [event] = bench.events()
    assert (event.type, event.attempts, event.error_code) == ("NotificationFailed", 8, "gateway_unreachable")


async def test_a_refused_message_fails_at_once() -> None:
    """What the gateway will never take is not tried again."""
    bench = Bench(FakeGateway(faults=[GatewayRefused("gateway_refused")]))
    [claim] = await bench.log.claim_new([notice()], bench.clock.now(), LEASE)
    await bench.dispatcher.send(claim, card())
    assert bench.log.rows["n-1"].state is DispatchState.FAILED


async def test_no_contact_fails_without_an_attempt() -> None:
    """A citizen without a phone: NotificationFailed with no_contact and no attempts."""
    bench = Bench(FakeGateway())
    [claim] = await bench.log.claim_new([notice()], bench.clock.now(), LEASE)
    await bench.dispatcher.send(claim, card(sealed=None))
    [event] = bench.events()
    assert (event.type, event.attempts, event.error_code) == ("NotificationFailed", 0, "no_contact")
    assert bench.gateway.accepted == []


async def test_an_office_is_notified_once_the_directory_knows_it() -> None:
    """A post the directory has not heard of yet waits; it is notified when its record arrives."""
    bench = Bench(FakeGateway())
    office = notice(
        audience="office",
        template="due_soon",
        post="SHO:5140003",
        variables={"tracking_number": "JS-1", "clock": "जाँच", "due": "22.11.2026 15:00"},
    )
    [claim] = await bench.log.claim_new([office], bench.clock.now(), LEASE)
    await bench.dispatcher.send(claim, card())
    assert bench.log.rows["n-1"].state is DispatchState.QUEUED
    bench.directory.on_record(*_record())
    bench.advance(timedelta(seconds=2))
    [claim] = await bench.log.claim_due(bench.clock.now(), LEASE, 10)
    await bench.dispatcher.send(claim, card())
    assert [sms.to for sms in bench.gateway.accepted] == ["+910400000001"]


def _record() -> tuple[bytes, bytes, tuple[tuple[str, bytes], ...]]:
    record = encode(post(Post.SHO, "5140003", office_phone="+910400000001"), event_id="d", source="routing")
    assert record.key is not None
    return record.key, record.value, record.headers


@pytest.mark.parametrize("emergency", [True, False])
async def test_an_unconfirmed_message_is_repeated_only_as_the_rules_allow(emergency: bool) -> None:
    """Where the gateway drops no doubles, a routine message of unknown outcome fails and an emergency's is repeated."""
    bench = Bench(FakeGateway(faults=[GatewayOutcomeUnknown("gateway_silent")]), resend="emergency")
    [claim] = await bench.log.claim_new([notice(emergency=emergency)], bench.clock.now(), LEASE)
    await bench.dispatcher.send(claim, card())
    bench.advance(timedelta(seconds=11))
    await bench.dispatcher.sweep()
    row = bench.log.rows["n-1"]
    if emergency:
        await bench.run_until(lambda: row.state is DispatchState.ACCEPTED)
    else:
        assert (row.state, row.error_code) == (DispatchState.FAILED, "outcome_unknown")
        assert bench.gateway.accepted == []


async def test_a_dead_process_s_claims_go_to_another_when_their_lease_is_over() -> None:
    """Killed between claim and send: after the lease another process sends it, under the same id."""
    bench = Bench(FakeGateway())
    await bench.log.claim_new([notice()], bench.clock.now(), LEASE)
    await bench.dispatcher.sweep()
    assert bench.gateway.accepted == []
    bench.advance(timedelta(seconds=10))
    await bench.dispatcher.sweep()
    await bench.run_until(lambda: bench.log.rows["n-1"].state is DispatchState.ACCEPTED)
    assert [sms.notification_id for sms in bench.gateway.accepted] == ["n-1"]


async def test_a_claim_that_waited_too_long_is_given_back_unsent() -> None:
    """Too little of the lease left for a gateway's answer: somebody else might send it meanwhile, so it is not sent."""
    bench = Bench(FakeGateway())
    [claim] = await bench.log.claim_new([notice()], bench.clock.now(), LEASE)
    bench.advance(timedelta(seconds=6))
    await bench.dispatcher.send(claim, card())
    row = bench.log.rows["n-1"]
    assert (row.state, row.attempts) == (DispatchState.QUEUED, 0)
    assert bench.gateway.accepted == []


async def test_a_late_process_can_not_undo_what_another_did() -> None:
    """A failure is written only by whoever holds the claim: the attempt's number is the fence."""
    bench = Bench(FakeGateway(faults=[GatewayRefused("gateway_refused")]))
    [old] = await bench.log.claim_new([notice()], bench.clock.now(), LEASE)
    bench.clock.advance(timedelta(seconds=10))
    await bench.log.claim_due(bench.clock.now(), LEASE, 1)
    bench.dispatcher._rules = SendingRules(provider_timeout=timedelta(seconds=-60))  # noqa: SLF001  a slow process
    await bench.dispatcher.send(old, card())
    assert bench.log.rows["n-1"].state is DispatchState.CLAIMED
    assert bench.published.entries == []


async def test_emergencies_overtake_what_waits() -> None:
    """With all hands busy, an emergency submitted last is sent before routine messages submitted first."""
    bench = Bench(FakeGateway())
    claims = await bench.log.claim_new([notice(1), notice(2), notice(3, emergency=True)], bench.clock.now(), LEASE)
    for claim in claims:
        bench.dispatcher.submit(claim, card())
    await bench.run_until(lambda: len(bench.gateway.accepted) == 3)
    assert bench.gateway.accepted[0].notification_id == "n-3"


async def test_a_value_no_template_has_room_for_fails_that_message_alone() -> None:
    """A link longer than registered can never be sent: its message fails, the process goes on."""
    bench = Bench(FakeGateway())
    long = notice(
        template="certificate_issued",
        variables={"tracking_number": "JS-1", "certificate": "x", "link": "http://" + "x" * 200},
    )
    [claim] = await bench.log.claim_new([long], bench.clock.now(), LEASE)
    await bench.dispatcher.send(claim, card())
    assert bench.log.rows["n-1"].error_code == "template_error"


async def test_stopping_gives_back_what_was_not_sent() -> None:
    """On a graceful stop what still waits is queued again at once, not left to its lease."""
    bench = Bench(FakeGateway())
    [claim] = await bench.log.claim_new([notice()], bench.clock.now(), LEASE)
    running = asyncio.create_task(bench.dispatcher.run())
    bench.dispatcher.stop()
    bench.dispatcher.submit(claim, card())
    await running
    with suppress(KeyError):
        assert bench.log.rows["n-1"].state in {DispatchState.QUEUED, DispatchState.ACCEPTED}
