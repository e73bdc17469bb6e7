"""Numbers of FIRs as stations write them: `123/26`, `0117/2026`, a zero FIR's `0/2026-33`."""

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from chassis.codes import plain_code
from event_schemas.calendars import india_date

# What stands before the number on paper, in either script.
_TITLES: Final = (
    re.compile(r"(?:FIR)?\s*(?:NO\.?|NUMBER)?\s*[:-]?\s*", re.IGNORECASE),
    re.compile(r"(?:कांड|काण्ड|प्राथमिकी)? *(?:संख्या|सं\.?)? *[:-]? *"),
)
_FORM: Final = re.compile(r"[0-9]{1,5}(?:/(?:20)?(?P<year>[0-9]{2}))?(?:-[0-9]{1,5})?")
_CENTURY: Final = 2000


def read_fir_number(text: str) -> str:
    """The number alone, in ASCII digits. ValueError for what is none."""
    plain = plain_code(text)
    number = plain[_title_length(plain) :].replace(" ", "")
    if _FORM.fullmatch(number) is None:
        raise ValueError("not an FIR's number: one to five digits, a stroke and the year, such as 123/2026")
    return number


def year_of(number: str, now: datetime, otherwise: int | None = None) -> int:
    """The year that a number names, else the other one, India's present one if none is given."""
    found = _FORM.fullmatch(number)
    named = found["year"] if found else None
    if named is not None:
        return _CENTURY + int(named)
    return india_date(now).year if otherwise is None else otherwise


def fir_key(station: str, year: int, number: str) -> str:
    """One key for each spelling of a number: `0117/2026` and `117/26` of a station and year are one FIR."""
    plain, _, further = number.partition("/")[0].partition("-")
    further = further or number.partition("-")[2]
    return f"{station.casefold()}|{year}|{int(plain)}" + (f"-{int(further)}" if further else "")


def _title_length(text: str) -> int:
    return max(found.end() for title in _TITLES if (found := title.match(text)))


FIRNumber = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(read_fir_number)]
