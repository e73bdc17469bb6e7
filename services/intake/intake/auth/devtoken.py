"""A development officer's token, signed with the private key of the local issuer."""

from datetime import timedelta
from pathlib import Path
from typing import Final

import jwt

from chassis.clock import SystemClock
from chassis.http.access.tokens import issue_officer_token
from chassis.settings import LOCAL_ISSUER
from event_schemas.officers import Officer, OfficerRole

TTL: Final = timedelta(hours=12)
WITHOUT_A_PLACE: Final = frozenset({OfficerRole.DISPATCHER, OfficerRole.HQ})


class NoKey(Exception):
    """The file holds no private key to sign with."""


def officer_of(
    role: OfficerRole, station: str | None, district: str | None, *, post: str | None, sub: str | None
) -> Officer:
    """The officer that a token names. ValueError if the role has not got what it needs."""
    place = station or district
    if place is None and role not in WITHOUT_A_PLACE:
        raise ValueError(f"a {role} needs --station or --district")
    return Officer(
        sub=sub or f"dev-{role}-{place or 'bihar'}",
        role=role,
        post=post or default_post(role, place),
        station=station,
        district=district,
    )


def signed_token(key_file: Path, officer: Officer) -> str:
    """Raises NoKey, and OSError where the file can't be read."""
    try:
        return issue_officer_token(key_file.read_text("utf-8"), officer, LOCAL_ISSUER, SystemClock().now(), TTL)
    except (ValueError, KeyError, TypeError, AttributeError, jwt.PyJWTError):
        raise NoKey(f"not done: {key_file}: holds no private key as a JWK") from None


def default_post(role: str, place: str | None) -> str:
    """The post an officer of this role holds: an investigating officer and a counter act for their SHO's station."""
    if role in WITHOUT_A_PLACE or place is None:
        return "HQ:control-room"
    return {"sdpo": "SDPO", "sp": "SP"}.get(role, "SHO") + f":{place}"
