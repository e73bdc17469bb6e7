"""Whose case is it: which cases an officer sees and works on. `store/sight.py` states the same for MongoDB."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from chassis.settings import load_yaml
from event_schemas import Lane
from intake.case.faults import OfficeAccused
from intake.case.model import OPEN_HEARINGS, Case
from intake.case.states import Family, Role
from intake.offices.domain import Offices

STATION_ROLES = frozenset({Role.SHO, Role.IO, Role.COUNTER})
DISTRICT_ROLES = frozenset({Role.SDPO, Role.SP})
OFFICER_ROLES = tuple(str(role) for role in Role if role not in (Role.CITIZEN, Role.SYSTEM))
# The attribute of the catalogue that says so; it travels in clear.
AGAINST_POLICE = "against_police"
_HEADQUARTERS = "HQ:"
TIP_POSTS: Final = frozenset(load_yaml(Path(__file__).with_name("tip_posts.yaml"))["posts"])
"""Who reads every secret tip, besides the post that routing gave it to."""


class Reach(Enum):
    """Which cases an officer may give a command on, besides those he sees."""

    OWN = "none besides"
    ASKED = "those of which his station is asked about a person"
    AWAITED = "those with a hearing, not yet over, at his station"
    COUNTER = "any whose number is handed in; of the guarded ones only where the citizen is awaited"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as their token says; `sub` scopes their idempotency keys."""

    role: Role
    sub: str
    post: str
    station: str | None = None
    district: str | None = None


def may_see(case: Case, actor: Actor) -> bool:
    """The one rule behind the list, reading, revealing and commanding.

    Until the newest assignment has arrived, headquarters alone sees a sensitive case or a complaint against police. The
    accused office and those under it never see theirs. A secret tip is read by named posts, whatever their role.
    """
    if case.family is Family.TIP and not _reads_tip(case, actor):
        return False
    if is_against_police(case) and not is_impartial(case, actor):
        return False
    if actor.role is Role.HQ:
        return True
    if actor.role is Role.DISPATCHER:
        return case.lane is Lane.EMERGENCY
    if is_guarded(case) and not is_settled(case):
        return False
    return _in_charge(case, actor) or _is_asked(case, actor)


def may_work(case: Case, actor: Actor, reach: Reach) -> bool:
    """Who sees a case works on it; a citizen is heard wherever he checked in, so there that station may hear him.

    A station that is only asked about a person answers, and does no more.
    """
    if actor.role is Role.CITIZEN:
        return True
    if may_see(case, actor) and (reach is Reach.ASKED or actor.role not in STATION_ROLES or _in_charge(case, actor)):
        return True
    if is_against_police(case) and not is_impartial(case, actor):
        return False
    if reach is Reach.COUNTER:
        # Whose number opens an ordinary case is received anywhere; of a guarded one only where he is awaited.
        return not is_guarded(case) or _awaited(case, actor)
    return reach is Reach.AWAITED and _awaited(case, actor)


def accused_office(attributes: Mapping[str, Any], named_station: str | None) -> str | None:
    """The office a complaint against police is about, "" if it names none; None for any other submission."""
    if attributes.get(AGAINST_POLICE) is not True:
        return None
    return (named_station or "").casefold()


def is_against_police(case: Case) -> bool:
    return case.attributes.get(AGAINST_POLICE) is True


def is_guarded(case: Case) -> bool:
    return case.sensitive or is_against_police(case)


def is_settled(case: Case) -> bool:
    """Routing has answered the newest request."""
    return case.assignment is not None and case.assignment.assignment_no == case.assignment_no


def is_impartial(case: Case, actor: Actor) -> bool:
    """Neither of the accused office nor under it. Where the accused was never noted, headquarters alone counts."""
    if case.accused is None:
        return actor.role is Role.HQ
    return case.accused not in offices_of(actor)


def offices_of(actor: Actor) -> frozenset[str]:
    """The office an officer is of, and the district's whose superintendent is over him, as `accused` is written.

    Headquarters answers for every office and is of none: naming it hides no case from it.
    """
    if actor.post.startswith(_HEADQUARTERS):
        return frozenset()
    place = actor.post.partition(":")[2]
    return frozenset(office.casefold() for office in (actor.station, actor.district, place) if office)


def keep_from_accused(case: Case, office: str, offices: Offices) -> None:
    """A complaint against police neither goes to the accused office nor to one under it, nor is it heard there."""
    if case.accused and case.accused in offices.line_of(office):
        raise OfficeAccused


def spellings(district: str) -> tuple[str, ...]:
    """How tokens and the directory may write a police district: ARARIA, Araria, araria."""
    return tuple(dict.fromkeys((district, district.upper(), district.title(), district.lower())))


def _reads_tip(case: Case, actor: Actor) -> bool:
    return actor.post in TIP_POSTS or (case.assignment is not None and case.assignment.officer_post == actor.post)


def _in_charge(case: Case, actor: Actor) -> bool:
    assignment = case.assignment
    if assignment is not None and assignment.officer_post == actor.post:
        return True
    if actor.role in STATION_ROLES:
        # Until routing has confirmed it, a walk-in is its station's.
        code = case.named_station if assignment is None else case.station_code
        return code is not None and code == actor.station
    if actor.role is Role.SDPO and is_against_police(case):
        # A district's token does not say of which sub-division he is, so he may be the accused: his own post's only.
        return False
    if actor.role in DISTRICT_ROLES and assignment is not None and assignment.station is not None:
        return actor.district is not None and assignment.station.police_district in spellings(actor.district)
    return False


def _is_asked(case: Case, actor: Actor) -> bool:
    """The officer's station was asked about the person, and has not answered."""
    return actor.role in STATION_ROLES and actor.station is not None and actor.station in case.asked


def _awaited(case: Case, actor: Actor) -> bool:
    """The case has a hearing, not yet over, at the officer's station."""
    return actor.station is not None and any(
        hearing.place == actor.station and hearing.status in OPEN_HEARINGS for hearing in case.hearings.values()
    )
