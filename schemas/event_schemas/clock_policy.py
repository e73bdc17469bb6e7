"""What one promise may declare: the events that move its clock, its time and calendar, and whom it escalates to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints, field_validator, model_validator

from event_schemas.calendars import CALENDAR_DAYS, ELAPSED, Calendar, Office
from event_schemas.event_match import EventMatch
from event_schemas.names import Name
from event_schemas.services import SERVICE_CODES
from event_schemas.times import EPOCH, MILLISECOND
from event_schemas.values import ClockId, ClockOwner, Code, Post

FIRST_ROUND: Final = "1"
NEVER_PAUSABLE: Final = frozenset({"dial112_response"})
STATUTORY: Final = MappingProxyType(
    {
        "investigation": "Bharatiya Nagarik Suraksha Sanhita 2023, s. 193(1)",
        "investigation_two_months": "Bharatiya Nagarik Suraksha Sanhita 2023, s. 193(2)",
        "investigation_sixty_days": "SC and ST (Prevention of Atrocities) Rules 1995, r. 7(2)",
        "progress_to_victim": "Bharatiya Nagarik Suraksha Sanhita 2023, s. 193(3)",
    }
)
"""Clocks that the law sets for an FIR, each with its section: no closing ends them, whatever a policy file says."""
LONGEST: Final = timedelta(days=3660)
MOST_WORKING_DAYS: Final = 2500
WARNING_DIGITS: Final = 6
_DAY: Final = timedelta(days=1)


class Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class EscalationStep(Policy):
    """Level 0 is the passed target; each further level goes to the next post if the clock still runs."""

    level: int = Field(ge=0, description="0 for the passed target, then 1, 2, ... without a gap")
    post: Post = Field(description="the post that is told, of the station or district that has the case")
    after: timedelta = Field(
        ge=timedelta(0), le=LONGEST, description="how long after the due time, by the clock's calendar"
    )


class ClockPolicy(Policy):
    """One promise: which events move its clock, and how long the police (or the citizen) have."""

    clock: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")] = Field(description="the clock's name")
    called: Name | None = Field(
        default=None, description="its name inside a sentence, by the latest edition that gives one"
    )
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
    target: timedelta = Field(
        default=timedelta(0),
        gt=timedelta(0),
        le=LONGEST,
        description="the promised time: ISO 8601 duration or whole seconds; P1D are 24 hours, of office time too",
    )
    working_days: int | None = Field(
        default=None,
        ge=1,
        le=MOST_WORKING_DAYS,
        description="instead of a target: so many working days of the edition's office, each as long as it is open",
    )
    calendar: Literal["elapsed", "calendar_days", "working_hours"] = Field(
        default="elapsed",
        description="how time is counted: every second; whole days of India's calendar, to the end of the last; "
        "or the working hours of the edition's office alone",
    )
    warn_at: tuple[float, ...] = Field(default=(), description="fractions of the target at which the office is warned")
    warn_after: tuple[timedelta, ...] = Field(
        default=(),
        description="further warnings, as parts of the target: P2D of P3D is at two thirds of the time that counts",
    )
    pausable: bool = Field(description="whether an officer may pause it, with a reason")
    pause_reasons: tuple[Code, ...] = Field(default=(), description="the reasons that are taken")
    pause_cap: timedelta | None = Field(
        default=None, le=LONGEST, description="the most that all pauses of a round may add, by the clock's calendar"
    )
    applies_to_open: bool = Field(
        default=False,
        description="whether clocks that run when this edition takes effect get its time too, if it gives them more",
    )
    escalation: tuple[EscalationStep, ...] = Field(min_length=1, description="who is told of a breach, post by post")

    _office: Office | None = PrivateAttr(default=None)

    def by_hours(self, office: Office | None) -> Self:
        """The policy with the office of the edition that it stands in. Raises ValueError without one that it needs."""
        if self.calendar == "working_hours" and office is None:
            raise ValueError(f"{self.clock} counts working hours: the edition needs an office")
        counted = {} if office is None or self.working_days is None else {"target": self.working_days * office.hours}
        policy = self.model_copy(update=counted)
        policy.keep_hours(office)
        return policy

    def keep_hours(self, office: Office | None) -> None:
        self._office = office

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
    def counting(self) -> Calendar:
        """The calendar that its durations are counted by."""
        match self.calendar:
            case "elapsed":
                return ELAPSED
            case "calendar_days":
                return CALENDAR_DAYS
        if self._office is None:
            raise ValueError(f"{self.clock} counts working hours and stands in no edition")
        return self._office.calendar

    @cached_property
    def warnings(self) -> tuple[float, ...]:
        """The fractions of the target at which is warned, rising: those given as such and those given as times."""
        times = (round(after / self.target, WARNING_DIGITS) for after in self.warn_after)
        return tuple(sorted({*self.warn_at, *times}))

    @cached_property
    def target_ms(self) -> int:
        return self.target // MILLISECOND

    @cached_property
    def pause_cap_ms(self) -> int:
        return 0 if self.pause_cap is None else self.pause_cap // MILLISECOND

    @cached_property
    def after_ms(self) -> tuple[int, ...]:
        """By level: how long after the due time it is reached."""
        return tuple(step.after // MILLISECOND for step in self.escalation)

    def applies_to(self, service_code: str) -> bool:
        return self.services == "*" or service_code in self.services

    def due_at(self, started_at: datetime) -> datetime:
        """When a round that started then must end, pauses left aside."""
        start, rest = divmod(started_at - EPOCH, MILLISECOND)
        due = EPOCH + timedelta(milliseconds=self.counting.due(start, self.target_ms))
        return due + rest if self.calendar == "elapsed" else due

    @field_validator("services")
    @classmethod
    def _services_exist(cls, services: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if services == "*":
            return services
        unknown = [code for code in services if code not in SERVICE_CODES]
        if unknown or not services:
            raise ValueError(f"unknown services: {', '.join(unknown)}" if unknown else "names no service")
        return services

    @model_validator(mode="before")
    @classmethod
    def _working_days_are_counted_by_the_office(cls, document: Any) -> Any:
        if isinstance(document, Mapping) and document.get("working_days") is not None:
            return {"calendar": "working_hours", **document}
        return document

    @model_validator(mode="after")
    def _promises_one_time(self) -> Self:
        if self.working_days is None and "target" not in self.model_fields_set:
            raise ValueError(f"{self.clock} needs a target, or working_days")
        if self.working_days is not None and "target" in self.model_fields_set:
            raise ValueError(f"{self.clock} has a target and working_days: one of them is the promise")
        if self.working_days is not None and self.calendar != "working_hours":
            raise ValueError(f"{self.clock} promises working_days: its calendar is working_hours")
        return self

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

    @model_validator(mode="after")
    def _warns_before_the_end(self) -> Self:
        if self.warn_after and self.working_days is not None:
            raise ValueError(f"{self.clock} promises working_days: it warns at fractions")
        if any(not timedelta(0) < after < self.target for after in self.warn_after):
            raise ValueError(f"{self.clock} warns within its target")
        return self

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
    def _days_are_whole(self) -> Self:
        if self.calendar == "calendar_days" and self.target % _DAY:
            raise ValueError(f"{self.clock} counts calendar days: its target is in whole days")
        return self

    @model_validator(mode="after")
    def _rounds_have_keys(self) -> Self:
        if self.per == "kind" and any(match.key is None for match in (*self.starts_on, *self.stops_on)):
            raise ValueError(f"{self.clock} runs per kind: what starts and stops it must name the key")
        return self


@dataclass(frozen=True, slots=True)
class ClockStart:
    """A round that an event starts."""

    policy: ClockPolicy
    clock_id: ClockId
    started_at: datetime
    due_at: datetime
