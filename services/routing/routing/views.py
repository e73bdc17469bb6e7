"""What the API shows of stations and posts."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from event_schemas import DirectoryPost
from routing.domain import NameOrigin, StationKind, StationRecord


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class PlaceView(View):
    """`trusted` is false where the source's point is known to be wrong; `shared`: another station has the same."""

    lat: float
    lon: float
    trusted: bool
    shared: bool


class StationView(View):
    """`name_hi` is None where no spelling is known well enough: the name stays as it is in Latin letters.

    Its origin is witnessed (in public sources), parts (a witnessed place and known words), rule (the rule table, as
    often right as its confidence says) or import (an operator's file).
    """

    code: str
    name: str
    name_hi: str | None
    name_hi_origin: NameOrigin | None
    name_hi_confidence: float | None
    name_source: str | None
    kind: StationKind
    district: str
    police_district: str
    location: PlaceView | None
    parent: str | None
    desk_online: bool
    sub_division: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    distance_m: int | None = None


class StationPage(View):
    items: list[StationView]
    next_cursor: str | None
    version: str


class NearestView(View):
    """`notes` says what is wrong with the place: coordinates_swapped (and turned back), outside_state."""

    items: list[StationView]
    next_cursor: None
    version: str
    notes: list[str] = []


class PostView(View):
    post_id: str
    post: str
    station: str
    name: str
    name_hi: str
    office_phone: str | None
    office_email: str | None
    vacant: bool
    acting: str | None
    reports_to: str | None


class PostsView(View):
    items: list[PostView]
    next_cursor: None


def station_view(station: StationRecord, *, distance_m: int | None = None) -> StationView:
    place = None
    if station.lat is not None and station.lon is not None:
        place = PlaceView(lat=station.lat, lon=station.lon, trusted=station.coord_ok, shared=station.coord_shared)
    return StationView(
        code=station.code,
        name=station.name_en,
        name_hi=station.name_hi or None,
        name_hi_origin=station.name_hi_origin,
        name_hi_confidence=station.name_hi_confidence if station.name_hi else None,
        name_source=station.name_source or None,
        kind=station.kind,
        district=station.district,
        police_district=station.police_district,
        location=place,
        parent=station.parent,
        desk_online=station.desk_online,
        sub_division=station.sub_division or None,
        valid_from=station.valid_from,
        valid_to=station.valid_to,
        distance_m=distance_m,
    )


def post_view(post: DirectoryPost) -> PostView:
    return PostView(
        post_id=post.post_id,
        post=post.post.value,
        station=post.station,
        name=post.name_en,
        name_hi=post.name_hi,
        office_phone=post.office_phone,
        office_email=post.office_email,
        vacant=post.vacant,
        acting=post.acting,
        reports_to=post.parent,
    )
