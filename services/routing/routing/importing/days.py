"""From when to when a jurisdiction is in force: read from a file, handed over from the ones before, and checked."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from chassis.importing.cells import usual_values
from chassis.importing.dates import UnreadableDate, is_serial, read_day
from chassis.importing.report import Report
from routing.domain import Boundary, StationRecord

FROM_FIELDS: Final = ("valid_from", "effective_from", "from_date")
TO_FIELDS: Final = ("valid_to", "effective_to", "to_date")
DAY: Final = timedelta(days=1)

Days = tuple[date | None, date | None]


def days_of(properties: Mapping[str, Any], report: Report, where: str) -> Days | None:
    """The first and the last day of a feature; None, and reported, if they can not be read."""
    first, last = (
        next((value for value in usual_values(properties, names) if value is not None and value != ""), None)
        for names in (FROM_FIELDS, TO_FIELDS)
    )
    return read_days(first, last, report, where)


def read_days(first: object, last: object, report: Report, where: str) -> Days | None:
    """The first and the last day as a file writes them; None, and reported, if they can not be read."""
    days: list[date | None] = []
    for value in (first, last):
        try:
            days.append(read_day(value))
        except UnreadableDate as why:
            report.reject("unreadable_date", where, f"{str(value)[:60]}: {why}")
            return None
        if is_serial(value):
            report.suspect("serial_date", where, f"{value} is a spreadsheet's day: taken as {days[-1]}")
    begins, ends = days
    if begins and ends and ends < begins:
        report.reject("ends_before_it_begins", where, f"{begins} {ends}")
        return None
    return begins, ends


def together(one: Boundary, other: Boundary) -> Days | None:
    """The days on which both are in force; None if there is none."""
    first = max(one.valid_from or date.min, other.valid_from or date.min)
    last = min(one.valid_to or date.max, other.valid_to or date.max)
    if first > last:
        return None
    return (None if first == date.min else first), (None if last == date.max else last)


def days_text(days: Days) -> str:
    """', from 2026-12-01 to 2026-12-31'; nothing for days without beginning and end."""
    first, last = days
    parts = [f"from {first}"] if first else []
    parts += [f"to {last}"] if last else []
    return f", {' '.join(parts)}" if parts else ""


def handed_over(before: Sequence[Boundary], new: Sequence[Boundary], district: Mapping[str, str]) -> list[Boundary]:
    """What stays of the jurisdictions before: other districts', and in those of the file the days before the file's.

    `district` is each station's. A station's ground changes on the first day of its new one; that of a station which
    the file does not know on the first day of its district's new ones.
    """
    start_of: defaultdict[str, list[date]] = defaultdict(list)
    for boundary in new:
        for key in (boundary.station, f"district {district[boundary.station]}"):
            start_of[key].append(boundary.valid_from or date.min)
    kept = []
    for boundary in before:
        starts = start_of.get(boundary.station) or start_of.get(f"district {district[boundary.station]}")
        if starts is None:
            kept.append(boundary)
        elif (boundary.valid_from or date.min) < min(starts):
            last = min(starts) - DAY
            kept.append(replace(boundary, valid_to=min(boundary.valid_to or last, last)))
    return kept


def report_days(
    boundaries: Iterable[Boundary], stations: Mapping[str, StationRecord], districts: Collection[str], report: Report
) -> None:
    """Days between two jurisdictions of a station without one, days after its last, days when it does not work."""
    of_station: defaultdict[str, list[Boundary]] = defaultdict(list)
    for boundary in boundaries:
        if stations[boundary.station].district in districts:
            of_station[boundary.station].append(boundary)
    for code, rows in sorted(of_station.items()):
        for days in _uncovered(rows):
            report.suspect("gap_in_time", code, f"no jurisdiction is in force{days_text(days)}")
        station = stations[code]
        idle = [row for row in rows if _reaches_beyond(row, station)]
        if idle:
            report.suspect("jurisdiction_without_its_station", code, "its days go beyond those of the station's work")


def periods(boundaries: Iterable[Boundary]) -> list[date | None]:
    """A day of each stretch of time in which the same ones are in force; None where nothing is dated."""
    rows = list(boundaries)
    turns = {row.valid_from for row in rows if row.valid_from}
    turns |= {row.valid_to + DAY for row in rows if row.valid_to and row.valid_to < date.max}
    if not turns:
        return [None]
    ordered = sorted(turns)
    return [ordered[0] - DAY, *ordered]


def _uncovered(rows: Iterable[Boundary]) -> Iterator[Days]:
    end: date | None = None
    for row in sorted(rows, key=lambda item: (item.valid_from or date.min, item.valid_to or date.max)):
        if end is not None and row.valid_from and row.valid_from > end + DAY:
            yield end + DAY, row.valid_from - DAY
        if row.valid_to is None:
            return
        end = max(end or row.valid_to, row.valid_to)
    if end is not None and end < date.max:
        yield end + DAY, None


def _reaches_beyond(boundary: Boundary, station: StationRecord) -> bool:
    """In force on a day on which its station does not work."""
    late = station.valid_to is not None and (boundary.valid_to is None or boundary.valid_to > station.valid_to)
    early = station.valid_from is not None and (boundary.valid_from is None or boundary.valid_from < station.valid_from)
    return late or early
