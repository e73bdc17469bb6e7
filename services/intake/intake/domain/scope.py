"""Whose case is it: which cases an officer sees and works on."""

from collections.abc import Iterable
from dataclasses import dataclass

from event_schemas import Lane
from intake.domain.case import Case
from intake.domain.states import Act, Role

STATION_ROLES = frozenset({Role.SHO, Role.IO, Role.COUNTER})
DISTRICT_ROLES = frozenset({Role.SDPO, Role.SP})
OFFICER_ROLES = tuple(str(role) for role in Role if role not in (Role.CITIZEN, Role.SYSTEM))
_AT_ANY_STATION = frozenset({Act.START_HEARING, Act.HOLD_HEARING})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as their token says; `sub` scopes their idempotency keys."""

    role: Role
    sub: str
    post: str
    station: str | None = None
    district: str | None = None


def may_work(case: Case, actor: Actor, act: Act | None = None) -> bool:
    """An officer's own cases; a citizen is heard wherever he checked in, so there that station may hear him."""
    if actor.role in (Role.HQ, Role.CITIZEN) or act is Act.CHECK_IN:
        return True
    if actor.role is Role.DISPATCHER:
        return case.lane is Lane.EMERGENCY
    if act in _AT_ANY_STATION and actor.station is not None and actor.station in _places(case):
        return True
    return _in_charge(case, actor)


def _in_charge(case: Case, actor: Actor) -> bool:
    station = case.assignment.station if case.assignment else None
    if case.assignment is not None and case.assignment.officer_post == actor.post:
        return True
    if actor.role in STATION_ROLES:
        # Until routing has confirmed it, a walk-in is its station's.
        code = station.code if station else case.named_station
        return code is not None and code == actor.station
    if actor.role in DISTRICT_ROLES and station is not None and actor.district is not None:
        return station.police_district.casefold() == actor.district.casefold()
    return False


def _places(case: Case) -> Iterable[str]:
    return {hearing.place for hearing in case.hearings.values()}
