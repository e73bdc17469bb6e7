"""The promises of a case, worked out anew from the policies and the events of citizens and officers alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from event_schemas import ClockEnded, ComplaintFiled, Event
from event_schemas.clock_policy import FIRST_ROUND, ClockPolicy
from event_schemas.event_match import EventMatch
from event_schemas.ids import clock_id
from event_schemas.policies import PolicySet
from event_schemas.times import epoch_ms
from event_schemas.values import ClockEnding
from janseva_local.demo.findings import Case

GRACE = timedelta(seconds=2)  # a deadline this near to the end of the run may still be on its way


@dataclass(frozen=True, slots=True)
class Promise:
    """A clock round as it must be."""

    policy: ClockPolicy
    clock_id: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    cancelled_at: datetime | None

    @property
    def ended_at(self) -> datetime | None:
        return min((at for at in (self.stopped_at, self.cancelled_at) if at is not None), default=None)

    def outcome(self, now: datetime) -> str:
        ended_at = self.ended_at
        if ended_at is None or ended_at > self.due_at:
            return "breached" if now > self.due_at + GRACE else "running"
        return "met" if ended_at == self.stopped_at else "cancelled"

    def breached_levels(self, now: datetime) -> tuple[int, ...]:
        """The levels that were reached while the clock ran, each of which has its breach."""
        until = epoch_ms(min(now - GRACE, self.ended_at or now))
        due, after = epoch_ms(self.due_at), self.policy.counting.after
        return tuple(
            level for level, later in enumerate(self.policy.after_ms) if (after(due, later) if level else due) < until
        )


def promises_of(case: Case, policies: PolicySet) -> Iterator[Promise]:
    """Each round that an event of the case starts; nothing before the filing is known."""
    filed = next((seen.envelope.data for seen in case.of(ComplaintFiled)), None)
    if not isinstance(filed, ComplaintFiled):
        return
    events = [(seen.envelope.event_id, seen.envelope.data) for seen in case.events]
    names = dict.fromkeys(policy.clock for edition in policies.editions for policy in edition.clocks)
    for name in names:
        for policy, key, at in _starts(name, events, policies, filed.service_code):
            yield _promise(policy, key, at, [event for _, event in events])


def _starts(
    name: str, events: Sequence[tuple[str, Event]], policies: PolicySet, service: str
) -> Iterator[tuple[ClockPolicy, str, datetime]]:
    known: set[str] = set()
    for event_id, event in events:
        policy = policies.in_force(event.occurred_at).clock(name)
        if policy is None or not policy.applies_to(service):
            continue
        match = next((one for one in policy.starts_on if one.matches(event)), None)
        if match is None:
            continue
        for key in match.keys(event) or (event_id if policy.per == "hearing" else FIRST_ROUND,):
            if key not in known:
                known.add(key)
                yield policy, key, match.time(event)


def _promise(policy: ClockPolicy, key: str, at: datetime, events: Sequence[Event]) -> Promise:
    """What came before counts for nothing, but for a stop of the only or first round: it was kept before it began."""
    identity = clock_id(policy.clock, key)
    appointed = () if policy.not_before is None else (policy.not_before,)
    started = max([at, *_moments(appointed, policy, key, events)])
    ends = [event for event in events if isinstance(event, ClockEnded) and event.clock_id == identity]
    met = [event.occurred_at for event in ends if event.ends_as is ClockEnding.MET]
    cancelled = [event.occurred_at for event in ends if event.ends_as is not ClockEnding.MET]
    first_round = policy.per != "round" or key == FIRST_ROUND
    stops = [time for time in _moments(policy.stops_on, policy, key, events) if first_round or time >= at]
    cancels = [time for time in _moments(policy.cancels_on, policy, key, events) if time >= at]
    return Promise(
        policy=policy,
        clock_id=identity,
        started_at=started,
        due_at=policy.due_at(started),
        stopped_at=min((max(started, time) for time in (*stops, *met)), default=None),
        cancelled_at=min((max(started, time) for time in (*cancels, *cancelled)), default=None),
    )


def _moments(
    matches: Sequence[EventMatch], policy: ClockPolicy, key: str, events: Sequence[Event]
) -> Iterator[datetime]:
    """When one of them happened for this round; what names no kind and no hearing is for each."""
    for match in matches:
        for event in events:
            if match.matches(event) and (policy.per not in ("kind", "hearing") or key in (match.keys(event) or (key,))):
                yield match.time(event)
