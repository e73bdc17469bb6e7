"""The promised times as data: one versioned file that intake answers from and the SLA monitor enforces.

This module knows what a policy may say and answers single questions about it; the course of a clock is the monitor's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from event_schemas.base import Event, UtcTime
from event_schemas.event_match import EventMatch
from event_schemas.events.filing import ComplaintFiled
from event_schemas.ids import clock_id
from event_schemas.services import SERVICE_CODES
from event_schemas.values import ClockId, ClockOwner, Code, Post

DEFAULT_PATH: Final = Path(__file__).with_name("policies.yaml")
"""The shipped file. This package parses no YAML: give ``PolicySet.model_validate`` the parsed document."""

FIRST_ROUND: Final = "1"
NEVER_PAUSABLE: Final = frozenset({"dial112_response"})


class Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class EscalationStep(Policy):
    """Level 0 is the passed target; each further level goes to the next post if the clock still runs."""

    level: int = Field(ge=0, description="0 for the passed target, then 1, 2, ... without a gap")
    post: Post = Field(description="the post that is told, of the station or district that has the case")
    after: timedelta = Field(ge=timedelta(0), description="how long after the due time")


class ClockPolicy(Policy):
    """One promise: which events move its clock, and how long the police (or the citizen) have."""

    clock: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")] = Field(description="the clock's name")
    source: str = Field(min_length=1, description="where the promise is made: an order, a law, a charter")
    owner: ClockOwner = Field(description="who must act; a citizen's clock never enters a station's compliance")
    services: Literal["*"] | tuple[Code, ...] = Field(description="the service codes it holds for, or * for all")
    per: Literal["case", "kind", "hearing", "round"] = Field(description="what one round of the clock belongs to")
    starts_on: tuple[EventMatch, ...] = Field(min_length=1, description="any of these starts a round")
    not_before: EventMatch | None = Field(
        default=None, description="if this happened for the same key, the round starts no earlier than its time"
    )
    stops_on: tuple[EventMatch, ...] = Field(min_length=1, description="any of these ends a round: met, or breached")
    cancels_on: tuple[EventMatch, ...] = Field(default=(), description="any of these ends it neither met nor breached")
    target: timedelta = Field(gt=timedelta(0), description="the promised time: ISO 8601 duration or whole seconds")
    calendar: Literal["elapsed"] = Field(default="elapsed", description="how time is counted: every second counts")
    warn_at: tuple[float, ...] = Field(default=(), description="fractions of the target at which the office is warned")
    pausable: bool = Field(description="whether an officer may pause it, with a reason")
    pause_reasons: tuple[Code, ...] = Field(default=(), description="the reasons that are taken")
    pause_cap: timedelta | None = Field(default=None, description="the most that all pauses of a round may add")
    escalation: tuple[EscalationStep, ...] = Field(min_length=1, description="who is told of a breach, post by post")

    @property
    def target_s(self) -> int:
        """The target in whole seconds, as events carry it."""
        return self.target // timedelta(seconds=1)

    @property
    def matchers(self) -> tuple[EventMatch, ...]:
        """Everything that moves this clock, pauses left aside."""
        appointment = (self.not_before,) if self.not_before else ()
        return (*self.starts_on, *appointment, *self.stops_on, *self.cancels_on)

    @cached_property
    def target_ms(self) -> int:
        return self.target // timedelta(milliseconds=1)

    @cached_property
    def pause_cap_ms(self) -> int:
        return 0 if self.pause_cap is None else self.pause_cap // timedelta(milliseconds=1)

    @cached_property
    def after_ms(self) -> tuple[int, ...]:
        """By level: how long after the due time it is reached."""
        return tuple(step.after // timedelta(milliseconds=1) for step in self.escalation)

    def applies_to(self, service_code: str) -> bool:
        return self.services == "*" or service_code in self.services

    def due_at(self, started_at: datetime) -> datetime:
        """When a round that started then must end, pauses left aside."""
        return started_at + self.target

    def starts(self, event: Event, event_id: str) -> tuple["ClockStart", ...]:
        """The rounds this event starts, the service left aside. ``not_before`` is for who remembers the appointment."""
        for match in self.starts_on:
            if match.matches(event):
                at = match.time(event)
                keys = match.keys(event) or (event_id if self.per == "hearing" else FIRST_ROUND,)
                return tuple(ClockStart(self, clock_id(self.clock, key), at, self.due_at(at)) for key in keys)
        return ()

    @field_validator("services")
    @classmethod
    def _services_exist(cls, services: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if services == "*":
            return services
        unknown = [code for code in services if code not in SERVICE_CODES]
        if unknown or not services:
            raise ValueError(f"unknown services: {', '.join(unknown)}" if unknown else "names no service")
        return services

    @field_validator("target")
    @classmethod
    def _whole_seconds(cls, target: timedelta) -> timedelta:
        if target % timedelta(seconds=1):
            raise ValueError("a target is in whole seconds")
        return target

    @field_validator("warn_at")
    @classmethod
    def _rising_fractions(cls, fractions: tuple[float, ...]) -> tuple[float, ...]:
        if any(not 0 < fraction < 1 for fraction in fractions) or any(a >= b for a, b in pairwise(fractions)):
            raise ValueError("warnings are rising fractions between 0 and 1")
        return fractions

    @field_validator("escalation")
    @classmethod
    def _whole_ladder(cls, steps: tuple[EscalationStep, ...]) -> tuple[EscalationStep, ...]:
        if [step.level for step in steps] != list(range(len(steps))):
            raise ValueError("levels run 0, 1, 2, ... without a gap")
        if steps[0].after or any(a.after >= b.after for a, b in pairwise(steps)):
            raise ValueError("level 0 fires at the due time, each further level later than the one before")
        return steps

    @model_validator(mode="after")
    def _pauses_are_bounded(self) -> Self:
        if self.pausable and self.clock in NEVER_PAUSABLE:
            raise ValueError(f"{self.clock} can't be paused")
        if self.pausable and not (self.pause_reasons and self.pause_cap):
            raise ValueError(f"{self.clock} is pausable: it needs pause_reasons and a pause_cap")
        if not self.pausable and (self.pause_reasons or self.pause_cap is not None):
            raise ValueError(f"{self.clock} is not pausable: pause_reasons and pause_cap say nothing")
        return self

    @model_validator(mode="after")
    def _rounds_have_keys(self) -> Self:
        if self.per == "kind" and any(match.key is None for match in (*self.starts_on, *self.stops_on)):
            raise ValueError(f"{self.clock} runs per kind: what starts and stops it must name the key")
        return self


Role = Literal["start", "appoint", "stop", "cancel"]


@dataclass(frozen=True, slots=True)
class Matchers:
    """What one policy makes of events of one type, by what they may do to its clock."""

    policy: ClockPolicy
    by_role: Mapping[Role, tuple[EventMatch, ...]]


@dataclass(frozen=True, slots=True)
class ClockStart:
    """A round that an event starts."""

    policy: ClockPolicy
    clock_id: ClockId
    started_at: datetime
    due_at: datetime


class PolicySet(Policy):
    """The whole file. A change holds for clocks that start after ``effective_from``."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")] = Field(
        description="the name of this edition; every clock remembers under which it started"
    )
    effective_from: UtcTime = Field(description="from when this edition holds")
    clocks: tuple[ClockPolicy, ...] = Field(min_length=1, description="the promises")

    @field_validator("clocks")
    @classmethod
    def _named_once(cls, clocks: tuple[ClockPolicy, ...]) -> tuple[ClockPolicy, ...]:
        names = [policy.clock for policy in clocks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"clocks named twice: {', '.join(twice)}")
        return clocks

    def clock(self, name: str) -> ClockPolicy | None:
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, ClockPolicy]:
        return {policy.clock: policy for policy in self.clocks}

    def matchers_of(self, event_type: str) -> tuple["Matchers", ...]:
        """Who looks at events of that type, in the order of the policies."""
        return self._matchers.get(event_type, ())

    @cached_property
    def _matchers(self) -> Mapping[str, tuple["Matchers", ...]]:
        found: dict[str, list[Matchers]] = {}
        for policy in self.clocks:
            of_event: dict[str, dict[Role, list[EventMatch]]] = {}
            not_before = (policy.not_before,) if policy.not_before is not None else ()
            roles: dict[Role, tuple[EventMatch, ...]] = {
                "start": policy.starts_on,
                "appoint": not_before,
                "stop": policy.stops_on,
                "cancel": policy.cancels_on,
            }
            for role, matches in roles.items():
                for match in matches:
                    of_event.setdefault(match.event, {}).setdefault(role, []).append(match)
            for event, by_role in of_event.items():
                found.setdefault(event, []).append(Matchers(policy, {r: tuple(m) for r, m in by_role.items()}))
        return {event: tuple(matchers) for event, matchers in found.items()}

    def clocks_starting(self, event_type: str, service_code: str) -> tuple[ClockPolicy, ...]:
        """The policies of that service which an event of that type may start; ``starts`` then reads the event."""
        return tuple(
            policy
            for policy in self.clocks
            if policy.applies_to(service_code) and any(match.event == event_type for match in policy.starts_on)
        )

    def starts(self, event: Event, event_id: str, service_code: str) -> tuple[ClockStart, ...]:
        """Every round the event starts in a case of that service."""
        policies = self.clocks_starting(event.type, service_code)
        return tuple(start for policy in policies for start in policy.starts(event, event_id))

    def due_at_filing(self, filed: ComplaintFiled) -> tuple[ClockStart, ...]:
        """The promises a filing makes at once, for the answer to the citizen."""
        return self.starts(filed, "", filed.service_code)

    @property
    def event_types(self) -> frozenset[str]:
        """Every event type that moves a clock of this edition; ClockPaused and ClockResumed move the pausable ones."""
        named = {match.event for policy in self.clocks for match in policy.matchers}
        pauses = {"ClockPaused", "ClockResumed"} if any(policy.pausable for policy in self.clocks) else set()
        return frozenset(named | pauses)


def load(document: Mapping[str, Any]) -> PolicySet:
    """Read a parsed policy file. Raises pydantic's ValidationError, which names what is wrong and where."""
    return PolicySet.model_validate(document)
