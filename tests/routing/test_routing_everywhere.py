"""/v1/route has an answer for every place: inside, on the borders, beyond them, and where no place can be."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio
import shapely
from shapely.geometry import shape

from routing.domain import Reason, Snapshot
from tests.routing.routing_http import client_of
from tests.routing.routing_places import BASE

SNAPSHOT = Snapshot(BASE, date(2026, 12, 1))
STATE = shapely.union_all([outline.geometry for outline in BASE.outlines])
WEST, SOUTH, EAST, NORTH = STATE.bounds
REASONS = {str(reason) for reason in Reason}
# Just across the border, in every direction: Nepal, Uttar Pradesh, Jharkhand, West Bengal.
NEIGHBOURS = ((27.0, 84.8633), (25.76, 84.15), (24.45, 85.60), (26.27, 88.20), (26.50, 87.28), (24.52, 83.90))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(SNAPSHOT) as client:
        yield client


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def explained(http: httpx.AsyncClient, lat: float, lon: float, **more: object) -> dict[str, Any]:
    """The explained decision of a place; whatever it is, it is whole."""
    answer = await http.get(
        "/v1/route", params={"lat": str(lat), "lon": str(lon), **{k: str(v) for k, v in more.items()}}
    )
    assert answer.status_code == 200, (lat, lon, answer.text)
    body: dict[str, Any] = answer.json()
    assert body["reason"] in REASONS
    assert body["explanation"]
    assert body["explanation_hi"]
    assert 0 <= body["confidence"] <= 1
    assert body["officer_post"].partition(":")[2]
    assert body["boundary_version"] == BASE.version
    assert body["in_force_on"] == "2026-12-01"
    check_geojson(body["geojson"], lat, lon)
    return body


def check_geojson(document: dict[str, Any], lat: float, lon: float) -> None:
    """RFC 7946: a collection of features with a geometry that holds, longitude first, and properties."""
    assert document["type"] == "FeatureCollection"
    for feature in document["features"]:
        assert feature["type"] == "Feature"
        assert isinstance(feature["properties"], dict)
        geometry = shape(feature["geometry"])
        assert geometry.is_valid
        assert not geometry.is_empty
        west, south, east, north = geometry.bounds
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
    (place,) = [row for row in document["features"] if row["properties"]["role"] == "place"]
    assert place["geometry"]["coordinates"] == [lon, lat]


async def test_five_hundred_places_of_the_state_are_explained(http: httpx.AsyncClient) -> None:
    """Random places of the state's box: those in it have a station, those well outside the control room."""
    random = np.random.default_rng(534)
    inside = 0
    for lat, lon in zip(
        random.uniform(SOUTH, NORTH, 500).tolist(), random.uniform(WEST, EAST, 500).tolist(), strict=True
    ):
        body = await explained(http, lat, lon)
        point = shapely.Point(lon, lat)
        if STATE.contains(point):
            inside += 1
            assert body["officer_post"].startswith("SHO:")
            assert body["station"]["district"]
        elif STATE.distance(point) > 0.02:
            assert body["reason"] == "control_room"
            assert "zero_fir_at_any_station" in body["notes"]
    assert inside > 200


async def test_corners_and_borders_are_explained(http: httpx.AsyncClient) -> None:
    """The box's corners, the state's own border, and the districts' common ones, where a drawing ends or turns."""
    for lat, lon in ((SOUTH, WEST), (SOUTH, EAST), (NORTH, WEST), (NORTH, EAST)):
        assert (await explained(http, lat, lon))["reason"] == "control_room"
    border = STATE.boundary
    for step in range(60):
        point = border.interpolate(step / 60, normalized=True)
        body = await explained(http, point.y, point.x)
        assert body["officer_post"].startswith("SHO:")
        assert body["provisional"] or body["reason"] == "jurisdiction"
    for outline in BASE.outlines:
        lon, lat = shapely.get_coordinates(outline.geometry)[0].tolist()
        body = await explained(http, lat, lon, service_code="emergency-112")
        assert len(body["nearest_units"]) == 3


@pytest.mark.parametrize(("lat", "lon"), NEIGHBOURS)
async def test_neighbours_are_informed_of_the_control_room_and_of_zero_fir(
    http: httpx.AsyncClient, lat: float, lon: float
) -> None:
    """A place across the border is no nearest station's, in any direction; an emergency there has no near units."""
    assert not STATE.contains(shapely.Point(lon, lat))
    body = await explained(http, lat, lon, service_code="emergency-112")
    assert (body["reason"], body["officer_post"]) == ("control_room", "HQ:control-room")
    assert "zero_fir_at_any_station" in body["notes"]
    assert body["nearest_units"] == []


@pytest.mark.parametrize(("lat", "lon"), [(90, 85), (-90, 0), (25.6, 180), (25.6, -180), (0, 0), (89.9, 179.9)])
async def test_poles_and_the_antimeridian_are_outside(http: httpx.AsyncClient, lat: float, lon: float) -> None:
    """Places that exist, far away, are answered like any other far away."""
    assert (await explained(http, lat, lon))["reason"] == "control_room"


async def test_swapped_coordinates_are_found_and_reported(http: httpx.AsyncClient) -> None:
    """Latitude and longitude in each other's place: the right station, with a word about it and a doubt."""
    body = await explained(http, 85.2962, 26.5163)
    assert body["station"]["code"] == "5801016"
    assert "coordinates_swapped" in body["notes"]
    assert body["provisional"]


@pytest.mark.parametrize(
    "query",
    [
        "lat=abc&lon=85.1",
        "lat=25,6&lon=85.1",
        "lat=&lon=",
        "lat=90.0001&lon=85.1",
        "lat=25.6&lon=180.0001",
        "lat=-91&lon=0",
        "lat=inf&lon=85.1",
        "lat=25.6&lon=nan",
        "lat=25.6&lon=85.1&accuracy_m=-1",
        "lat=25.6&lon=85.1&accuracy_m=nan",
        "lat=25.6&lon=85.1&pincode=12",
        "lat=25.6&lon=85.1&category=",
        "lat=25.6",
        "",
    ],
)
async def test_what_is_no_place_is_a_problem_that_names_it(http: httpx.AsyncClient, query: str) -> None:
    """Each unreadable or impossible value is a 422 that names it, never a guess and never a 500."""
    answer = await http.get(f"/v1/route?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] in {"validation_failed", "place_missing"}
    assert body["title"]
    assert body["code"] == "place_missing" or all(error["message"] for error in body["errors"])


@pytest.mark.parametrize("accuracy", [0, 5, 400, 5_000, 1e9])
async def test_a_worse_fix_is_never_surer(http: httpx.AsyncClient, accuracy: float) -> None:
    """The reported accuracy lowers the confidence, and names more neighbours near an edge."""
    sure = await explained(http, 26.5163, 85.2962)
    body = await explained(http, 26.5163, 85.2962, accuracy_m=accuracy)
    assert body["confidence"] <= sure["confidence"]
    assert set(sure["ambiguous_with"]) <= {row["code"] for row in body["ambiguous_with"]}


@pytest.mark.parametrize(
    "search", ["Patna", "पटना", "Ptna", "patana", "PATNA ", "Sheohar", "शिवहर", "Shivhar", "Sheohaar", "shiohar"]
)
async def test_search_finds_a_place_however_it_is_spelt(http: httpx.AsyncClient, search: str) -> None:
    """English, Hindi, misspelt: stations of the place come first."""
    items = (await http.get("/v1/stations", params={"q": search})).json()["items"]
    place = "Patna" if search.strip().casefold().startswith(("p", "प")) else "Sheohar"
    assert items, search
    assert place in {items[0]["district"], items[0]["name"]}, [row["name"] for row in items[:5]]
    assert all(row["code"] for row in items)


@pytest.mark.parametrize("search", ["zzzzqq", "12345678901", "'; drop", "%", "क्षत्रज्ञ"])
async def test_a_search_for_nothing_finds_nothing(http: httpx.AsyncClient, search: str) -> None:
    """No station is offered for words that name none, and no letters break the search."""
    answer = await http.get("/v1/stations", params={"q": search})
    assert answer.status_code == 200
    assert answer.json()["items"] == []


@pytest.mark.parametrize("code", ["5117089", "5801016", "5140076"])
async def test_officers_of_any_kind_of_station_lead_to_the_top(http: httpx.AsyncClient, code: str) -> None:
    """Territorial or specialist: a ladder of posts with office telephones, each above the one before."""
    posts = (await http.get("/v1/officers", params={"station": code})).json()["items"]
    assert posts[0]["post_id"] == f"SHO:{code}"
    assert posts[-1]["post_id"] == "HQ:control-room"
    assert all(post["office_phone"] for post in posts)
    keys = [f"{post['station']}:{post['post']}" for post in posts]
    assert [post["reports_to"] for post in posts] == [*keys[1:], None]


async def test_officers_of_an_office_that_is_no_station(http: httpx.AsyncClient) -> None:
    """A superintendent's office and a control room have their posts too."""
    for office, post in (("SHEOHAR", "SP:SHEOHAR"), ("control-room-5801", "HQ:control-room-5801")):
        answer = await http.get("/v1/officers", params={"station": office})
        assert answer.json()["items"][0]["post_id"] == post
    missing = await http.get("/v1/officers")
    assert (missing.status_code, missing.json()["code"]) == (422, "validation_failed")
