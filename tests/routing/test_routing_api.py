"""The directory and the explained decision over HTTP, without a socket."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from pydantic import ValidationError

from routing.directory import PostDetails, build_directory, changed
from routing.domain import Snapshot
from routing.settings import RoutingSettings
from tests.routing.routing_http import client_of
from tests.routing.routing_places import BASE

SNAPSHOT = Snapshot(BASE)


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(SNAPSHOT) as client:
        yield client


async def test_pages_hold_every_station_once(http: httpx.AsyncClient) -> None:
    """Following the cursor lists all stations, none twice."""
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = (await http.get("/v1/stations", params=params)).json()
        seen += [station["code"] for station in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(SNAPSHOT.stations)


async def test_stations_by_district_kind_and_name(http: httpx.AsyncClient) -> None:
    """Filters combine, and Hindi words find the station."""
    page = (await http.get("/v1/stations", params={"district": "Sheohar", "kind": "territorial"})).json()
    assert {station["police_district"] for station in page["items"]} == {"SHEOHAR"}
    found = (await http.get("/v1/stations", params={"q": "शिवहर"})).json()
    assert found["items"][0]["code"] == "5801016"


async def test_nearest_stations_are_trusted_territorial_ones(http: httpx.AsyncClient) -> None:
    """The nearest list is by distance, without specialist units and without misplaced points."""
    answer = (await http.get("/v1/stations/nearest", params={"lat": 25.2, "lon": 85.52, "n": 10})).json()
    metres = [station["distance_m"] for station in answer["items"]]
    assert metres == sorted(metres)
    assert {station["kind"] for station in answer["items"]} == {"territorial"}
    assert all(station["location"]["trusted"] for station in answer["items"])


async def test_a_decision_is_explained_with_a_map(http: httpx.AsyncClient) -> None:
    """The answer says who, why, how sure, and draws it."""
    answer = (
        await http.get("/v1/route", params={"lat": 26.5163, "lon": 85.2962, "service_code": "emergency-112"})
    ).json()
    assert answer["station"]["code"] == "5801016"
    assert answer["reason"] == "jurisdiction"
    assert answer["explanation"]
    assert answer["explanation_hi"]
    assert len(answer["nearest_units"]) == 3
    roles = {feature["properties"]["role"] for feature in answer["geojson"]["features"]}
    assert {"place", "station", "station_boundary"} <= roles


async def test_an_emergency_against_police_is_explained_without_the_accused(http: httpx.AsyncClient) -> None:
    """Neither among the nearest units nor on the map."""
    place = "lat=26.5163&lon=85.2962&service_code=emergency-112"
    answer = await http.get(f"/v1/route?{place}&against_police=true&named_station=5801016")
    assert answer.json()["reason"] == "against_police"
    assert len(answer.json()["nearest_units"]) == 3
    assert "5801016" not in answer.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/stations/77", 404, "station_unknown"),
        ("/v1/stations?cursor=zzz", 400, "cursor_invalid"),
        ("/v1/stations?kind=navy", 422, "validation_failed"),
        ("/v1/route", 422, "place_missing"),
        ("/v1/route?lat=25", 422, "place_missing"),
        ("/v1/route?lat=999&lon=85", 422, "validation_failed"),
        ("/v1/route?lat=nan&lon=85", 422, "validation_failed"),
        ("/v1/officers?station=77", 404, "station_unknown"),
    ],
)
async def test_bad_requests_are_problems(http: httpx.AsyncClient, path: str, status: int, code: str) -> None:
    """Each bad request has its own stable code."""
    answer = await http.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


async def test_officers_are_posts_up_to_the_state(http: httpx.AsyncClient) -> None:
    """A station's posts lead up to the state's control room, each with an office telephone."""
    posts = (await http.get("/v1/officers", params={"station": "5801016"})).json()["items"]
    assert [post["post_id"] for post in posts] == ["SHO:5801016", "SP:SHEOHAR", "DIG:bihar", "HQ:control-room"]
    assert all(post["office_phone"].startswith("+910") and len(post["office_phone"]) == 13 for post in posts)


def test_development_phones_are_all_different() -> None:
    """No two offices share a made-up number."""
    phones = [post.office_phone for post in build_directory(SNAPSHOT, dev_phones=True).posts.values()]
    assert len(phones) == len(set(phones))


def test_without_development_phones_only_imported_ones_appear() -> None:
    """A number is what an import brought, or nothing."""
    details = {"5801016:SHO": PostDetails(office_phone="+916122222222")}
    posts = build_directory(SNAPSHOT, details).posts.values()
    assert [post.office_phone for post in posts if post.office_phone] == ["+916122222222"]


def test_a_post_that_is_no_more_becomes_vacant() -> None:
    """A station that left the data leaves a vacant post behind, so that what waits there goes up."""
    wanted = build_directory(SNAPSHOT)
    gone = wanted.posts["5801016:SHO"].model_copy(update={"station": "old"})
    (written,) = changed(wanted, {**wanted.posts, gone.key: gone})
    assert written.vacant
    assert written.key == "old:SHO"
    assert changed(wanted, {**wanted.posts, gone.key: written}) == []


def test_development_phones_are_refused_in_production() -> None:
    """Made-up numbers never reach a production directory."""
    with pytest.raises(ValidationError, match="DEV_OFFICE_PHONES"):
        RoutingSettings(environment="production", dev_office_phones=True)


@pytest.mark.parametrize(
    ("lat", "lon", "notes"),
    [
        (26.5163, 85.2962, []),
        (85.2962, 26.5163, ["coordinates_swapped"]),
        (28.61, 77.21, ["outside_state"]),
        (-90, 180, ["outside_state"]),
    ],
)
async def test_the_nearest_stations_of_a_strange_place_are_marked_so(
    http: httpx.AsyncClient, lat: float, lon: float, notes: list[str]
) -> None:
    """Swapped numbers are turned back, and what lies outside the state is not passed off as a neighbour."""
    answer = (await http.get("/v1/stations/nearest", params={"lat": lat, "lon": lon, "n": 1})).json()
    assert answer["notes"] == notes
    if notes != ["outside_state"]:
        assert (answer["items"][0]["code"], answer["items"][0]["distance_m"]) == ("5801016", 0)
