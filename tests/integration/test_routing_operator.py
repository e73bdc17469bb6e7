"""An operator adds stations as the runbook says, on a real MongoDB: from the list to the undoing."""

import re
import shlex
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chassis.clock import SystemClock
from janseva_local.folder import ROOT
from routing.command_line import app
from routing.directory import build_directory
from routing.domain import Filing, Point, Reason, Snapshot, assign_station
from routing.store.posts import Posts
from routing.store.versions import Versions
from tests.command_lines import understood
from tests.integration.routing_desk import Desk
from tests.routing.routing_places import BASE as SHIPPED

RUNBOOKS = (ROOT / "docs" / "runbooks" / "add-stations.md", ROOT / "services" / "routing" / "README.md")
COMMAND = re.compile(r"^python -m routing +([a-z][^#\n]*)", re.MULTILINE)
LINES = ROOT / "tests" / "routing" / "railway_lines.geojson"
SQUARE = [[85.10, 25.60], [85.12, 25.60], [85.12, 25.62], [85.10, 25.62], [85.10, 25.60]]
STATIONS = (
    "code,name,name_hi,kind,police_district,lat,lon,sub_division,desk_online,valid_from\n"
    "5117901,Naya Tola,नया टोला,territorial,PATNA,25.6110,85.1590,Patna Sadar,false,{first}\n"
    "5117903,Cyber Patna,,cyber,PATNA,25.6120,85.1400,Patna Sadar,true,\n"
    "5117904,No District,,territorial,PATNAA,25.6,85.1,,false,\n"
)
TODAY = datetime.now(UTC)


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: page.name)
def test_every_command_of_the_pages_is_one(page: Path) -> None:
    """What an operator reads can be typed: each command parses with the options that stand there."""
    found = [shlex.split(line) for line in COMMAND.findall(page.read_text("utf-8"))]
    assert len(found) >= 6
    for arguments in found:
        assert understood(app, arguments).path == arguments[0]


def test_new_stations_from_the_list_to_the_undoing(desk: Desk) -> None:
    """List, findings, preview, posts, switch of the future, its undoing; each step says what it did."""
    first = f"{TODAY + timedelta(days=10):%Y-%m-%d}"
    file = desk.text("new.csv", STATIONS.format(first=first))
    status, output = desk.run("import-stations", file, "--by", "hq")
    assert (status, "unknown_police_district" in output) == (0, True)
    version = desk.saved(output)

    status, output = desk.run("what-if", version, "--on", first)
    assert (status, f"stations and jurisdictions as on {first}" in output) == (0, True)
    posts = desk.text("posts.csv", "station,post,office_phone,vacant\n5117901,SHO,+916122222222,\n5117901,SDPO,,yes\n")
    status, output = desk.run("import-officers", posts)
    assert (status, output.count("unknown_post"), "no usable post" in output) == (1, 3, True)
    assert desk.run("import-officers", posts, "--version", version)[0] == 0
    assert set(desk.ask(lambda mongo: Posts(mongo).all())) == {"5117901:SHO", "sdpo-5117-patna-sadar:SDPO"}

    status, output = desk.run("switch", version, "--effective-from", first, "--by", "hq", "--why", "new thanas")
    assert (status, f"from {first} 00:00 India's time" in output) == (0, True)
    assert desk.in_force() == SHIPPED.version
    status, output = desk.run("versions")
    assert output.count("(to come)") == 1
    status, output = desk.run("rollback", "--by", "hq", "--why", "not yet")
    assert (status, f"{SHIPPED.version} instead of {version} from {first}" in output) == (0, True)
    later = TODAY + timedelta(days=11)
    ruling = desk.ask(lambda mongo: Versions(mongo, SystemClock()).in_force(later))
    assert ruling is not None
    assert ruling.version == SHIPPED.version
    status, output = desk.run("rollback")
    assert (status, f"{version} instead of {SHIPPED.version} from {first}" in output) == (0, True)


def test_a_station_opens_on_its_day_and_its_officers_are_above_it(desk: Desk) -> None:
    """In the version the station decides from its first day on, as a station without a desk, under its SDPO."""
    first = (TODAY + timedelta(days=10)).date()
    status, output = desk.run("import-stations", desk.text("new.csv", STATIONS.format(first=first)))
    assert status == 0
    dataset = desk.ask(lambda mongo: Versions(mongo, SystemClock()).load(desk.saved(output)))
    place = Filing(emergency=False, point=Point(25.6110, 85.1590))
    before, on = (assign_station(Snapshot(dataset, day), place) for day in (first - timedelta(days=1), first))
    assert before.office.code != on.office.code == "5117901"
    assert "desk_not_online" in on.notes
    assert build_directory(Snapshot(dataset, first)).posts["5117901:SHO"].parent == "5117901:SDPO"


def test_ground_of_a_future_day_waits_inside_the_version(desk: Desk) -> None:
    """A version in force at once, whose jurisdictions begin later: before, the ground is decided as it was."""
    file = desk.text(
        "a.geojsonl",
        '{"type":"Feature","properties":{"PS_Code":"5117044","valid_from":"2030-01-01"},'
        f'"geometry":{{"type":"Polygon","coordinates":[{SQUARE}]}}}}\n',
    )
    status, output = desk.run("import-boundaries", file, "--effective-from", "2026-01-01")
    assert status == 0
    assert desk.in_force() == desk.saved(output)
    version = desk.saved(output)
    dataset = desk.ask(lambda mongo: Versions(mongo, SystemClock()).load(version))
    place = Filing(emergency=False, point=Point(25.61, 85.11))
    reasons = [assign_station(Snapshot(dataset, day), place).reason for day in (TODAY.date(), date(2030, 1, 1))]
    assert reasons == [Reason.NEAREST, Reason.JURISDICTION]


def test_lines_come_by_a_command_too(desk: Desk) -> None:
    """A file of railway lines becomes a version in which a railway matter goes by its line."""
    status, output = desk.run("import-lines", str(LINES))
    assert status == 0
    dataset = desk.ask(lambda mongo: Versions(mongo, SystemClock()).load(desk.saved(output)))
    filing = Filing(emergency=False, category="railway", point=Point(25.4103, 85.0667))
    assert assign_station(Snapshot(dataset), filing).office.code == "5132007"


def test_a_refused_file_still_lists_what_to_put_right(desk: Desk) -> None:
    """Where every row is wrong the findings are printed and written before the refusal."""
    report = desk.folder / "findings.json"
    file = desk.text("bad.csv", "code,name,kind,police_district\n1,A,space,PATNA\n2,B,territorial,ATLANTIS\n")
    status, output = desk.run("import-stations", file, "--report", str(report))
    assert status == 1
    assert "unknown_kind" in output
    assert "unknown_police_district" in output
    assert output.splitlines()[-1].startswith("refused: ")
    assert report.exists()


def test_the_map_is_a_page_or_a_picture(desk: Desk) -> None:
    """The suffix says which; the picture is one that a viewer opens, and shows the same day."""
    desk.decide_some()
    page, picture = desk.folder / "map.html", desk.folder / "map.png"
    status, output = desk.run("map", "--out", str(picture), "--on", "2026-12-01")
    assert (status, str(picture) in output) == (0, True)
    assert picture.read_bytes().startswith(b"\x89PNG\r\n")
    assert picture.stat().st_size > 50_000
    assert desk.run("map", "--out", str(page))[0] == 0
    assert "<svg" in page.read_text("utf-8")
