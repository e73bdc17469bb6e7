"""The promises, worked out anew from the citizens' and officers' events, against what the SLA monitor emitted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from event_schemas import (
    ClockEnded,
    ComplaintFiled,
    ComplaintWithdrawn,
    EmergencyResolved,
    Event,
    HearingStarted,
    InquiryCompleted,
    ResponderArrived,
    SLABreached,
    SLABreachRevoked,
    SLAClockStarted,
    SLAClockStopped,
    VisitorArrived,
)
from event_schemas.policies import PolicySet
from janseva_local.demo.findings import Case, Finding, Limits, exactly_one

# What the demo works out anew; other promises may stand in the policies.
PLAYED = frozenset({"dial112_response", "hearing", "inquiry"})
GRACE = timedelta(seconds=2)  # a deadline this near to the end of the run may still be on its way


@dataclass(frozen=True, slots=True)
class Promise:
    """A clock as it must be: derived here from the events alone, by architecture's table of promises."""

    clock: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    cancelled_at: datetime | None

    def outcome(self, now: datetime) -> str:
        ended_at = min((at for at in (self.stopped_at, self.cancelled_at) if at is not None), default=None)
        if ended_at is None or ended_at > self.due_at:
            return "breached" if now > self.due_at + GRACE else "running"
        return "met" if ended_at == self.stopped_at else "cancelled"


def check_clocks(case: Case, policies: PolicySet, limits: Limits, now: datetime) -> list[Finding]:
    promises = list(promises_of(case, {clock.clock: clock.target for clock in policies.clocks}))
    case_id = case.accepted.case_id
    emitted = [seen.envelope.data for seen in case.of(SLAClockStarted)]
    started = [event for event in emitted if isinstance(event, SLAClockStarted) and event.clock in PLAYED]
    findings = []
    for promise in promises:
        mine = [event for event in started if _same_clock(event, promise)]
        findings += exactly_one(case_id, f"SLAClockStarted {promise.clock}", mine)
        if len(mine) == 1:
            findings += _check_promise(case, promise, mine[0].clock_id, limits, now)
            if abs(mine[0].due_at - promise.due_at) > timedelta(milliseconds=1):
                findings.append(
                    Finding("untrue", case_id, f"{promise.clock} due {mine[0].due_at}, not {promise.due_at}")
                )
    if len(started) > len(promises):
        findings.append(Finding("unexpected", case_id, f"{len(started)} clocks started, {len(promises)} promised"))
    return findings


def promises_of(case: Case, targets: dict[str, timedelta]) -> Iterator[Promise]:
    filed = next((seen.envelope.data for seen in case.of(ComplaintFiled)), None)
    if not isinstance(filed, ComplaintFiled):
        return
    withdrawn = _first(case, ComplaintWithdrawn)

    def ended(clock_id: str, *others: datetime | None) -> datetime | None:
        """When it was cancelled: by its own event, or with the closing or decision that named it."""
        return min(
            (at for at in (_first(case, ClockEnded, clock_id=clock_id), *others) if at is not None), default=None
        )

    for responder in filed.kinds:
        start = filed.call_received_at or filed.occurred_at
        arrival = _first(case, ResponderArrived, kind=responder)
        resolved = _first(case, EmergencyResolved)
        name = f"dial112_response:{responder}"
        yield Promise(name, start, start + targets["dial112_response"], arrival, ended(name, resolved, withdrawn))
    if filed.service_code == "e-complaint":
        stop = _first(case, InquiryCompleted)
        yield Promise(
            "inquiry", filed.occurred_at, filed.occurred_at + targets["inquiry"], stop, ended("inquiry:1", withdrawn)
        )
    arrived = _first(case, VisitorArrived)
    if arrived is not None:
        stop = _first(case, HearingStarted)
        yield Promise("hearing", arrived, arrived + targets["hearing"], stop, withdrawn)


def _check_promise(case: Case, promise: Promise, clock_id: str, limits: Limits, now: datetime) -> Iterator[Finding]:
    case_id, outcome = case.accepted.case_id, promise.outcome(now)
    breaches = [
        seen
        for seen in case.of(SLABreached)
        if isinstance(seen.envelope.data, SLABreached)
        and (seen.envelope.data.clock_id, seen.envelope.data.level) == (clock_id, 0)
    ]
    revoked = {
        seen.envelope.data.breach_id
        for seen in case.of(SLABreachRevoked)
        if isinstance(seen.envelope.data, SLABreachRevoked)
    }
    standing = [seen for seen in breaches if seen.envelope.event_id not in revoked]
    stops = [
        seen.envelope.data
        for seen in case.of(SLAClockStopped)
        if isinstance(seen.envelope.data, SLAClockStopped) and seen.envelope.data.clock_id == clock_id
    ]
    if outcome == "breached":
        yield from exactly_one(case_id, f"SLABreached {clock_id}", standing)
        for seen in standing:
            late_s = seen.stored_at_ms / 1000 - promise.due_at.timestamp()
            if late_s > limits.breach_s:
                yield Finding("late", case_id, f"breach of {clock_id} came {late_s:.1f} s after the deadline")
    elif outcome in ("met", "cancelled"):
        if standing:
            yield Finding("untrue", case_id, f"{clock_id} was {outcome}, yet {len(standing)} breaches stand")
        if not stops:
            yield Finding("missing", case_id, f"SLAClockStopped {clock_id} ({outcome})")
    if stops and outcome in ("met", "breached", "cancelled") and str(stops[-1].state) != outcome:
        yield Finding("untrue", case_id, f"{clock_id} ended {stops[-1].state}, not {outcome}")


def _same_clock(event: SLAClockStarted, promise: Promise) -> bool:
    return event.clock_id == promise.clock if ":" in promise.clock else event.clock == promise.clock


def _first(case: Case, event: type[Event], **fields: object) -> datetime | None:
    moments = [
        seen.envelope.data.occurred_at
        for seen in case.of(event)
        if all(getattr(seen.envelope.data, name) == value for name, value in fields.items())
    ]
    return min(moments, default=None)
