"""Who files what, where and when, and how the police will act on it: decided before the first request."""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources


class Kind(StrEnum):
    EMERGENCY = "emergency-112"
    COMPLAINT = "e-complaint"
    LOST_PROPERTY = "lost-property"
    CERTIFICATE = "character-certificate"
    HEARING = "hearing"


class Course(StrEnum):
    """What the police make of a case; `withdrawn` is the citizen's own doing, or a hoax."""

    IN_TIME = "in_time"
    TOO_LATE = "too_late"
    NEVER = "never"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Place:
    district: str
    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class CitizenPlan:
    number: int
    kind: Kind
    course: Course
    phone: str
    language: str
    place: Place
    starts_after_s: float
    responders: tuple[str, ...]

    @property
    def category(self) -> str:
        """What a complaint is about: some matters are a specialist unit's."""
        return CATEGORIES[self.number % len(CATEGORIES)]


CATEGORIES = ("land_dispute", "theft", "traffic", "nuisance", "prohibition", "fraud", "railway")
MOST_CITIZENS = 2_000
SHARES = {
    Kind.EMERGENCY: 0.27,
    Kind.COMPLAINT: 0.30,
    Kind.LOST_PROPERTY: 0.18,
    Kind.CERTIFICATE: 0.18,
    Kind.HEARING: 0.07,
}
COURSES = {Course.IN_TIME: 0.65, Course.TOO_LATE: 0.15, Course.NEVER: 0.12, Course.WITHDRAWN: 0.08}
RESPONDERS = (("police",), ("police",), ("ambulance",), ("fire",), ("police", "ambulance"))


def places() -> Sequence[Place]:
    """District and sub-district headquarters of Bihar: real points, 38 districts."""
    text = resources.files(__package__).joinpath("data/places.csv").read_text("utf-8")
    return [
        Place(row["district"], row["place"], float(row["lat"]), float(row["lon"]))
        for row in csv.DictReader(text.splitlines())
    ]


def make_plans(count: int, seed: int, over_s: float, day: int) -> list[CitizenPlan]:
    """`count` citizens whose requests start within `over_s` seconds; each district has its turn.

    `day` (any number) sets the phones apart from those of other runs: a phone that calls again is the same emergency.
    """
    chance = random.Random(seed)  # noqa: S311 (a plan, not a secret)
    by_district: dict[str, list[Place]] = {}
    for place in places():
        by_district.setdefault(place.district, []).append(place)
    districts = sorted(by_district)
    plans = []
    for number in range(count):
        kind = chance.choices(list(SHARES), weights=list(SHARES.values()))[0]
        plans.append(
            CitizenPlan(
                number=number,
                kind=kind,
                course=chance.choices(list(COURSES), weights=list(COURSES.values()))[0],
                phone=f"+9199{(day * MOST_CITIZENS + number) % 10**8:08d}",
                language=chance.choice(("hi", "en")),
                place=chance.choice(by_district[districts[number % len(districts)]]),
                starts_after_s=over_s * number / max(count, 1),
                responders=chance.choice(RESPONDERS) if kind is Kind.EMERGENCY else (),
            )
        )
    return plans
