"""What waits for a digest, on a real MongoDB: durable, sent once, and each message announced once."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest_asyncio
from prometheus_client import CollectorRegistry

from chassis.mongo.client import Mongo
from event_schemas import NotificationDelivered, NotificationFailed, decode
from notifier.digest_store import DigestStore
from notifier.digesting import BUILDING, Digests
from notifier.digests import DigestRules
from notifier.domain import DIGEST, DispatchState
from notifier.metrics import NotifierMetrics
from notifier.receipts import Receipts
from notifier.records import Claim
from notifier.store import DispatchStore
from tests.notifier.notifier_fakes import Published
from tests.notifier.notifier_fakes import clock as manual_clock
from tests.notifier.test_notifier_digests import office

LEASE = timedelta(seconds=10)
RULES = DigestRules(after=2, window=timedelta(minutes=10), every=timedelta(minutes=5))


class Desk:
    """The log of one test and as many processes on it as the test likes."""

    def __init__(self, mongo: Mongo) -> None:
        self.mongo, self.clock, self.published = mongo, manual_clock(), Published()
        self.log, self.held = DispatchStore(mongo), DigestStore(mongo)
        self.metrics = NotifierMetrics(CollectorRegistry())

    def process(self) -> Digests:
        return Digests(
            held=self.held,
            queue=self.log,
            outbox=self.published,
            rules=RULES,
            clock=self.clock,
            metrics=self.metrics,
        )

    async def claimed_digests(self) -> list[Claim]:
        claims = await self.log.claim_due(self.clock.now(), LEASE, 100)
        assert all(claim.notice.is_digest for claim in claims)
        return claims

    async def states(self) -> Counter[str]:
        found = await self.mongo.collection("dispatches").find({"template": {"$ne": DIGEST}}).to_list(None)
        return Counter(document["state"] for document in found)

    async def announced(self) -> Counter[tuple[str, str, str]]:
        """(notification, event, template) of every event in the outboxes."""
        announced: Counter[tuple[str, str, str]] = Counter()
        for document in await self.mongo.collection("dispatches").find().to_list(None):
            for entry in document.get("outbox", ()):
                data = decode([(k, v) for k, v in entry["headers"]], entry["value"]).data
                assert isinstance(data, NotificationDelivered | NotificationFailed)
                announced[data.notification_id, data.type, data.template] += 1
        return announced


@pytest_asyncio.fixture(loop_scope="session")
async def desk(mongo_uri: str) -> AsyncIterator[Desk]:
    mongo = Mongo(mongo_uri, f"t_digests_{uuid4().hex[:8]}", app_name="test")
    made = Desk(mongo)
    await made.log.ensure_indexes()
    await made.held.ensure_indexes()
    yield made
    await mongo.database.client.drop_database(mongo.database.name)
    mongo.close()


async def storm(desk: Desk, numbers: range) -> list[str]:
    """Send or hold these messages of one post as the handler does; returns the ids of those sent at once."""
    at_once = await desk.process().hold_back([office(n) for n in numbers])
    claims = await desk.log.claim_new(at_once, desk.clock.now(), LEASE)
    await deliver(desk, claims)
    return [claim.notice.notification_id for claim in claims]


async def deliver(desk: Desk, claims: list[Claim]) -> None:
    """The gateway has accepted these; only what comes out of a digest is announced here."""
    if claims:
        await desk.log.accepted(claims, [[] for _ in claims], desk.clock.now())


async def test_a_storm_waits_and_is_sent_in_one_digest(desk: Desk) -> None:
    """Two go out, the rest waits the interval; then one message counts it, and each of them is announced once."""
    assert await storm(desk, range(2)) == ["n-0", "n-1"]
    assert await storm(desk, range(2, 9)) == []
    assert await storm(desk, range(9)) == [], "a replay sends or holds something anew"
    assert await desk.log.claim_due(desk.clock.now() + LEASE, LEASE, 100) == [], "what is held is not due by itself"
    await desk.process().look()
    assert await desk.claimed_digests() == [], "the interval is not over"
    desk.clock.advance(RULES.every)
    await desk.process().look()
    [claim] = await desk.claimed_digests()
    assert (claim.notice.variables["new_cases"], claim.notice.variables["oldest"]) == ("7", "JS-2")
    assert await desk.states() == {"held": 7, "accepted": 2}, "nothing is told before the digest was accepted"
    await deliver(desk, [claim])
    for _ in range(3):
        await desk.process().look()
    assert await desk.states() == {"accepted": 9}
    wanted = {(f"n-{n}", "NotificationDelivered", "digest"): 1 for n in range(2, 9)}
    assert await desk.announced() == wanted
    assert len(desk.published.entries) == 7
    assert await desk.held.oldest_held() == (None, 0)


async def test_what_waits_alone_is_sent_as_it_is(desk: Desk) -> None:
    """A digest of one would say less than the message: it goes by itself, also if its process died meanwhile."""
    await storm(desk, range(3))
    desk.clock.advance(RULES.every)
    await desk.held.close(("SHO:1", "sms"), "d-1", desk.clock.now())
    desk.clock.advance(BUILDING)
    await desk.process().adopt_orphans()
    [claim] = await desk.log.claim_due(desk.clock.now(), LEASE, 100)
    assert (claim.notice.notification_id, claim.notice.template) == ("n-2", "new_case")
    for _ in range(2):
        await desk.process().adopt_orphans()
        await desk.process().look()
    assert await desk.log.claim_due(desk.clock.now(), LEASE, 100) == [], "it is sent twice"
    assert await desk.states() == {"accepted": 2, "claimed": 1}


async def test_the_rate_is_counted_over_the_window(desk: Desk) -> None:
    """Once the window has passed the office is written to at once again; another post never waited."""
    assert len(await storm(desk, range(5))) == 2
    assert len(await desk.process().hold_back([office(7, "SHO:2")])) == 1
    desk.clock.advance(RULES.window + timedelta(seconds=1))
    assert len(await storm(desk, range(5, 9))) == 2


async def test_a_process_that_died_between_the_steps_loses_and_doubles_nothing(desk: Desk) -> None:
    """Closed and never put into the log: another makes the same digest once; settled in part: the rest follows."""
    await storm(desk, range(8))
    desk.clock.advance(RULES.every)
    await desk.held.close(("SHO:1", "sms"), "d-1", desk.clock.now())
    await desk.process().look()
    await desk.process().adopt_orphans()
    assert await desk.claimed_digests() == [], "its maker may still be at it"
    desk.clock.advance(BUILDING)
    for _ in range(2):
        await desk.process().adopt_orphans()
    [claim] = await desk.claimed_digests()
    assert (claim.notice.notification_id, claim.notice.variables["new_cases"]) == ("d-1", "6")
    await deliver(desk, [claim])
    [ended] = await desk.held.ended()
    await desk.held.settle(ended, desk.clock.now())  # and dies before it has noted that all are settled
    await desk.process().look()
    assert await desk.held.ended() == []
    assert set((await desk.announced()).values()) == {1}
    assert len(await desk.announced()) == 6


async def test_a_digest_that_fails_fails_each_of_its_messages(desk: Desk) -> None:
    """No contact, or an outcome nobody knows: NotificationFailed for each, with the digest's reason."""
    await storm(desk, range(4))
    desk.clock.advance(RULES.every)
    await desk.process().look()
    [claim] = await desk.claimed_digests()
    await desk.log.failed(claim, [], attempts=0, error_code="outcome_unknown", at=desk.clock.now())
    await desk.process().look()
    assert await desk.announced() == {(f"n-{n}", "NotificationFailed", "digest"): 1 for n in (2, 3)}
    [line, *_] = await desk.log.of_case(office(2).case_id, None)
    assert line is not None
    assert (await desk.states())["failed"] == 2


async def test_a_late_report_corrects_a_digest_for_all_its_messages(desk: Desk) -> None:
    """Accepted, then reported as not delivered: each of its messages is announced as failed, once."""
    await storm(desk, range(4))
    desk.clock.advance(RULES.every)
    await desk.process().look()
    [claim] = await desk.claimed_digests()
    await deliver(desk, [claim])
    await desk.process().look()
    receipts = Receipts(desk.log, desk.published, desk.clock, desk.metrics)
    for _ in range(2):
        assert await receipts.apply(claim.notice.notification_id, "undelivered")
        await desk.process().look()
    announced = await desk.announced()
    assert {event for _, event, _ in announced} == {"NotificationDelivered", "NotificationFailed"}
    assert set(announced.values()) == {1}
    assert (await desk.states())[DispatchState.UNDELIVERED] == 2


async def test_two_processes_share_a_storm_without_overlap(desk: Desk) -> None:
    """Whoever closes first has a message; both digests together hold each once."""
    await storm(desk, range(12))
    desk.clock.advance(RULES.every)
    await desk.held.close(("SHO:1", "sms"), "d-1", desk.clock.now())
    assert await desk.held.close(("SHO:1", "sms"), "d-2", desk.clock.now()) == []
    assert len(await desk.held.members("d-1")) == 10
