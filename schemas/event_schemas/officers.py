"""Who an officer is, as a token says, and which cases are an officer's to see."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from event_schemas.values import Post


class OfficerRole(StrEnum):
    SHO = "sho"
    IO = "io"
    COUNTER = "counter"
    DISPATCHER = "dispatcher"
    SDPO = "sdpo"
    SP = "sp"
    HQ = "hq"


STATION_ROLES: Final = frozenset({OfficerRole.SHO, OfficerRole.IO, OfficerRole.COUNTER})
DISTRICT_ROLES: Final = frozenset({OfficerRole.SDPO, OfficerRole.SP})
# An investigating officer and a counter act for their SHO; a dispatcher sits in the state's or a district's control
# room.
_POSTS: Final[Mapping[OfficerRole, frozenset[Post]]] = {
    **dict.fromkeys(STATION_ROLES, frozenset({Post.SHO})),
    OfficerRole.DISPATCHER: frozenset({Post.HQ, Post.SP}),
    OfficerRole.SDPO: frozenset({Post.SDPO}),
    OfficerRole.SP: frozenset({Post.SP}),
    OfficerRole.HQ: frozenset({Post.HQ, Post.DIG}),
}
CITIZEN_SUBJECT: Final = "citizen:"
"""How a citizen's subject begins; no officer's may, for what a subject owns is found by it alone."""

_Short = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Officer(BaseModel):
    """What an officer's token must say. `district` is the police district; `post` is like ``SHO:5140003``."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=False)

    sub: _Short
    role: OfficerRole
    post: _Short
    station: _Short | None = None
    district: _Short | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.sub.casefold().startswith(CITIZEN_SUBJECT):
            raise ValueError("the subject is in the citizens' name space")
        kind, _, place = self.post.partition(":")
        if not place or kind not in _POSTS[self.role]:
            raise ValueError("the post is not one of the role")
        if self.role in STATION_ROLES and self.station is None:
            raise ValueError("the role needs a station")
        if self.role in DISTRICT_ROLES and self.district is None:
            raise ValueError("the role needs a district")
        return self


def is_in_charge(officer: Officer, *, emergency: bool, station: str | None, police_district: str | None) -> bool:
    """Whether a case is the officer's to see, by the office that has it now; until one has it, HQ's alone.

    An SP's own office has its police district's name for a code: what lies there is above an SDPO.
    """
    if officer.role is OfficerRole.HQ:
        return True
    if officer.role is OfficerRole.DISPATCHER:
        return emergency
    if station is None:
        return False
    if officer.role in STATION_ROLES:
        return station == officer.station
    own = officer.district is not None and (police_district or "").casefold() == officer.district.casefold()
    return own and (officer.role is OfficerRole.SP or station.casefold() != (police_district or "").casefold())
