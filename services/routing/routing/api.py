"""The directory over HTTP, and any decision explained. Reads only; all but the posts' telephones are public."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, StringConstraints

from chassis.codes import bare_code, plain_code
from chassis.http.access import Access
from chassis.http.cursor import read_cursor, write_cursor
from chassis.http.openapi import described
from chassis.http.problems import Problem
from routing import docs
from routing.domain import Filing, Point, StationKind, assign_station
from routing.domain.territory import find_territory, true_place
from routing.explain import RouteView, explain
from routing.live import Live
from routing.problems import CURSOR_INVALID, PLACE_MISSING, STATION_UNKNOWN
from routing.views import NearestView, PostsView, StationPage, StationView, post_view, station_view

LONGEST_CODE: Final = 100
EMERGENCY_SERVICE: Final = "emergency-112"
DOUBTS_OF_A_PLACE: Final = frozenset({"coordinates_swapped", "outside_state"})

Latitude = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Limit = Annotated[int, Query(ge=1, le=500)]
ShortText = Annotated[str, Query(min_length=1, max_length=100)]
# As typed: digits of any script, spaces, dashes, joiners.
Code = Annotated[str, Query(min_length=1, max_length=100), AfterValidator(plain_code)]
Pincode = Annotated[str, Query(max_length=40), AfterValidator(bare_code), StringConstraints(pattern=r"^[1-9][0-9]{5}$")]


def create_router(live: Live, access: Access) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["routing"])

    @router.get("/stations")
    @described(docs.STATIONS)
    async def list_stations(
        district: ShortText | None = None,
        kind: StationKind | None = None,
        q: ShortText | None = None,
        limit: Limit = 100,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
    ) -> StationPage:
        snapshot = live.snapshot
        found = live.search.find(q=q, district=district, kind=kind)
        start = _start(cursor, [station.code for station in found])
        page = found[start : start + limit]
        more = start + limit < len(found)
        return StationPage(
            items=[station_view(station) for station in page],
            next_cursor=write_cursor(page[-1].code) if more else None,
            version=snapshot.version,
        )

    @router.get("/stations/nearest")
    @described(docs.NEAREST)
    async def nearest_stations(lat: Latitude, lon: Longitude, n: Annotated[int, Query(ge=1, le=50)] = 5) -> NearestView:
        snapshot, asked = live.snapshot, Filing(emergency=False, point=Point(lat, lon))
        doubts = [note for note in find_territory(snapshot, asked).notes if note in DOUBTS_OF_A_PLACE]
        point = true_place(asked, doubts) or Point(lat, lon)
        return NearestView(
            items=[
                station_view(found.station, distance_m=round(found.metres))
                for found in snapshot.points.nearest(point.lat, point.lon, n)
            ],
            next_cursor=None,
            version=snapshot.version,
            notes=doubts,
        )

    @router.get("/stations/{code}")
    @described(docs.STATION)
    async def get_station(code: str) -> StationView:
        station = live.snapshot.stations.get(plain_code(code)) if len(code) <= LONGEST_CODE else None
        if station is None:
            raise Problem(STATION_UNKNOWN)
        return station_view(station)

    @router.get("/officers", dependencies=[Depends(access.caller)])
    @described(docs.OFFICERS)
    async def list_officers(station: Code) -> PostsView:
        posts = live.directory.of_station(station)
        if not posts:
            raise Problem(STATION_UNKNOWN)
        return PostsView(items=[post_view(post) for post in posts], next_cursor=None)

    @router.get("/route")
    @described(docs.ROUTE)
    async def route(
        lat: Latitude | None = None,
        lon: Longitude | None = None,
        accuracy_m: Annotated[float | None, Query(ge=0, allow_inf_nan=False)] = None,
        service_code: ShortText = "e-complaint",
        category: ShortText | None = None,
        against_police: bool = False,
        named_station: Code | None = None,
        district: ShortText | None = None,
        pincode: Pincode | None = None,
    ) -> RouteView:
        if (lat is None) != (lon is None) or (lat is None and not (named_station or district or pincode)):
            raise Problem(PLACE_MISSING)
        filing = Filing(
            emergency=service_code == EMERGENCY_SERVICE,
            service_code=service_code,
            category=category,
            point=Point(lat, lon, accuracy_m) if lat is not None and lon is not None else None,
            named_station=named_station,
            district=district,
            pincode=pincode,
            against_police=against_police,
        )
        return explain(live.snapshot, filing, assign_station(live.snapshot, filing))

    return router


def _start(cursor: str | None, codes: list[str]) -> int:
    """Where the page after the cursor's station begins."""
    if cursor is None:
        return 0
    try:
        (code,) = read_cursor(cursor, 1)
        return codes.index(code) + 1
    except ValueError:
        raise Problem(CURSOR_INVALID) from None
