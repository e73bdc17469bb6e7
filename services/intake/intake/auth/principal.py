"""The caller of a request, as its verified token says."""

from dataclasses import dataclass
from datetime import datetime

from intake.case.scope import Actor
from intake.case.states import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """`sub` is stable and holds no personal data; `phone` (E.164) is known for citizens only.

    `known_since` is when the citizen's phone was first used to log in without a long gap since: what is older may be
    that of the number's former holder.
    """

    sub: str
    role: str
    phone: str | None = None
    post: str | None = None
    station: str | None = None
    district: str | None = None
    # Of a citizen: the login that the token came from, as a hash; what ends it ends the token.
    session: str | None = None
    known_since: datetime | None = None


def actor_of(principal: Principal) -> Actor:
    """Who acts on cases. ValueError for a citizen."""
    return Actor(
        role=Role(principal.role),
        sub=principal.sub,
        post=principal.post or f"{principal.role.upper()}:{principal.station or principal.district or 'control-room'}",
        station=principal.station,
        district=principal.district,
    )
