"""Days as people and programs write them in files: read as the one day they can mean, else refused with the reason."""

import math
import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from chassis.bounds import normalized
from chassis.codes import ascii_digits
from event_schemas.calendars import INDIA

# No record that is still kept is older, and nobody plans an end beyond a century.
FIRST_YEAR, LAST_YEAR = 1861, 2100
# A number is a moment or a serial day only where it can be of these years: then its size says what it counts.
MOMENTS: Final = (datetime(2000, 1, 1, tzinfo=UTC).timestamp(), datetime(LAST_YEAR, 12, 31, tzinfo=UTC).timestamp())
SCALES: Final = (1, 1_000, 1_000_000, 1_000_000_000)
SERIAL_DAY_ZERO: Final = date(1899, 12, 30)
SERIAL_DAYS: Final = range(36_526, 73_416)
COMPACT_LENGTH: Final = 8
MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january", "जनवरी"),
            ("feb", "february", "फरवरी"),
            ("mar", "march", "मार्च"),
            ("apr", "april", "अप्रैल"),
            ("may", "मई"),
            ("jun", "june", "जून"),
            ("jul", "july", "जुलाई"),
            ("aug", "august", "अगस्त"),
            ("sep", "sept", "september", "सितंबर", "सितम्बर"),
            ("oct", "october", "अक्टूबर", "अक्तूबर"),
            ("nov", "november", "नवंबर", "नवम्बर"),
            ("dec", "december", "दिसंबर", "दिसम्बर"),
        ),
        start=1,
    )
    for name in names
}
NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# 2026-12-31, 2026/12/31 18:30:00+00, 20261231T183000Z: what follows the day is a time.
YEAR_FIRST: Final = re.compile(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})(?:[T ]\s*(.+))?", re.IGNORECASE)
YEAR_LAST: Final = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4})(?:[T ]\s*(.+))?", re.IGNORECASE)
WITH_MONTH: Final = re.compile(r"([0-9]{1,2})[-/. ]*([^\W\d_][^-/., 0-9]*)[-/., ]*([0-9]{4})(?:[T ]\s*(.+))?")
MONTH_FIRST: Final = re.compile(r"([^\W\d_][^-/., 0-9]*)[-/. ]*([0-9]{1,2}),?[-/. ]+([0-9]{4})(?:[T ]\s*(.+))?")
ZONE: Final = re.compile(r"\s*(?:(z|utc|gmt)|(ist)|([+-][0-9]{2}):?([0-9]{2})?)$", re.IGNORECASE)
LONGEST: Final = 60


class UnreadableDate(ValueError):
    """No day, or more than one that could be meant: the message says which."""


def read_day(value: object) -> date | None:
    """The day by India's calendar; None for an empty value. Raises UnreadableDate."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime):
        return _sane(value.astimezone(INDIA).date() if value.tzinfo else value.date())
    if isinstance(value, date):
        return _sane(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value)
    if not isinstance(value, str) or len(value) > LONGEST:
        raise UnreadableDate("no date")
    text = ascii_digits(normalized("NFC", value.strip(), LONGEST))
    if NUMBER.fullmatch(text):
        return _of_number(float(text) if "." in text else int(text))
    return _sane(_of_text(text))


def is_serial(value: object) -> bool:
    """Whether a spreadsheet's serial day stands for a date: right, but worth a look."""
    text = str(value).strip()
    return bool(NUMBER.fullmatch(text)) and int(float(text)) in SERIAL_DAYS


def _of_number(number: float) -> date:
    if not math.isfinite(number):
        raise UnreadableDate("no number")
    for scale in SCALES:
        if MOMENTS[0] <= number / scale <= MOMENTS[1]:
            return datetime.fromtimestamp(number / scale, INDIA).date()
    if number in SERIAL_DAYS or int(number) in SERIAL_DAYS:
        return SERIAL_DAY_ZERO + timedelta(days=int(number))
    digits = f"{number:.0f}"
    if len(digits) == COMPACT_LENGTH and number == int(number):
        return _sane(_day(int(digits[:4]), int(digits[4:6]), int(digits[6:])))
    raise UnreadableDate("a number that is neither a day like 20261231 nor a time since 1970 in this century")


def _of_text(text: str) -> date:
    if found := YEAR_FIRST.fullmatch(text):
        year, separator, month, day, time = found.groups()
        if not separator and len(month) + len(day) < COMPACT_LENGTH - 4:
            raise UnreadableDate("no date")
        return _at(_day(int(year), int(month), int(day)), time)
    if found := YEAR_LAST.fullmatch(text):
        first, _, second, year, time = found.groups()
        return _at(_day_and_month(int(first), int(second), int(year)), time)
    if found := WITH_MONTH.fullmatch(text):
        named, month, year, time = found.groups()
        return _at(_day(int(year), _month(month), int(named)), time)
    if found := MONTH_FIRST.fullmatch(text):
        month, named, year, time = found.groups()
        return _at(_day(int(year), _month(month), int(named)), time)
    raise UnreadableDate("no date like 2026-12-31")


def _day_and_month(first: int, second: int, year: int) -> date:
    """Written 31/12/2026 here and 12/31/2026 elsewhere: taken where only one of the two is a day."""
    readings = {(first, second), (second, first)}
    days = {date(year, month, day) for day, month in readings if _exists(year, month, day)}
    if not days:
        raise UnreadableDate("there is no such day")
    if len(days) > 1:
        raise UnreadableDate("day or month first? Write it like 2026-12-31")
    return days.pop()


def _at(day: date, time: str | None) -> date:
    """The day in India of a time with a zone; of a time without one, the day as it is written."""
    if time is None:
        return day
    zone = ZONE.search(time)
    clock, offset = (time[: zone.start()], _offset(zone)) if zone else (time, "")
    # 12-hour clocks are refused with all else that is no time: their day may be right, but it was not read.
    try:
        moment = datetime.fromisoformat(f"{day.isoformat()}T{clock.strip()}{offset}")
    except ValueError:
        raise UnreadableDate("no time of day like 18:30:00Z") from None
    return moment.astimezone(INDIA).date() if offset else day


def _offset(zone: re.Match[str]) -> str:
    universal, indian, hours, minutes = zone.groups()
    if universal:
        return "+00:00"
    return "+05:30" if indian else f"{hours}:{minutes or '00'}"


def _month(name: str) -> int:
    month = MONTHS.get(name.casefold().strip("."))
    if month is None:
        raise UnreadableDate("no month that is known")
    return month


def _day(year: int, month: int, day: int) -> date:
    if not _exists(year, month, day):
        raise UnreadableDate("there is no such day")
    return date(year, month, day)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _sane(day: date) -> date:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise UnreadableDate(f"the year {day.year}: leave the field empty where there is no first or last day")
