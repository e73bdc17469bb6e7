"""The operator's commands as words on a command line, and what an operator reads when one can not be done."""

import argparse
import asyncio
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from chassis.clock import SystemClock
from chassis.importing.dates import UnreadableDate, read_day
from chassis.importing.report import ImportRefused
from chassis.mongo.client import Mongo
from routing import cli
from routing.build_data import build_data
from routing.cli import Command, CommandContext, print_lines, refuse
from routing.reload import STATE_TIME
from routing.settings import RoutingSettings
from routing.store.versions import EmptyVersion, Versions, VersionUnknown

ABOUT: Final = (
    "Routing's service and its operator's commands. They work on the database that MONGO_URI and MONGO_DATABASE name. "
    "A day or a time without a zone is India's. docs/runbooks/add-stations.md shows them in use."
)
MOST_DAYS: Final = 36_500
INTERRUPTED: Final = 130
DAY_OF_THIS_TIME: Final = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
FORESEEN: Final = (VersionUnknown, UnicodeDecodeError, ImportRefused, EmptyVersion, OSError)
WHEN: Final = "from this day or time on; "
IMPORTS: Final = {
    "import-stations": "a CSV of stations",
    "import-boundaries": "jurisdictions: GeoJSON, geojsonl or .shp",
    "import-lines": "the lines that specialist units cover, such as a railway's: GeoJSON, geojsonl or .shp",
}


def parser() -> argparse.ArgumentParser:
    """Every command with its options; without a command the service runs."""
    top = argparse.ArgumentParser(prog="python -m routing", description=ABOUT)
    group = top.add_subparsers(dest="command")
    group.add_parser("serve", help="run the service (the default)")
    build = group.add_parser("build-data", help="make the shipped data set from a folder of its sources")
    build.add_argument("folder", type=Path)
    for name, what in IMPORTS.items():
        one = _command(group, name, cli.import_file, f"make a new version from {what}")
        one.add_argument("file", type=Path)
        one.add_argument("--effective-from", type=_date, metavar="DAY", help=f"put it in force {WHEN}default: not yet")
        one.add_argument("--base", metavar="VERSION", help="add to this version, not to the one in force")
        one.add_argument("--by", type=_not_blank, default="operator", help="who decides this, for the audit")
        one.add_argument("--report", type=Path, help="write the findings as JSON")
        if name != "import-stations":
            one.add_argument("--code-field", help="the property that holds the station's code")
            one.add_argument("--name-field", help="the property that holds the station's name, or the line's")
    officers = _command(group, "import-officers", cli.import_posts, "office contacts, vacancies and acting posts, CSV")
    officers.add_argument("file", type=Path)
    officers.add_argument("--version", help="whose posts they are, if not those of the version in force")
    switch = _command(group, "switch", cli.switch_version, "put a version in force; an older one undoes a switch")
    switch.add_argument("version", help="its name, as `versions` shows it")
    switch.add_argument("--effective-from", type=_date, metavar="DAY", help=f"{WHEN}default: now")
    back = _command(group, "rollback", cli.roll_back, "undo the last switch: the version before it decides again")
    for one, why in ((switch, "decided by hand"), (back, "undone by hand")):
        one.add_argument("--by", type=_not_blank, default="operator", help="who decides this, for the audit")
        one.add_argument("--why", type=_not_blank, default=why, help="the reason, for the audit")
    _command(group, "versions", cli.list_versions, "all versions and every switch")
    change = _command(group, "what-if", cli.show_what_if, "which cases would go elsewhere under a file or version")
    change.add_argument("file", type=Path, help="a file to import, or the name of a version")
    change.add_argument("--days", type=_count, default=30, help="cases of the last days; default: 30")
    change.add_argument("--from", dest="start", type=_date, help="cases from this day or time on, instead of --days")
    change.add_argument("--to", dest="end", type=_date, help="cases before this day or time; default: now")
    change.add_argument("--on", type=_day, help="as stations and jurisdictions are on this day; default: today")
    change.add_argument("--geojson", type=Path, help="write the moved cases for a map")
    picture = _command(group, "map", cli.make_map, "draw stations, jurisdictions and recent decisions")
    picture.add_argument("--out", type=Path, default=Path("map.html"), help="a page, or a picture if it ends in .png")
    picture.add_argument("--on", type=_day, help="as stations and jurisdictions are on this day; default: today")
    picture.add_argument("--version", help="default: the version in force")
    picture.add_argument("--days", type=_count, default=7, help="decisions of the last days")
    return top


def run(options: argparse.Namespace, settings: RoutingSettings) -> int:
    """One command, with its own connection. Status 1 with a sentence for what an operator can put right.

    A database that is away and a reader that has gone are chassis.commands' to name.
    """
    try:
        return _build(options.folder) if options.command == "build-data" else asyncio.run(_run(options, settings))
    except KeyboardInterrupt:
        refuse("interrupted; the same command takes up what was saved")
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except FORESEEN as error:
        return refuse(_sentence(error))


def _build(folder: Path) -> int:
    built = build_data(folder)
    doubts = f"{len(built.misplaced)} misplaced, {len(built.shared_coordinates)} share a point"
    print_lines(f"{built.stations} stations ({doubts}), {built.districts} districts, {built.boundaries} boundaries")
    return 0


def _sentence(error: Exception) -> str:
    match error:
        case VersionUnknown():
            return f"there is no version {error}"
        case UnicodeDecodeError():
            return "the file is not UTF-8 text"
        case OSError(filename=str(name), strerror=str(why)):
            return f"{name}: {why}"
    return str(error)


async def _run(options: argparse.Namespace, settings: RoutingSettings) -> int:
    clock = SystemClock()
    mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="routing-cli")
    try:
        status: int = await options.run(options, CommandContext(mongo, Versions(mongo, clock), clock))
    finally:
        mongo.close()
    return status


def _command(
    group: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, help_: str
) -> argparse.ArgumentParser:
    one = group.add_parser(name, help=help_, description=help_)
    one.set_defaults(run=run)
    return one


def _not_blank(text: str) -> str:
    if text.strip():
        return text.strip()
    raise argparse.ArgumentTypeError("the audit needs words")


def _count(text: str) -> int:
    with suppress(ValueError):
        if 1 <= int(text) <= MOST_DAYS:
            return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of days from 1 to {MOST_DAYS}")


def _date(text: str) -> datetime:
    with suppress(ValueError, OverflowError):
        # The library reads any digits as some date: 1797100200000 as a day of 1797.
        value = datetime.fromisoformat(text) if DAY_OF_THIS_TIME.match(text) else _midnight(text)
        # A day begins for an operator where the stations stand, as it does for the stations' own days.
        return (value if value.tzinfo else value.replace(tzinfo=STATE_TIME)).astimezone(UTC)
    raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-12-01")


def _midnight(text: str) -> datetime:
    return datetime.combine(_day(text), time())


def _day(text: str) -> date:
    with suppress(UnreadableDate):
        day = read_day(text)
        if day is not None:
            return day
    raise argparse.ArgumentTypeError(f"{text!r} is no day like 2026-12-01")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    return parser().parse_args(arguments)
