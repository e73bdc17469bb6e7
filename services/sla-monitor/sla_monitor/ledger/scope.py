"""Which of the ledger's rounds a caller may read: those of the office or lane that the caller is in charge of."""

from dataclasses import dataclass
from typing import Any

from chassis.http.access import Caller, Service
from event_schemas import Lane
from event_schemas.officers import STATION_ROLES, OfficerRole


@dataclass(frozen=True, slots=True)
class Scope:
    """The rounds of a station or a police district, or of one lane; with nothing set, all of them.

    `not_station` leaves out what lies with an office above the caller's.
    """

    station: str | None = None
    police_district: str | None = None
    emergencies: bool = False
    not_station: str | None = None

    def conditions(self) -> list[dict[str, Any]]:
        """What a round's document must match."""
        found: list[dict[str, Any]] = []
        if self.station is not None:
            found.append({"station": self.station})
        if self.police_district is not None:
            found.append(_same("$police_district", self.police_district))
        if self.not_station is not None:
            found.append({"$nor": [_same("$station", self.not_station)]})
        if self.emergencies:
            found.append({"topic": {"$regex": f"{Lane.EMERGENCY}$"}})
        return found


EVERYTHING = Scope()


def scope_of(caller: Caller) -> Scope:
    """The part of lists and reports that is the caller's."""
    if isinstance(caller, Service) or caller.role is OfficerRole.HQ:
        return EVERYTHING
    if caller.role is OfficerRole.DISPATCHER:
        return Scope(emergencies=True)
    if caller.role in STATION_ROLES:
        return Scope(station=caller.station)
    return Scope(
        police_district=caller.district, not_station=caller.district if caller.role is OfficerRole.SDPO else None
    )


def _same(field: str, value: str) -> dict[str, Any]:
    """Names of districts in either case, as tokens and data write them."""
    return {"$expr": {"$eq": [{"$toUpper": field}, value.upper()]}}
