"""What one operator decides, another can't undo without knowing it; what can't be used never stops what decides."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from chassis.clock import SystemClock
from chassis.importing.report import Report
from chassis.mongo.client import Mongo
from routing import cli
from routing.domain import Dataset, Snapshot
from routing.importing.boundaries import Fields
from routing.live import Live
from routing.metrics import RoutingMetrics
from routing.reload import Reloader
from routing.store.posts import Posts
from routing.store.versions import Versions, renamed
from tests.integration.routing_desk import Desk
from tests.manual_clock import ManualClock
from tests.routing.routing_places import BASE as SHIPPED

HEADER = "code,name,kind,police_district,lat,lon\n"
SQUARE = [[85.10, 25.60], [85.12, 25.60], [85.12, 25.62], [85.10, 25.62], [85.10, 25.60]]
Read = Callable[[Path, Dataset, Report, Fields], Dataset]


def stations(desk: Desk, code: str) -> str:
    return desk.text(f"{code}.csv", f"{HEADER}{code},NEW TOWN,territorial,PATNA,25.61,85.11\n")


def test_an_import_does_not_undo_a_switch_that_was_decided_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was made from what was in force before: it is saved, but what the other operator added stays in force."""
    other = desk.saved(desk.run("import-stations", stations(desk, "5117901"))[1])
    slow: Read = cli.READERS["import-stations"]

    async def switched(mongo: Mongo) -> None:
        await Versions(mongo, SystemClock()).switch(other, effective_from=datetime.now(UTC), by="another", why="")

    def reads_while_another_switches(file: Path, base: Dataset, report: Report, fields: Fields) -> Dataset:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(desk.ask, switched).result()
        return slow(file, base, report, fields)

    monkeypatch.setattr(cli, "READERS", {**cli.READERS, "import-stations": reads_while_another_switches})
    status, output = desk.run("import-stations", stations(desk, "5117902"), "--effective-from", "2026-01-01")
    assert status == 1
    assert "another switch was decided during this import" in output
    assert desk.in_force() == other


def test_what_is_to_come_is_named_and_can_be_built_on(desk: Desk) -> None:
    """A second import knows nothing of a version that waits for its day, says so, and can be made on top of it."""
    later = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    waiting = desk.saved(desk.run("import-stations", stations(desk, "5117901"), "--effective-from", later)[1])
    file = desk.geojson("a.geojson", ("5117044", SQUARE))
    _, output = desk.run("import-boundaries", file)
    assert f"To have both: the same import with --base {waiting}" in output
    status, output = desk.run("import-boundaries", file, "--base", waiting)
    assert (status, "Note" in output) == (0, False)
    both = desk.ask(lambda mongo: Versions(mongo, SystemClock()).load(desk.saved(output)))
    assert "5117901" in {row.code for row in both.stations}
    assert "5117044" in {row.station for row in both.boundaries}


def test_what_was_to_come_and_is_undone_is_shown_as_undone(desk: Desk) -> None:
    """After a rollback nothing warns of the version that will never decide, and the audit says which one will."""
    later = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    undone = desk.saved(desk.run("import-stations", stations(desk, "5117901"), "--effective-from", later)[1])
    assert desk.run("rollback")[0] == 0
    _, output = desk.run("import-stations", stations(desk, "5117902"))
    assert "Note" not in output
    _, output = desk.run("versions")
    _, switched, back = [line for line in output.partition("switches:")[2].splitlines() if line]
    assert undone in switched
    assert "(undone)" in switched
    assert "(to come)" in back


def test_services_that_start_at_once_put_the_shipped_version_in_force_once(desk: Desk) -> None:
    """And none of them comes after what an operator decides in the same moment."""

    async def start(mongo: Mongo) -> list[str]:
        versions = Versions(mongo, SystemClock())
        await asyncio.gather(*(versions.begin_with(SHIPPED) for _ in range(6)))
        return [switch.version for switch in await versions.history()]

    assert desk.ask(start) == [SHIPPED.version]


def test_a_version_that_nothing_can_be_made_of_leaves_the_one_that_decides(desk: Desk) -> None:
    """A running service goes on, shows it and follows the next switch; a process that starts with it says so."""
    broken = renamed(replace(SHIPPED, stations=tuple(replace(row, name_en="A" * 400) for row in SHIPPED.stations)))
    good = renamed(replace(SHIPPED, boundaries=()))

    async def follow(mongo: Mongo) -> list[tuple[str, float | None]]:
        clock, registry = ManualClock(datetime(2026, 11, 22, 10, 0, tzinfo=UTC)), CollectorRegistry()
        versions = Versions(mongo, clock)
        live = Live(Snapshot(SHIPPED), RoutingMetrics(registry), dev_phones=False)
        reloader = Reloader(live, versions, Posts(mongo), clock, lambda: None)
        await versions.begin_with(SHIPPED)
        decided = []
        for dataset in (broken, good):
            await versions.save(dataset, by="test", note="")
            await versions.switch(dataset.version, effective_from=clock.now(), by="test", why="")
            for _ in range(2):
                await reloader.look(running=True)
                shown = registry.get_sample_value("janseva_boundary_version_unusable")
                decided.append((live.snapshot.version, shown))
        await versions.switch(broken.version, effective_from=clock.now(), by="test", why="")
        with pytest.raises(ValueError, match="DirectoryPost"):
            await Reloader(live, versions, Posts(mongo), clock, lambda: None).look()
        return decided

    assert desk.ask(follow) == [(SHIPPED.version, 1.0)] * 2 + [(good.version, 0.0)] * 2


def test_a_rollback_undoes_nothing_else_than_what_was_decided_last(desk: Desk) -> None:
    """Where that is the version in force once more, from a later day on, the version in force is left alone."""
    later = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    file = stations(desk, "5117901")
    now = desk.saved(desk.run("import-stations", file, "--effective-from", "2026-01-01")[1])
    assert desk.run("switch", now, "--effective-from", later)[0] == 0
    status, output = desk.run("rollback")
    assert (status, "changes nothing" in output) == (1, True), output
    assert desk.in_force() == now


@pytest.mark.parametrize(
    ("arguments", "status", "why"),
    [
        (("what-if", "nowhere.csv"), 1, "there is no file and there is no version nowhere.csv"),
        (("what-if", "v-1", "--days", "0"), 2, "no number of days"),
        (("what-if", "v-1", "--days", "-1"), 2, "no number of days"),
        (("map", "--days", "99999999999999"), 2, "no number of days"),
        (("what-if", SHIPPED.version, "--from", "2026-12-01", "--to", "2026-11-01"), 1, "no case can be between"),
        (("map", "--out", "map.pdf"), 1, "ends in neither .html nor .png"),
        (("map", "--out", "no/such/folder/map.html"), 1, "no/such/folder/map.html: No such file"),
        (("switch", SHIPPED.version, "--effective-from", "0001-01-01"), 2, "is no day like"),
        (("switch", SHIPPED.version, "--by", " "), 2, "the audit needs words"),
        (("build-data", "no/such/folder"), 1, "bihar_police_stations_mha.csv: No such file"),
    ],
)
def test_a_command_that_can_not_be_done_gives_its_reason(
    desk: Desk, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int, why: str
) -> None:
    """One sentence and a status, never a traceback."""
    try:
        answer, output = desk.run(*arguments)
    except SystemExit as ended:
        answer, output = int(str(ended.code)), capsys.readouterr().err
    assert (answer, why in output) == (status, True), output


def test_more_findings_than_a_database_stores_at_once_are_no_obstacle(desk: Desk) -> None:
    """The version keeps the first of them with all their counts; the report in a file has every one."""
    rows = "".join(f"9{number:06},A{number},outpost,PATNA,,\n" for number in range(12_000))
    report = desk.folder / "findings.json"
    status, output = desk.run("import-stations", desk.text("many.csv", HEADER + rows), "--report", str(report))
    assert status == 0
    info = desk.ask(lambda mongo: Versions(mongo, SystemClock()).info(desk.saved(output)))
    assert len(info.report["findings"]) == cli.KEPT_FINDINGS
    assert info.report["counts"]["suspicious:outpost_without_parent"] == 12_000
    assert report.read_text("utf-8").count("outpost_without_parent") == 12_001
