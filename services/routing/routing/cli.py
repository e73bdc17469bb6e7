"""The operator's commands: imports make versions, a switch puts one in force, what-if and map show what it means."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from chassis.clock import Clock, SystemClock
from chassis.faults import TransientFault
from chassis.mongo import Mongo
from routing.build_data import build_data
from routing.dataset import load_shipped
from routing.directory import build_directory
from routing.domain import Dataset, Snapshot
from routing.importing.boundaries import Fields, import_boundaries
from routing.importing.features import read_features
from routing.importing.officers import import_officers
from routing.importing.report import ImportRefused, Report
from routing.importing.stations import import_stations
from routing.map_page import draw_map
from routing.settings import RoutingSettings
from routing.store import MongoDecisions
from routing.store.posts import Posts
from routing.store.versions import EmptyVersion, Versions, VersionUnknown, renamed
from routing.what_if import what_if

PROGRESS_EVERY: Final = 100
SAMPLE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Office:
    """What a command works with."""

    mongo: Mongo
    versions: Versions
    clock: Clock

    async def base(self) -> Dataset:
        """The version in force; the shipped one where there is none yet."""
        shipped = load_shipped()
        await self.versions.begin_with(shipped)
        switch = await self.versions.in_force(self.clock.now())
        return await self.versions.load(switch.version) if switch is not None else shipped


Command = Callable[[argparse.Namespace, Office], Awaitable[int]]


async def import_file(options: argparse.Namespace, office: Office) -> int:
    """import-stations and import-boundaries: a file on top of the version in force becomes a version of its own."""
    report = Report()
    dataset = renamed(_dataset(options.file, await office.base(), report, options))
    _say(*report.lines())
    if options.report:
        options.report.write_text(json.dumps(report.to_document(), indent=1, ensure_ascii=False), "utf-8")
    info = await office.versions.save(dataset, by=options.by, note=options.file.name, report=report.to_document())
    _say(f"version {info.version} saved")
    if options.effective_from is None:
        _say(f"It is not in force. To put it in force: python -m routing switch {info.version}")
        return 0
    switch = await office.versions.switch(
        info.version, effective_from=options.effective_from, by=options.by, why=f"import of {options.file.name}"
    )
    _say(f"In force from {switch.effective_from:%Y-%m-%d %H:%M} UTC; running services follow by themselves")
    return 0


async def import_posts(options: argparse.Namespace, office: Office) -> int:
    report = Report()
    details = import_officers(options.file, build_directory(Snapshot(await office.base())), report)
    await Posts(office.mongo).save(details)
    _say(*report.lines())
    return 0


async def switch_version(options: argparse.Namespace, office: Office) -> int:
    at = options.effective_from or office.clock.now()
    switch = await office.versions.switch(options.version, effective_from=at, by=options.by, why=options.why)
    _say(f"switch {switch.number}: {switch.version} from {switch.effective_from:%Y-%m-%d %H:%M} UTC")
    return 0


async def roll_back(options: argparse.Namespace, office: Office) -> int:
    """The version before the one in force decides again, as a switch of its own."""
    now = office.clock.now()
    before = await office.versions.before(now)
    if before is None:
        return _refuse("there is no version before the one in force")
    switch = await office.versions.switch(before.version, effective_from=now, by=options.by, why=options.why)
    _say(f"switch {switch.number}: back to {switch.version}")
    return 0


async def list_versions(_options: argparse.Namespace, office: Office) -> int:
    await office.base()
    in_force = await office.versions.in_force(office.clock.now())
    for info in await office.versions.all():
        mark = "*" if in_force is not None and in_force.version == info.version else " "
        counts = ", ".join(f"{count} {part}" for part, count in info.counts.items() if count)
        _say(f"{mark} {info.version:<20} {info.created_at:%Y-%m-%d %H:%M} {info.created_by}: {info.note} ({counts})")
    _say("switches:")
    for switch in await office.versions.history():
        since = f"{switch.effective_from:%Y-%m-%d %H:%M}"
        _say(f"  {switch.number:>3} {switch.version:<20} from {since} {switch.by}: {switch.why}")
    return 0


async def show_what_if(options: argparse.Namespace, office: Office) -> int:
    base = await office.base()
    if options.file.exists():
        dataset = renamed(_dataset(options.file, base, Report(), options))
    else:
        dataset = await office.versions.load(str(options.file))
    decisions = MongoDecisions(office.mongo)
    found = [stored async for stored in decisions.between(options.start, options.end)]
    answer = what_if(found, Snapshot(dataset))
    _say(
        f"{base.version} against {dataset.version}, {options.start:%Y-%m-%d} to {options.end:%Y-%m-%d}", *answer.table()
    )
    if options.geojson:
        options.geojson.write_text(json.dumps(answer.geojson()), "utf-8")
        _say(f"moved cases: {options.geojson}")
    return 0


async def make_map(options: argparse.Namespace, office: Office) -> int:
    dataset = await office.versions.load(options.version) if options.version else await office.base()
    now = office.clock.now()
    decisions = MongoDecisions(office.mongo)
    sample = []
    async for stored in decisions.between(now - timedelta(days=options.days), now):
        sample.append(stored)
        if len(sample) >= SAMPLE:
            break
    options.out.write_text(draw_map(Snapshot(dataset), sample), "utf-8")
    _say(f"{options.out}: open it in a browser")
    return 0


def _dataset(file: Path, base: Dataset, report: Report, options: argparse.Namespace) -> Dataset:
    if file.suffix.casefold() == ".csv":
        return import_stations(file, base, report)
    fields = Fields(getattr(options, "code_field", None), getattr(options, "name_field", None))
    return import_boundaries(read_features(file, report), base, report, fields, _progress)


def _progress(count: int) -> None:
    if count % PROGRESS_EVERY == 0:
        print(f"{count} features ...", file=sys.stderr, flush=True)  # noqa: T201


def _say(*lines: str) -> None:
    for line in lines:
        print(line)  # noqa: T201


def parser() -> argparse.ArgumentParser:
    """Every command with its options; without a command the service runs."""
    top = argparse.ArgumentParser(prog="python -m routing", description=__doc__)
    commands = top.add_subparsers(dest="command")
    commands.add_parser("serve", help="run the service (the default)")
    build = commands.add_parser("build-data", help="make the shipped data set from a folder of its sources")
    build.add_argument("folder", type=Path)
    for name, what in (("import-stations", "a CSV of stations"), ("import-boundaries", "GeoJSON, geojsonl or .shp")):
        one = _command(commands, name, import_file, f"make a new version from {what}")
        one.add_argument("file", type=Path)
        one.add_argument("--effective-from", type=_date, help="put it in force from this date or time (UTC)")
        one.add_argument("--by", default="operator", help="who decides this, for the audit")
        one.add_argument("--report", type=Path, help="write the findings as JSON")
        if name == "import-boundaries":
            one.add_argument("--code-field", help="the property that holds the station's code")
            one.add_argument("--name-field", help="the property that holds the station's name")
    officers = _command(commands, "import-officers", import_posts, "office contacts, vacancies and acting posts, CSV")
    officers.add_argument("file", type=Path)
    switch = _command(commands, "switch", switch_version, "put a version in force; an older one undoes a switch")
    switch.add_argument("version")
    switch.add_argument("--effective-from", type=_date, help="default: now")
    switch.add_argument("--by", default="operator")
    switch.add_argument("--why", default="decided by hand")
    back = _command(commands, "rollback", roll_back, "undo the last switch: the version before it decides again")
    back.add_argument("--by", default="operator")
    back.add_argument("--why", default="undone by hand")
    _command(commands, "versions", list_versions, "all versions and every switch")
    change = _command(commands, "what-if", show_what_if, "which cases would go elsewhere under a file or version")
    change.add_argument("file", type=Path, help="a file to import, or the name of a version")
    change.add_argument("--from", dest="start", type=_date, required=True)
    change.add_argument("--to", dest="end", type=_date, required=True)
    change.add_argument("--geojson", type=Path, help="write the moved cases for a map")
    picture = _command(commands, "map", make_map, "draw stations, jurisdictions and recent decisions")
    picture.add_argument("--out", type=Path, default=Path("map.html"))
    picture.add_argument("--version", help="default: the version in force")
    picture.add_argument("--days", type=int, default=7, help="decisions of the last days")
    return top


def run(options: argparse.Namespace, settings: RoutingSettings) -> int:
    """One command, with its own connection. Status 1 with a sentence for what an operator can put right."""
    if options.command == "build-data":
        built = build_data(options.folder)
        doubts = f"{len(built.misplaced)} misplaced, {len(built.shared_coordinates)} share a point"
        _say(f"{built.stations} stations ({doubts}), {built.districts} districts, {built.boundaries} boundaries")
        return 0
    try:
        return asyncio.run(_run(options, settings))
    except VersionUnknown as error:
        return _refuse(f"there is no version {error}")
    except TransientFault as fault:
        return _refuse(f"the database does not answer ({fault})")
    except UnicodeDecodeError:
        return _refuse("the file is not UTF-8 text")
    except (ImportRefused, EmptyVersion, OSError) as error:
        return _refuse(str(error))


async def _run(options: argparse.Namespace, settings: RoutingSettings) -> int:
    clock = SystemClock()
    mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="routing-cli")
    try:
        status: int = await options.run(options, Office(mongo, Versions(mongo, clock), clock))
    finally:
        mongo.close()
    return status


def _refuse(why: str) -> int:
    print(f"refused: {why}. The version in force stays as it is.", file=sys.stderr)  # noqa: T201
    return 1


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, help_: str
) -> argparse.ArgumentParser:
    one = commands.add_parser(name, help=help_, description=help_)
    one.set_defaults(run=run)
    return one


def _date(text: str) -> datetime:
    with suppress(ValueError):
        value = datetime.fromisoformat(text)
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-12-01")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    return parser().parse_args(arguments)
