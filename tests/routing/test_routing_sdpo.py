"""The officer of a sub-division (SDPO): over the stations whose rows name one, and over a complaint against police."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

from chassis.importing.report import Report
from routing.api import create_router
from routing.directory import build_directory
from routing.domain import Dataset, Filing, Point, Snapshot, assign_station
from routing.domain.transfers import Hop, TransferRequest, transfer_case
from routing.importing.officers import import_officers
from routing.importing.stations import import_stations
from routing.live import Live
from routing.metrics import RoutingMetrics
from tests.http_app import app_of
from tests.issuer import SERVICE, access
from tests.routing.routing_places import BASE

SHEOHAR_TOWN = Point(26.5163, 85.2962)
STATION, SISTER, OTHER = "5801016", "5801011", "5801019"
OFFICE = "sdpo-5801-sheohar-sadar"
ROWS = (
    "code,name,kind,police_district,lat,lon,sub_division\n"
    f"{STATION},SHEOHAR,territorial,SHEOHAR,26.5163,85.2962,Sheohar Sadar\n"
    f"{SISTER},PIPRAHI,territorial,SHEOHAR,26.58,85.30,SHEOHAR  sadar\n"
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    path = tmp_path_factory.mktemp("sdpo") / "stations.csv"
    path.write_text(ROWS, "utf-8")
    return import_stations(path, BASE, Report())


@pytest.fixture(scope="module")
def snapshot(dataset: Dataset) -> Snapshot:
    return Snapshot(dataset)


def test_a_station_file_that_names_sub_divisions_makes_their_posts(snapshot: Snapshot) -> None:
    """One office for a name however it is written; its parent is the SP; other stations report to the SP as before."""
    posts = build_directory(snapshot, dev_phones=True).posts
    office = posts[f"{OFFICE}:SDPO"]
    assert (office.name_en, office.parent) == ("SDPO, Sheohar Sadar", "SHEOHAR:SP")
    assert office.name_hi.startswith("अनुमंडल पुलिस पदाधिकारी")
    assert len(build_directory(snapshot).posts) == len(build_directory(Snapshot(BASE)).posts) + 3
    assert posts[f"{STATION}:SHO"].parent == f"{STATION}:SDPO"
    assert posts[f"{OTHER}:SHO"].parent == "SHEOHAR:SP"
    assert f"{OTHER}:SDPO" not in posts


def test_the_ladder_of_a_station_reaches_its_sdpo_by_the_name_that_breaches_use(snapshot: Snapshot) -> None:
    """A breach names `SDPO:<station>`: that post is in the directory with the office's own telephone and superior."""
    directory = build_directory(snapshot, dev_phones=True)
    of_station = directory.posts[f"{STATION}:SDPO"]
    assert of_station.post_id == f"SDPO:{STATION}"
    assert of_station.office_phone == directory.posts[f"{OFFICE}:SDPO"].office_phone
    ladder = [post.post_id for post in directory.of_station(STATION)]
    assert ladder == [f"SHO:{STATION}", f"SDPO:{STATION}", "SP:SHEOHAR", "DIG:bihar", "HQ:control-room"]


def test_the_shipped_data_name_no_sub_division_and_have_no_sdpo() -> None:
    """Nothing is made up where no source says it."""
    assert not [post for post in build_directory(Snapshot(BASE)).posts.values() if post.post == "SDPO"]


@pytest.mark.parametrize(
    ("named", "point", "post"),
    [
        (STATION, SHEOHAR_TOWN, f"SDPO:{OFFICE}"),
        (SISTER, None, f"SDPO:{OFFICE}"),
        (OTHER, SHEOHAR_TOWN, "SP:SHEOHAR"),
        (None, SHEOHAR_TOWN, f"SDPO:{OFFICE}"),
        (OFFICE, SHEOHAR_TOWN, "SP:SHEOHAR"),
        ("SHEOHAR", SHEOHAR_TOWN, "DIG:bihar"),
        (None, None, "DIG:bihar"),
        ("unknown", None, "DIG:bihar"),
        ("Sheohar", SHEOHAR_TOWN, "DIG:bihar"),
        (OFFICE.upper(), SHEOHAR_TOWN, "SP:SHEOHAR"),
        ("bihar", SHEOHAR_TOWN, "HQ:control-room"),
    ],
    ids=[
        "its SDPO",
        "no place",
        "no sub-division",
        "no name",
        "an SDPO",
        "an SP",
        "nothing",
        "unknown name",
        "an SP in other letters",
        "an SDPO in other letters",
        "the range",
    ],
)
def test_a_complaint_against_police_goes_to_who_supervises_the_accused(
    snapshot: Snapshot, named: str | None, point: Point | None, post: str
) -> None:
    """The accused's SDPO where there is one, else the SP, never the accused's own office, and no station is named."""
    filing = Filing(emergency=False, point=point, named_station=named, against_police=True)
    decision = assign_station(snapshot, filing)
    assert decision.office.officer_post == post
    assert decision.territorial_station is None
    assert decision.ambiguous_with == ()
    assert decision.office.code not in {STATION, SISTER, OTHER}


def test_a_case_may_be_handed_to_an_sdpo_and_from_there_to_the_sp(snapshot: Snapshot) -> None:
    """The office's code is a place to hand a case to; what comes back from it goes up."""
    filing = Filing(emergency=False, point=SHEOHAR_TOWN)
    first = Hop(STATION, "SHEOHAR")
    up = transfer_case(snapshot, filing, [first], TransferRequest(OFFICE, f"SHO:{STATION}"))
    assert up.office.officer_post == f"SDPO:{OFFICE}"
    chain = [first, Hop(OFFICE, "SHEOHAR")]
    back = transfer_case(snapshot, filing, chain, TransferRequest(STATION, f"SDPO:{OFFICE}"))
    assert back.office.officer_post == "SP:SHEOHAR"


def test_the_accused_station_does_not_get_its_own_case_from_the_sdpo(snapshot: Snapshot) -> None:
    """A hand-over of a complaint against police to the accused station goes to the SP instead."""
    filing = Filing(emergency=False, point=SHEOHAR_TOWN, named_station=STATION, against_police=True)
    chain = [Hop(OFFICE, "SHEOHAR")]
    decision = transfer_case(snapshot, filing, chain, TransferRequest(STATION, f"SDPO:{OFFICE}"))
    assert decision.office.officer_post == "SP:SHEOHAR"
    assert "accused_station" in decision.notes


@pytest.mark.parametrize(
    ("accused", "asked"),
    [
        (STATION, STATION),
        (OFFICE, STATION),
        (OFFICE, SISTER),
        (OFFICE, OFFICE),
        ("SHEOHAR", STATION),
        ("sheohar", OFFICE),
        ("SHEOHAR", "SHEOHAR"),
        ("bihar", "SHEOHAR"),
        (None, STATION),
    ],
)
@pytest.mark.parametrize("by_post", ["SHO:5801016", "SP:SHEOHAR", "HQ:control-room"])
def test_no_transfer_brings_a_complaint_under_the_accused(
    snapshot: Snapshot, accused: str | None, asked: str, by_post: str
) -> None:
    """Neither the accused office nor one under it, whoever asks; nor the station of the place where none was named."""
    filing = Filing(emergency=False, point=SHEOHAR_TOWN, named_station=accused, against_police=True)
    first = assign_station(snapshot, filing).office
    chain = [Hop(first.code, first.police_district)]
    decision = transfer_case(snapshot, filing, chain, TransferRequest(asked, by_post))
    assert "accused_station" in decision.notes
    if accused is None:
        assert decision.office.code != STATION
    else:
        assert not snapshot.answers_to(decision.office, snapshot.office_code(accused) or "")


def test_an_officers_file_names_an_sdpo_by_any_of_its_stations(snapshot: Snapshot, tmp_path: Path) -> None:
    """The office's telephone and vacancy are one, whichever station names it; twice is once too often."""
    path = tmp_path / "posts.csv"
    path.write_text(
        "station,post,office_phone,office_email,vacant,acting\n"
        f"{STATION},SDPO,+916222257001,,yes,SHEOHAR:SP\n{SISTER},SDPO,,,,\n{OTHER},SDPO,,,,\n",
        "utf-8",
    )
    report = Report()
    details = import_officers(path, build_directory(snapshot), report)
    assert set(details) == {f"{OFFICE}:SDPO"}
    assert report.counts() == {"rejected:duplicate_post": 1, "rejected:unknown_post": 1}
    posts = build_directory(snapshot, details).posts
    for key in (f"{OFFICE}:SDPO", f"{STATION}:SDPO", f"{SISTER}:SDPO"):
        assert (posts[key].office_phone, posts[key].vacant, posts[key].acting) == ("+916222257001", True, "SHEOHAR:SP")


def test_sub_divisions_of_one_name_in_two_districts_are_two(dataset: Dataset) -> None:
    """'Sadar' is a sub-division in many districts; a name in Hindi has an office of its own too."""
    names = {STATION: "Sadar", "5140003": "sadar", "5117044": "पटना सदर", "5117064": "पटना  सदर"}
    stations = tuple(replace(row, sub_division=names.get(row.code, "")) for row in dataset.stations)
    found = Snapshot(replace(dataset, stations=stations)).sub_divisions.by_code
    assert sorted(row.stations for row in found.values()) == [("5117044", "5117064"), ("5140003",), (STATION,)]
    assert all(code.isascii() and len(code) <= 40 for code in found)


async def test_the_sdpo_is_seen_over_http(snapshot: Snapshot) -> None:
    """A station's ladder, the posts of the office itself, and the explained answer to a complaint against police."""
    registry = CollectorRegistry()
    app = app_of(create_router(Live(snapshot, RoutingMetrics(registry), dev_phones=True), access()), registry=registry)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://routing", headers=SERVICE
    ) as http:
        ladder = (await http.get("/v1/officers", params={"station": STATION})).json()["items"]
        office = (await http.get("/v1/officers", params={"station": OFFICE})).json()["items"]
        asked = {"lat": "26.5163", "lon": "85.2962", "against_police": "true", "named_station": STATION}
        route = (await http.get("/v1/route", params=asked)).json()
    assert [post["post"] for post in ladder] == ["SHO", "SDPO", "SP", "DIG", "HQ"]
    assert [post["post_id"] for post in office[:2]] == [f"SDPO:{OFFICE}", "SP:SHEOHAR"]
    assert (route["officer_post"], route["reason"]) == (f"SDPO:{OFFICE}", "against_police")
    assert route["territorial_station"] is None
    # The accused station is nowhere in the answer, not even on its map.
    assert STATION not in str(route)
