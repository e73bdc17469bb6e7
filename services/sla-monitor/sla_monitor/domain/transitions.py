"""Lead a clock from the state emitted last to its derived state: the states that are still to be emitted."""

from sla_monitor.domain.derivation import DerivedClock
from sla_monitor.domain.emissions import Cause
from sla_monitor.domain.model import EmittedClock, EmittedState, Transition


def advance(clock: EmittedClock, derived: DerivedClock, cause: Cause) -> EmittedClock:
    """Append the states that lead from the one emitted last to the derived one."""
    if not clock.states:
        live = "paused" if derived.paused_at(cause.at) else "running"
        due = derived.due if derived.end is None else derived.policy.counting.due(derived.started, derived.target)
        reason = derived.reason if live == "paused" else ""
        clock = with_state(
            clock, EmittedState(Transition.STARTED, cause.event_id, cause.at, derived.started, due, live, reason=reason)
        )
        if derived.end is None:
            return clock  # nothing is left to add
    # An event older than the last emitted state can't undo the end of a pause.
    now = max(cause.at, clock.last.at)
    clock = end_pause(clock, derived, now)
    state = state_at(derived, cause, now)
    return clock if is_same_state(clock.last, state) else with_state(clock, state)


def state_at(derived: DerivedClock, cause: Cause, now: int) -> EmittedState:
    """The derived state at ``now``, as a state to be emitted for its cause."""
    at = derived.ended_at
    if at is not None:
        paused = derived.paused_until(at)
        return EmittedState(
            Transition.STOPPED,
            cause.event_id,
            cause.at,
            derived.started,
            derived.due,
            derived.state,
            at,
            paused,
            derived.reason,
        )
    state, reason = ("paused", derived.reason) if derived.paused_at(now) else ("running", "")
    paused = derived.paused_until(now)
    return EmittedState(
        Transition.ADJUSTED, cause.event_id, cause.at, derived.started, derived.due, state, None, paused, reason
    )


def adjust_due(clock: EmittedClock, derived: DerivedClock) -> EmittedClock:
    """Append the due time under the policies of now, if another was emitted: a later edition gave more time.

    A state of its own before whatever an event or a tick leads to, the same to the byte whichever comes first: so its
    revision and the next one don't depend on that. Its time is that of the last state, which the next is judged by.
    """
    if clock.ended or derived.end is not None or derived.due == clock.last.due:
        return clock
    at = clock.last.at
    return with_state(clock, state_at(derived, Cause(clock.last.cause, at), at))


def end_pause(clock: EmittedClock, derived: DerivedClock, now: int) -> EmittedClock:
    """Append the end of a pause by its cap or by its ``until``: a state with the pause as its cause."""
    if clock.last.state != "paused" or derived.end is not None or not derived.spans:
        return clock
    span = derived.spans[-1]
    if span.resumed or now < span.end:
        return clock
    return with_state(clock, state_at(derived, Cause(clock.last.cause, span.end), span.end))


def is_same_state(last: EmittedState, now: EmittedState) -> bool:
    """True if a reader of the one state learns nothing from the other."""
    ended_alike = (last.transition is Transition.STOPPED) == (now.transition is Transition.STOPPED)
    return ended_alike and (last.started, last.due, last.state, last.stopped, last.reason) == (
        now.started,
        now.due,
        now.state,
        now.stopped,
        now.reason,
    )


def with_state(clock: EmittedClock, state: EmittedState) -> EmittedClock:
    return EmittedClock(
        clock.clock_id, clock.name, clock.target, (*clock.states, state), clock.breaches, clock.warned, clock.dropped
    )
