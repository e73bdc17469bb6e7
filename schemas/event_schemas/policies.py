"""The promised times as data: dated editions of one policy, that intake answers from and the SLA monitor enforces.

This module knows which edition a clock is judged by and answers single questions about it; the course of a clock is the
monitor's. This package parses no YAML: who reads a file brings the parser.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from event_schemas.base import Event
from event_schemas.calendars import Office, india_date
from event_schemas.clock_policy import FIRST_ROUND, ClockPolicy, ClockStart, EscalationStep, Policy
from event_schemas.clock_rules import InForce, Matchers, matches_by_role, wording_of
from event_schemas.events.filing import ComplaintFiled
from event_schemas.ids import clock_id
from event_schemas.services import SERVICE_CODES
from event_schemas.times import UtcTime, epoch_ms, time_of

__all__ = [
    "DEFAULT_PATH",
    "FIRST_ROUND",
    "ClockPolicy",
    "ClockStart",
    "Edition",
    "EscalationStep",
    "InForce",
    "Matchers",
    "PolicySet",
    "load",
    "read",
]

DEFAULT_PATH: Final = Path(__file__).with_name("policies.yaml")
"""The shipped file: the first edition. Those that follow it stand in the folder beside it."""
FOLLOWING: Final = ".d"


class Edition(Policy):
    """All promises as they stand from one date on, until the next edition."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]{0,39}$")] = Field(
        description="the name of this edition"
    )
    effective_from: UtcTime = Field(description="clocks that start from this time on are judged by this edition")
    office: Office | None = Field(default=None, description="days, hours and holidays of clocks that count those alone")
    clocks: tuple[ClockPolicy, ...] = Field(min_length=1, description="the promises")

    @field_validator("clocks")
    @classmethod
    def _named_once(cls, clocks: tuple[ClockPolicy, ...]) -> tuple[ClockPolicy, ...]:
        names = [policy.clock for policy in clocks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"clocks named twice: {', '.join(twice)}")
        return clocks

    @field_validator("clocks")
    @classmethod
    def _hours_are_known(cls, clocks: tuple[ClockPolicy, ...], info: ValidationInfo) -> tuple[ClockPolicy, ...]:
        # Without a readable office its own faults are reported, not that it is missing.
        return tuple(policy.by_hours(info.data["office"]) for policy in clocks) if "office" in info.data else clocks

    @model_validator(mode="after")
    def _year_is_known(self) -> Self:
        year = india_date(self.effective_from).year
        if self.office is not None and year not in self.office.years:
            raise ValueError(f"edition {self.version} takes effect in {year}, whose holidays are not given")
        return self

    def clock(self, name: str) -> ClockPolicy | None:
        return next((policy for policy in self.clocks if policy.clock == name), None)


class PolicySet(Policy):
    """Every edition there has been and is to be, the earliest first; it also holds for clocks older than itself.

    A clock round is judged by the edition in force at the time of the event that started it. A later edition changes
    nothing of it, but where it says ``applies_to_open``: then the round gets its due time if that is later than the one
    it had, and if it had not passed, nor the round ended, when the edition took effect.
    """

    editions: tuple[Edition, ...] = Field(min_length=1, description="by effective_from, the earliest first")

    @model_validator(mode="before")
    @classmethod
    def _one_edition_is_a_file(cls, document: Any) -> Any:
        if isinstance(document, Mapping) and "editions" not in document:
            return {"editions": [document]}
        return document

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        versions = [edition.version for edition in self.editions]
        twice = sorted({version for version in versions if versions.count(version) > 1})
        if twice:
            raise ValueError(f"editions named twice: {', '.join(twice)}")
        for before, after in pairwise(self.editions):
            if after.effective_from == before.effective_from:
                raise ValueError(f"editions {before.version} and {after.version} take effect at the same time")
            if after.effective_from < before.effective_from:
                raise ValueError(f"edition {after.version} takes effect before {before.version}, which it follows")
        return self

    @model_validator(mode="after")
    def _extends_what_was_there(self) -> Self:
        for before, edition in zip((None, *self.editions), self.editions, strict=False):
            for policy in edition.clocks:
                if not policy.applies_to_open:
                    continue
                where = f"{policy.clock} of edition {edition.version} applies to open clocks"
                earlier = before.clock(policy.clock) if before is not None else None
                if earlier is None:
                    raise ValueError(f"{where}, but the edition before has no such clock")
                if wording_of(policy) != wording_of(earlier) or policy.owner != earlier.owner:
                    raise ValueError(f"{where}: it may change times, but not its events and not its owner")
        return self

    @property
    def latest(self) -> Edition:
        """The edition with the latest date, be it in force or still to come."""
        return self.editions[-1]

    @property
    def clocks(self) -> tuple[ClockPolicy, ...]:
        """The promises of the latest edition."""
        return self.latest.clocks

    @property
    def version(self) -> str:
        """The name of the latest edition."""
        return self.latest.version

    def clock(self, name: str) -> ClockPolicy | None:
        """The promise of that name, by the latest edition that has one."""
        found = self._courses.get(name)
        return None if found is None else next(one.policy for one in reversed(found[1]) if one is not None)

    def in_force(self, at: datetime) -> Edition:
        """By which edition clocks that start then are judged."""
        return self.editions[max(0, bisect_right([one.effective_from for one in self.editions], at) - 1)]

    def judged_by(self, clock: str, start: int) -> InForce | None:
        """What a round of the clock is judged by; ``start``: when the event that started it happened (epoch ms)."""
        course = self._courses.get(clock)
        if course is None:
            return None
        since, rules = course
        return rules[0] if len(rules) == 1 else rules[max(0, bisect_right(since, start) - 1)]

    @cached_property
    def _courses(self) -> Mapping[str, tuple[list[int], list[InForce | None]]]:
        """By clock: from when on it is judged by what, None where there is no such promise."""
        since = [epoch_ms(edition.effective_from) for edition in self.editions]
        names = dict.fromkeys(policy.clock for edition in self.editions for policy in edition.clocks)
        return {name: (since, list(self._course(name, rank, since))) for rank, name in enumerate(names)}

    def _course(self, name: str, rank: int, since: list[int]) -> Iterator[InForce | None]:
        by_edition = [edition.clock(name) for edition in self.editions]
        for index, policy in enumerate(by_edition):
            if policy is None:
                yield None
                continue
            later = zip(since[index + 1 :], by_edition[index + 1 :], strict=True)
            extensions = tuple((at, one) for at, one in later if one is not None and one.applies_to_open)
            yield InForce(policy, self._wording_of(name, policy), rank, extensions)

    def _wording_of(self, name: str, policy: ClockPolicy) -> str:
        """The first edition that names these events for the clock; "" for the first that knows the clock."""
        known = [(edition.version, one) for edition in self.editions if (one := edition.clock(name)) is not None]
        index = next(i for i, (_, one) in enumerate(known) if wording_of(one) == wording_of(policy))
        return known[index][0] if index else ""

    def matchers_of(self, event_type: str, service_code: str = "") -> tuple[Matchers, ...]:
        """Who looks at events of that type in a case of that service ("" if it isn't known yet)."""
        # Codes come out of events: what no policy can name shares one entry.
        key = event_type, service_code if not service_code or service_code in SERVICE_CODES else "?"
        found = self._matchers.get(key)
        if found is None:
            found = self._matchers[key] = tuple(self._find_matchers(*key))
        return found

    @cached_property
    def _matchers(self) -> dict[tuple[str, str], tuple[Matchers, ...]]:
        return {}

    def _find_matchers(self, event_type: str, service_code: str) -> Iterator[Matchers]:
        seen: set[tuple[str, str]] = set()
        for name, (_since, rules) in self._courses.items():
            for rule in rules:
                if rule is None or (name, rule.wording) in seen:
                    continue
                if service_code and not rule.policy.applies_to(service_code):
                    continue
                seen.add((name, rule.wording))
                by_role = matches_by_role(rule.policy, event_type)
                if by_role:
                    yield Matchers(name, rule.wording, rule.policy.per, by_role)

    def starts(self, event: Event, event_id: str, service_code: str) -> tuple[ClockStart, ...]:
        """Every round the event starts in a case of that service. ``not_before`` is for who remembers appointments."""
        return tuple(self._starts(event, event_id, service_code))

    def _starts(self, event: Event, event_id: str, service_code: str) -> Iterator[ClockStart]:
        for matchers in self.matchers_of(event.type, service_code):
            match = next((one for one in matchers.by_role.get("start", ()) if one.matches(event)), None)
            if match is None:
                continue
            at = match.time(event)
            rule = self.judged_by(matchers.clock, epoch_ms(at))
            if rule is None or rule.wording != matchers.wording or not rule.policy.applies_to(service_code):
                continue
            due = time_of(rule.due(epoch_ms(at))) if rule.extensions else rule.policy.due_at(at)
            for key in matchers.start_keys(match, event, event_id):
                yield ClockStart(rule.policy, clock_id(matchers.clock, key), at, due)

    def due_at_filing(self, filed: ComplaintFiled) -> tuple[ClockStart, ...]:
        """The promises a filing makes at once, for the answer to the citizen."""
        return self.starts(filed, "", filed.service_code)

    @cached_property
    def extensions(self) -> frozenset[tuple[str, int]]:
        """Clocks whose open rounds a later edition holds for too, and the times (epoch ms) from which it does."""
        rules = [(name, rule) for name, (_, rules) in self._courses.items() for rule in rules if rule is not None]
        return frozenset((name, since) for name, rule in rules for since, _policy in rule.extensions)

    @cached_property
    def event_types(self) -> frozenset[str]:
        """Every event type that moves a clock of any edition: ClockEnded every one, pauses the pausable ones."""
        policies = [policy for edition in self.editions for policy in edition.clocks]
        named = {match.event for policy in policies for match in policy.matchers}
        pauses = {"ClockPaused", "ClockResumed"} if any(policy.pausable for policy in policies) else set()
        return frozenset(named | pauses | {"ClockEnded"})


def load(document: Mapping[str, Any]) -> PolicySet:
    """Read a parsed policy file. Raises pydantic's ValidationError, which names what is wrong and where."""
    return PolicySet.model_validate(document)


def read(path: Path, parse: Callable[[Path], Any]) -> PolicySet:
    """Read a file and the editions in the folder `<its name>.d` beside it, or a folder; files by their names.

    Raises ValidationError, OSError, the parser's.
    """
    following = path if path.is_dir() else path.with_suffix(FOLLOWING)
    files = [] if path.is_dir() else [path]
    if following.is_dir():
        files += sorted(one for one in following.iterdir() if one.suffix in {".yaml", ".yml"})
    editions: list[Any] = []
    for file in files:
        document = parse(file)
        several = isinstance(document, Mapping) and "editions" in document
        editions += document["editions"] if several else [document]
    return load({"editions": editions})
