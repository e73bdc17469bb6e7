"""Who files what, where and when, and how the police will act on it: decided before the first request."""

import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib import resources
from typing import Any

from janseva_local.demo.day import Day
from janseva_local.demo.journeys import Step, Way
from janseva_local.demo.options import MOST_CITIZENS
from janseva_local.demo.steps import Offered, Person, required_documents
from janseva_local.demo.texts import description_of, name_of


class Course(StrEnum):
    """How a journey goes: its steps at once, or only when its clocks have broken, or not to their end, or the citizen
    asks to withdraw before the first.
    """

    IN_TIME = "in_time"
    TOO_LATE = "too_late"
    NEVER = "never"
    WITHDRAWN = "withdrawn"


COURSES = {Course.IN_TIME: 0.65, Course.TOO_LATE: 0.15, Course.NEVER: 0.12, Course.WITHDRAWN: 0.08}


@dataclass(frozen=True, slots=True)
class Place:
    district: str
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class CitizenPlan:
    """`documents` are those he uploads; `steps` those that are taken; `waits_before`: the step that waits."""

    person: Person
    service: Offered
    way: Way
    course: Course
    starts_after_s: float
    documents: tuple[str, ...]
    steps: tuple[Step, ...]
    waits_before: int

    @property
    def number(self) -> int:
        return self.person.number


def places() -> Sequence[Place]:
    """District and sub-district headquarters of Bihar: real points, 38 districts."""
    text = resources.files(__package__).joinpath("data/places.csv").read_text("utf-8")
    return [
        Place(row["district"], row["place"], float(row["lat"]), float(row["lon"]))
        for row in csv.DictReader(text.splitlines())
    ]


@dataclass(frozen=True, slots=True)
class Playbill:
    """What can be played: the live services of the catalogue with the ways of each."""

    services: Mapping[str, Offered]
    ways: Mapping[str, Sequence[Way]]

    @classmethod
    def of(cls, live: Iterable[Offered], journeys: Iterable[Way]) -> "Playbill":
        """A service without a journey is filed, its documents are added, and it is acknowledged."""
        services = {service.code: service for service in live}
        ways: dict[str, list[Way]] = {code: [] for code in services}
        for way in journeys:
            if way.service in ways:
                ways[way.service].append(way)
        plain = {code: [Way(service=code, steps=(Step(do="acknowledge"),))] for code in services}
        return cls(services, {code: found or plain[code] for code, found in ways.items()})

    def draw(self, chance: random.Random, count: int, shares: Mapping[str, int]) -> list[Way]:
        """Every way once, as far as there are citizens for them; the others by the services' shares."""
        every = [way for ways in self.ways.values() for way in ways]
        chance.shuffle(every)
        codes = list(self.services)
        weights = [shares.get(code, 1) for code in codes]
        more = chance.choices(codes, weights=weights, k=max(0, count - len(every)))
        drawn = every[:count] + [chance.choice(self.ways[code]) for code in more]
        chance.shuffle(drawn)
        return drawn


def make_plans(playbill: Playbill, day: Day, count: int, seed: int, over_s: float, start: int) -> list[CitizenPlan]:
    """`count` citizens whose requests start within `over_s` seconds; each district has its turn.

    `start` (any number) sets the phones apart from those of other runs.
    """
    chance = random.Random(seed)  # noqa: S311 (a plan, not a secret)
    by_district: dict[str, list[Place]] = {}
    for place in places():
        by_district.setdefault(place.district, []).append(place)
    districts = sorted(by_district)
    plans = []
    for number, way in enumerate(playbill.draw(chance, count, day.shares)):
        place = chance.choice(by_district[districts[number % len(districts)]])
        language = chance.choice(("hi", "en"))
        person = Person(
            number=number,
            language=language,
            name=name_of(number, language),
            address=f"{place.name}, {place.district}",
            phone=f"+9199{(start * MOST_CITIZENS + number) % 10**8:08d}",
            location={"lat": place.lat, "lon": place.lon, "accuracy_m": 25},
        )
        course = chance.choices(list(COURSES), weights=list(COURSES.values()))[0]
        plans.append(_plan(chance, person, playbill.services[way.service], _varied(chance, way, person, day), course))
        plans[-1] = _starting(plans[-1], over_s * number / max(count, 1))
    return plans


def _plan(chance: random.Random, person: Person, service: Offered, way: Way, course: Course) -> CitizenPlan:
    documents, steps = required_documents(service), way.acts
    if course is Course.NEVER:
        # Half of them leave the last document out.
        documents = documents[: len(documents) - person.number % 2] if documents else ()
        steps = steps[: chance.randrange(len(steps))]
    waits_before = chance.randrange(len(steps)) if steps else 0
    return CitizenPlan(person, service, way, course, 0.0, documents, steps, waits_before)


def _varied(chance: random.Random, way: Way, person: Person, day: Day) -> Way:
    """At the citizen's own place, in his language, with answers of the day where the way says none."""
    answers: dict[str, Any] = {name: chance.choice(values) for name, values in day.answers.get(way.service, {}).items()}
    own = {"location": dict(person.location), **description_of(person.number, person.language)}
    filed = {**own, **way.filed, "attributes": {**answers, **way.filed.get("attributes", {})}}
    return way.model_copy(update={"filed": filed})


def _starting(plan: CitizenPlan, after_s: float) -> CitizenPlan:
    return replace(plan, starts_after_s=after_s)
