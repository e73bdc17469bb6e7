"""The promises worked out anew, against what the SLA monitor emitted of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from event_schemas import ClockPaused, SLABreached, SLABreachRevoked, SLAClockStarted, SLAClockStopped
from event_schemas.policies import PolicySet
from janseva_local.demo.evidence import Seen
from janseva_local.demo.findings import Case, Finding, Limits, exactly_one
from janseva_local.demo.promises import Promise, promises_of


def check_clocks(case: Case, policies: PolicySet, limits: Limits, now: datetime) -> list[Finding]:
    """Each promise has its clock, with its due time, its end and its breaches; and there is no other clock."""
    promises = list(promises_of(case, policies))
    case_id = case.accepted.case_id
    emitted = [seen.envelope.data for seen in case.of(SLAClockStarted)]
    started = [event for event in emitted if isinstance(event, SLAClockStarted)]
    paused = {event.clock_id for seen in case.of(ClockPaused) if isinstance(event := seen.envelope.data, ClockPaused)}
    findings = []
    for promise in promises:
        mine = [event for event in started if event.clock_id == promise.clock_id]
        findings += exactly_one(case_id, f"SLAClockStarted {promise.clock_id}", mine)
        # A pause moves what is due: the demo's officers make none.
        if len(mine) == 1 and promise.clock_id not in paused:
            findings += _check_promise(case, promise, limits, now)
            if abs(mine[0].due_at - promise.due_at) > timedelta(milliseconds=1):
                findings.append(
                    Finding("untrue", case_id, f"{promise.clock_id} due {mine[0].due_at}, not {promise.due_at}")
                )
    more = sorted({event.clock_id for event in started} - {promise.clock_id for promise in promises})
    return findings + [
        Finding("unexpected", case_id, f"the clock {name} started, and nothing starts it") for name in more
    ]


def _check_promise(case: Case, promise: Promise, limits: Limits, now: datetime) -> Iterator[Finding]:
    case_id, clock_id, outcome = case.accepted.case_id, promise.clock_id, promise.outcome(now)
    standing = _standing(case, clock_id)
    stops = [
        seen.envelope.data
        for seen in case.of(SLAClockStopped)
        if isinstance(seen.envelope.data, SLAClockStopped) and seen.envelope.data.clock_id == clock_id
    ]
    if outcome == "breached":
        for level in promise.breached_levels(now):
            yield from exactly_one(case_id, f"SLABreached {clock_id}, level {level}", standing.get(level, []))
        for seen in standing.get(0, []):
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


def _standing(case: Case, clock_id: str) -> dict[int, list[Seen]]:
    """The clock's breaches that were not revoked, by level."""
    revoked = {
        seen.envelope.data.breach_id
        for seen in case.of(SLABreachRevoked)
        if isinstance(seen.envelope.data, SLABreachRevoked)
    }
    standing: dict[int, list[Seen]] = {}
    for seen in case.of(SLABreached):
        breach = seen.envelope.data
        assert isinstance(breach, SLABreached)
        if breach.clock_id == clock_id and seen.envelope.event_id not in revoked:
            standing.setdefault(breach.level, []).append(seen)
    return standing
