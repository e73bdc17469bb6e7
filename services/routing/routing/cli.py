"""What the operator's commands do: imports make versions, a switch puts one in force, what-if and map show it."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from chassis.clock import Clock
from chassis.importing.report import Report
from chassis.mongo.client import Mongo
from routing.dataset import load_shipped
from routing.directory import build_directory
from routing.domain import Dataset, Snapshot
from routing.importing.boundaries import Fields, import_boundaries
from routing.importing.features import LINEAR, read_features
from routing.importing.lines import import_lines
from routing.importing.officers import import_officers
from routing.importing.stations import import_stations
from routing.map_page import draw_map, evenly
from routing.map_picture import draw_picture
from routing.reload import STATE_TIME
from routing.store import MongoDecisions
from routing.store.posts import Posts
from routing.store.versions import Saved, Switch, SwitchedMeanwhile, Versions, VersionUnknown, renamed
from routing.what_if import what_if

PROGRESS_EVERY: Final = 100
SAMPLE: Final = 2_000
# Of an import's findings, those that the database keeps with the version; --report writes all.
KEPT_FINDINGS: Final = 20_000
PAGES: Final = frozenset({".html", ".htm"})


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a command works with."""

    mongo: Mongo
    versions: Versions
    clock: Clock

    async def base(self, named: str | None = None) -> Dataset:
        """The version that an operator names, or the one in force."""
        return (await self.base_and_switch(named))[0]

    async def base_and_switch(self, named: str | None = None) -> tuple[Dataset, int]:
        """With the last switch that was decided before it was looked for. Where there is none yet, the shipped one."""
        shipped = load_shipped()
        await self.versions.begin_with(shipped)
        number = await self.versions.last_number()
        if named:
            return await self.versions.load(named), number
        switch = await self.versions.in_force(self.clock.now())
        return (await self.versions.load(switch.version) if switch is not None else shipped), number


@dataclass(frozen=True, slots=True)
class CasesOf:
    """Cases from `start` to `end`, or of the last days before it. None: the present."""

    days: int
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """A file to import: `what` is a key of READERS."""

    what: str
    file: Path
    by: str
    effective_from: datetime | None = None
    """None: it is saved, and not put in force."""
    base: str | None = None
    report: Path | None = None
    fields: Fields = field(default_factory=Fields)


async def import_file(asked: Import, office: CommandContext) -> int:
    """import-stations, -boundaries and -lines: a file on top of the version in force becomes a version of its own."""
    report = Report()
    base, seen = await office.base_and_switch(asked.base)
    try:
        dataset = renamed(READERS[asked.what](asked.file, base, report, asked.fields))
    finally:
        # Also of a file that is refused: the findings say what to put right.
        print_lines(*report.lines())
        if asked.report:
            asked.report.write_text(json.dumps(report.to_document(), indent=1, ensure_ascii=False), "utf-8")
    info = await office.versions.save(
        dataset, by=asked.by, note=asked.file.name, report=report.to_document(KEPT_FINDINGS), progress=_saved
    )
    print_lines(f"version {info.version} saved", *await _without(info.version, base.version, office))
    if asked.effective_from is None:
        print_lines(f"It is not in force. To put it in force: python -m routing switch {info.version}")
        return 0
    why = f"import of {asked.file.name}"
    try:
        switch = await office.versions.switch(
            info.version, effective_from=asked.effective_from, by=asked.by, why=why, after=seen
        )
    except SwitchedMeanwhile:
        return refuse("another switch was decided during this import: see `versions`, and import again on top of it")
    print_lines(f"In force from {india_time(switch.effective_from)}; running services follow by themselves")
    return 0


async def _without(made: str, base: str, office: CommandContext) -> list[str]:
    """What is to come and is not in a version that was made from another."""
    return [
        f"Note: from {india_time(switch.effective_from)} on {switch.version} is to decide. {made} was made from "
        f"{base} and has nothing of it. To have both: the same import with --base {switch.version}"
        for switch in to_rule(await office.versions.history(), office.clock.now())
        if switch.version not in {made, base}
    ]


def to_rule(history: Sequence[Switch], now: datetime) -> list[Switch]:
    """The switches whose time is to come and that will rule then: of those of one time, the one decided last."""
    last = {switch.effective_from: switch for switch in history if switch.effective_from > now}
    return [last[at] for at in sorted(last)]


async def import_posts(file: Path, version: str | None, office: CommandContext) -> int:
    report = Report()
    dataset = await office.base(version)
    try:
        details = import_officers(file, build_directory(Snapshot(dataset)), report)
    finally:
        print_lines(*report.lines())
    await Posts(office.mongo).save(details)
    return 0


async def switch_version(
    version: str, effective_from: datetime | None, office: CommandContext, *, by: str, why: str
) -> int:
    """None: now."""
    at = effective_from or office.clock.now()
    switch = await office.versions.switch(version, effective_from=at, by=by, why=why)
    print_lines(f"switch {switch.number}: {switch.version} from {india_time(switch.effective_from)}")
    return 0


async def roll_back(office: CommandContext, *, by: str, why: str) -> int:
    """The version before decides again, as a switch of its own; what was to come and has not yet come never does."""
    now, versions = office.clock.now(), office.versions
    waiting = to_come(await versions.history(), now)
    if waiting is not None:
        last, instead = waiting
        if instead.version == last.version:
            return refuse(f"switch {last.number}, decided last, is to come and changes nothing that could be undone")
        switch = await versions.switch(instead.version, effective_from=last.effective_from, by=by, why=why)
        since = india_time(last.effective_from)
        print_lines(f"switch {switch.number}: {instead.version} instead of {last.version} from {since}")
        return 0
    before = await versions.before(now)
    if before is None:
        return refuse("there is no version before the one in force")
    switch = await versions.switch(before.version, effective_from=now, by=by, why=why)
    print_lines(f"switch {switch.number}: back to {switch.version}")
    return 0


def to_come(history: Sequence[Switch], now: datetime) -> tuple[Switch, Switch] | None:
    """The switch decided last, if its time is still to come, and the one that rules then without it."""
    last = history[-1] if history else None
    if last is None or last.effective_from <= now:
        return None
    earlier = [switch for switch in history[:-1] if switch.effective_from <= last.effective_from]
    before = max(earlier, key=lambda switch: (switch.effective_from, switch.number), default=None)
    return (last, before) if before is not None else None


async def list_versions(office: CommandContext) -> int:
    await office.base()
    now = office.clock.now()
    in_force = await office.versions.in_force(now)
    for info in await office.versions.all():
        mark = "*" if in_force is not None and in_force.version == info.version else " "
        counts = ", ".join(f"{count} {part}" for part, count in info.counts.items() if count)
        print_lines(
            f"{mark} {info.version:<20} {info.created_at:%Y-%m-%d %H:%M} {info.created_by}: {info.note} ({counts})"
        )
    print_lines("switches:")
    history = await office.versions.history()
    ahead = to_rule(history, now)
    for switch in history:
        mark = "" if switch.effective_from <= now else " (to come)" if switch in ahead else " (undone)"
        since = f"from {india_time(switch.effective_from)}{mark}"
        print_lines(f"  {switch.number:>3} {switch.version:<20} {since} {switch.by}: {switch.why}")
    return 0


async def show_what_if(
    file: Path, cases: CasesOf, on: date | None, geojson: Path | None, office: CommandContext
) -> int:
    """`file`: one to import, or the name of a version."""
    base, now = await office.base(), office.clock.now()
    if file.exists():
        report = Report()
        read = READERS["import-stations" if file.suffix.casefold() == ".csv" else "import-boundaries"]
        dataset = renamed(read(file, base, report, Fields()))
        print_lines(f"{file.name}: {list(report.lines())[-1]}")
    else:
        try:
            dataset = await office.versions.load(str(file))
        except VersionUnknown:
            return refuse(f"there is no file and there is no version {file}")
    end = cases.end or now
    start = cases.start or end - timedelta(days=cases.days)
    if start >= end:
        return refuse(f"no case can be between {india_time(start)} and {india_time(end)}")
    found = [stored async for stored in MongoDecisions(office.mongo).between(start, end)]
    snapshot = Snapshot(dataset, on or today(office.clock))
    answer = what_if(found, snapshot)
    print_lines(
        f"{base.version} against {dataset.version}, cases of {start:%Y-%m-%d} to {end:%Y-%m-%d}", *_as_of(snapshot)
    )
    print_lines(*answer.table())
    if geojson:
        geojson.write_text(json.dumps(answer.geojson()), "utf-8")
        print_lines(f"moved cases: {geojson}")
    return 0


async def make_map(out: Path, version: str | None, on: date | None, days: int, office: CommandContext) -> int:
    suffix = out.suffix.casefold()
    if suffix not in {*PAGES, ".png"}:
        return refuse(f"a map is a page or a picture: {out} ends in neither .html nor .png")
    dataset = await office.base(version)
    now = office.clock.now()
    decisions = MongoDecisions(office.mongo).between(now - timedelta(days=days), now)
    sample, there = await evenly(decisions, SAMPLE)
    if there > len(sample):
        print_lines(f"{len(sample)} of {there} decisions are drawn, spread evenly over the days")
    snapshot = Snapshot(dataset, on or today(office.clock))
    if suffix == ".png":
        draw_picture(snapshot, sample, out)
        print_lines(f"{out}: a picture", *_as_of(snapshot))
        return 0
    out.write_text(draw_map(snapshot, sample), "utf-8")
    print_lines(f"{out}: open it in a browser", *_as_of(snapshot))
    return 0


def today(clock: Clock) -> date:
    """The day it is where the stations stand."""
    return clock.now().astimezone(STATE_TIME).date()


def india_time(at: datetime) -> str:
    return f"{at.astimezone(STATE_TIME):%Y-%m-%d %H:%M} India's time ({at:%Y-%m-%d %H:%M} UTC)"


def print_lines(*lines: str) -> None:
    for line in lines:
        print(line)  # noqa: T201


def refuse(why: str) -> int:
    print(f"refused: {why}. The version in force stays as it is.", file=sys.stderr)  # noqa: T201
    return 1


def _as_of(snapshot: Snapshot) -> Iterator[str]:
    """Which day was looked at, and how long the same stations and jurisdictions stay in force."""
    if snapshot.dataset.dated:
        until = f"the same until {snapshot.valid_until}" if snapshot.valid_until else "the same ever after"
        yield f"stations and jurisdictions as on {snapshot.on}, {until}; --on shows another day"


def _stations(file: Path, base: Dataset, report: Report, _fields: Fields) -> Dataset:
    return import_stations(file, base, report, _rows)


def _boundaries(file: Path, base: Dataset, report: Report, fields: Fields) -> Dataset:
    return import_boundaries(read_features(file, report), base, report, fields, _read)


def _lines(file: Path, base: Dataset, report: Report, fields: Fields) -> Dataset:
    return import_lines(read_features(file, report, LINEAR), base, report, fields, _read)


READERS: Final[Mapping[str, Callable[[Path, Dataset, Report, Fields], Dataset]]] = {
    "import-stations": _stations,
    "import-boundaries": _boundaries,
    "import-lines": _lines,
}


def _rows(count: int) -> None:
    _progress(count, "rows", 10 * PROGRESS_EVERY)


def _read(count: int) -> None:
    _progress(count, "features", PROGRESS_EVERY)


def _progress(count: int, what: str, every: int) -> None:
    if count % every == 0:
        print(f"{count} {what} ...", file=sys.stderr, flush=True)  # noqa: T201


def _saved(saved: Saved) -> None:
    before = " (was there from an interrupted import)" if saved.before else ""
    print(f"saved {saved.done} of {saved.of}: {saved.part}{before}", file=sys.stderr, flush=True)  # noqa: T201
