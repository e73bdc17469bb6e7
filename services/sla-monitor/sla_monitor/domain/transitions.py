"""From what was said last of a clock to the truth: the words that are still to be said of its course."""

from sla_monitor.domain.derivation import ClockTruth
from sla_monitor.domain.emissions import Cause
from sla_monitor.domain.model import Clock, Said, Word


def speak(clock: Clock, truth: ClockTruth, cause: Cause) -> Clock:
    """Append the words that lead from what was said last to the truth."""
    if not clock.said:
        live = "paused" if truth.paused_at(cause.at) else "running"
        due = truth.due if truth.end is None else truth.policy.counting.due(truth.started, truth.target)
        reason = truth.reason if live == "paused" else ""
        clock = with_word(clock, Said(Word.STARTED, cause.event_id, cause.at, truth.started, due, live, reason=reason))
        if truth.end is None:
            return clock  # nothing is left to add
    # What is older than what was said last can't undo that a pause has ended.
    now = max(cause.at, clock.last.at)
    clock = run_again(clock, truth, now)
    word = said_now(truth, cause, now)
    return clock if same(clock.last, word) else with_word(clock, word)


def said_now(truth: ClockTruth, cause: Cause, now: int) -> Said:
    """The truth as a word of its cause, as it stands at ``now``."""
    at = truth.ended_at
    if at is not None:
        paused = truth.paused_until(at)
        return Said(
            Word.STOPPED, cause.event_id, cause.at, truth.started, truth.due, truth.state, at, paused, truth.reason
        )
    state, reason = ("paused", truth.reason) if truth.paused_at(now) else ("running", "")
    paused = truth.paused_until(now)
    return Said(Word.ADJUSTED, cause.event_id, cause.at, truth.started, truth.due, state, None, paused, reason)


def moved_due(clock: Clock, truth: ClockTruth) -> Clock:
    """The due time that the facts told so far have under the policies now, if another was told: a later edition's.

    A word of its own before whatever an event or a tick has to say, the same to the byte whichever comes first: so
    neither its number nor the next one hangs on that. Its time is the last word's, or the next would be judged by it.
    """
    if clock.ended or truth.end is not None or truth.due == clock.last.due:
        return clock
    at = clock.last.at
    return with_word(clock, said_now(truth, Cause(clock.last.cause, at), at))


def run_again(clock: Clock, truth: ClockTruth, now: int) -> Clock:
    """The end of a pause by its cap or by the time that the officer named: a word with the pause as its cause."""
    if clock.last.state != "paused" or truth.end is not None or not truth.spans:
        return clock
    span = truth.spans[-1]
    if span.resumed or now < span.end:
        return clock
    return with_word(clock, said_now(truth, Cause(clock.last.cause, span.end), span.end))


def same(last: Said, now: Said) -> bool:
    """True if a reader of the one learns nothing from the other."""
    ended_alike = (last.word is Word.STOPPED) == (now.word is Word.STOPPED)
    return ended_alike and (last.started, last.due, last.state, last.stopped, last.reason) == (
        now.started,
        now.due,
        now.state,
        now.stopped,
        now.reason,
    )


def with_word(clock: Clock, said: Said) -> Clock:
    return Clock(
        clock.clock_id, clock.name, clock.target, (*clock.said, said), clock.breaches, clock.warned, clock.dropped
    )
