"""What one clock is judged by: the wording that reads its events, and the policies that give it its time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from event_schemas.base import Event
from event_schemas.clock_policy import FIRST_ROUND, ClockPolicy
from event_schemas.event_match import EventMatch

EventRole = Literal["start", "appoint", "stop", "cancel"]


@dataclass(frozen=True, slots=True)
class Matchers:
    """What one wording of a clock makes of events of one type, by what they may do to it."""

    clock: str
    wording: str
    per: str
    by_role: Mapping[EventRole, tuple[EventMatch, ...]]

    def start_keys(self, match: EventMatch, event: Event, event_id: str) -> tuple[str, ...]:
        """The rounds that are started: a walk-in's hearing bears the id of the visit, all else is the first round."""
        return match.keys(event) or (event_id if self.per == "hearing" else FIRST_ROUND,)


@dataclass(frozen=True, slots=True)
class InForce:
    """What a clock that starts at some time is judged by.

    ``wording`` distinguishes editions that name other events for one clock: "" for the first. ``extensions`` are later
    editions that hold for open clocks too, each with the time (epoch ms) from which it does.
    """

    policy: ClockPolicy
    wording: str
    rank: int
    extensions: tuple[tuple[int, ClockPolicy], ...]

    def due(self, start: int) -> int:
        """When a round that started then must end, pauses left aside. Epoch ms."""
        due = self.policy.counting.due(start, self.policy.target_ms)
        for since, policy in self.extensions:
            if due >= since:
                due = max(due, policy.counting.due(start, policy.target_ms))
        return due


def wording_of(policy: ClockPolicy) -> tuple[object, ...]:
    """The events that move the clock; two policies with equal ones make the same facts of a case."""
    return policy.per, policy.starts_on, policy.not_before, policy.stops_on, policy.cancels_on


def matches_by_role(policy: ClockPolicy, event_type: str) -> dict[EventRole, tuple[EventMatch, ...]]:
    roles: dict[EventRole, tuple[EventMatch, ...]] = {
        "start": policy.starts_on,
        "appoint": () if policy.not_before is None else (policy.not_before,),
        "stop": policy.stops_on,
        "cancel": policy.cancels_on,
    }
    named = {role: tuple(one for one in matches if one.event == event_type) for role, matches in roles.items()}
    return {role: matches for role, matches in named.items() if matches}
