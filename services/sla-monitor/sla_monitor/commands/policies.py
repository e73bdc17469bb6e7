"""Name what is wrong with a policy file, or print its promises."""

import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from chassis.commands import run_command
from chassis.policy_file import PoliciesRefused, read_policies
from event_schemas.calendars import INDIA, Office
from event_schemas.policies import DEFAULT_PATH, ClockPolicy, Edition, PolicySet

UNITS: Final = (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1)))
CALENDARS: Final = {"elapsed": "", "calendar_days": " to the day's end"}


def check(file: Path | None, against: Path | None) -> int:
    """0 if the file can be used, 1 if not; what is wrong goes to stderr, one line each. None: the shipped file."""

    def act() -> int:
        path = file or DEFAULT_PATH
        found = read_policies(path)
        rewritten = [] if against is None else [*_rewritten(read_policies(against), found)]
        if rewritten:
            raise PoliciesRefused(path, rewritten)
        sys.stdout.writelines(f"{line}\n" for line in table(found))
        return 0

    return run_command("sla-monitor", act, refusals=(PoliciesRefused,))


def table(policies: PolicySet) -> Iterator[str]:
    """Every edition with its promises, as columns of text."""
    for edition in policies.editions:
        since = edition.effective_from.astimezone(INDIA)
        yield f"edition {edition.version}, for clocks that start from {since:%d %B %Y %H:%M} (India) on"
        rows: list[tuple[str, ...]] = [("clock", "owner", "within", "warned at", "pauses up to", "told", "services")]
        rows += [_row(policy, edition.office) for policy in edition.clocks]
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
        for row in rows:
            yield "  " + "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[-1]])
        yield from (f"  note: {note}" for note in _notes(edition))


def _row(policy: ClockPolicy, office: Office | None) -> tuple[str, ...]:
    office_time = policy.calendar == "working_hours"
    spelled = _office_time if office_time else _spelled
    within = _office_days(policy, office) if office_time and office else spelled(policy.target)
    warned = ", ".join(f"{fraction:.0%}" for fraction in policy.warnings) or "-"
    addressed = ", ".join(
        f"{step.post} +{spelled(step.after)}" if step.level else step.post for step in policy.escalation
    )
    return (
        policy.clock + (" (open clocks too)" if policy.applies_to_open else ""),
        policy.owner.value,
        within + CALENDARS.get(policy.calendar, ""),
        warned,
        spelled(policy.pause_cap) if policy.pause_cap else "-",
        addressed,
        "all" if policy.services == "*" else ", ".join(policy.services),
    )


def _notes(edition: Edition) -> Iterator[str]:
    """What an operator should know and no rule can refuse."""
    office = edition.office
    if office is None or all(policy.calendar != "working_hours" for policy in edition.clocks):
        return
    days = ", ".join(office.days)
    closes = office.closes if isinstance(office.closes, str) else f"{office.closes:%H:%M}"
    yield f"the office works {days}, {office.opens:%H:%M} to {closes}"
    for year in office.years:
        known = [holiday for holiday in office.holidays if holiday.day.year == year]
        yield f"{len(known)} holidays in {year}: {', '.join(holiday.name for holiday in known)}"
    yield f"no holidays are known from {office.years[-1] + 1} on: there the week alone decides"


def _office_days(policy: ClockPolicy, office: Office) -> str:
    """Office time with the days of this office that it takes: a day of it is no day of the calendar."""
    if policy.working_days is not None:
        return f"{_counted(policy.working_days, 'working day')} ({_office_time(policy.target)})"
    days = policy.target / office.hours
    about = "" if days == round(days, 1) else "about "
    return f"{_office_time(policy.target)} ({about}{_counted(round(days, 1), 'working day')})"


def _office_time(duration: timedelta) -> str:
    return f"{_spelled(duration, UNITS[1:])} of office time"


def _counted(number: float, name: str) -> str:
    return f"{number:g} {name}{'s' if number != 1 else ''}"


def _spelled(duration: timedelta, units: Sequence[tuple[str, timedelta]] = UNITS) -> str:
    """In the largest unit that divides it: 30 days, 70 hours, 90 seconds."""
    for name, unit in units:
        if duration and not duration % unit and not (name == "day" and duration < 2 * unit):
            return _counted(duration // unit, name)
    return f"{duration.total_seconds():g} seconds"


def _rewritten(before: PolicySet, after: PolicySet) -> Iterator[str]:
    """Editions are history: clocks are still judged by them, and so are audits of the past."""
    known = {edition.version: edition for edition in after.editions}
    for edition in before.editions:
        if edition.version not in known:
            yield f"edition {edition.version} is gone: clocks that started under it could not be judged any more"
        elif known[edition.version] != edition:
            yield f"edition {edition.version} was changed: add an edition with a later date instead"
