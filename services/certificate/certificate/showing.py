"""How a value of an application stands on a paper: as text, day, time, label or masked. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from .kinds import How, Shown
from .page import INDIA, clean, india_date, india_moment

LATER: Final = (
    "दी गई तिथि इस कागज के बाद की है, इसलिए नहीं छापी गई / The date given lies after this paper and is not printed"
)
UNREADABLE: Final = "दी गई तिथि पढ़ी नहीं जा सकी / The date given could not be read"
_EARLIEST: Final = date(1900, 1, 1)
# A phone's clock may run a little ahead of the server's.
_CLOCK_ERROR: Final = timedelta(minutes=5)
# Longer than an IMEI; Python writes no number of thousands of digits.
_LONGEST_NUMBER: Final = 10**20
# An application is a form, not a tree.
_DEEPEST: Final = 4
_MASK: Final = "XXXX"


def flattened(attributes: Mapping[str, Any], depth: int = _DEEPEST) -> dict[str, str]:
    """Answers by path, such as `tenant.name`, as text; what no page can show is left out."""
    found: dict[str, str] = {}
    for key, value in attributes.items():
        if isinstance(value, Mapping):
            if depth > 1:
                found |= {f"{key}.{inner}": text for inner, text in flattened(value, depth - 1).items()}
        elif (text := _as_text(value)) is not None:
            found[key] = text
    return found


def shown_as(row: Shown, value: str | datetime, issued_at: datetime) -> str:
    """The text of a value in a paper issued at that time; empty if there is nothing to show."""
    if isinstance(value, datetime):
        return (india_date if row.as_ == "date" else india_moment)(value).both
    return _SHOWN[row.as_](row, value, issued_at) if clean(value) else ""


def _label(row: Shown, value: str, _issued_at: datetime) -> str:
    text = row.labels.get(value.lower())
    return text.both if text is not None else value.replace("_", " ")


def _as_text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and abs(value) > _LONGEST_NUMBER:
        return None
    if isinstance(value, list | tuple):
        parts = [text for one in value[:50] if not isinstance(one, list | tuple) and (text := _as_text(one))]
        return ", ".join(parts) or None
    return str(value) if isinstance(value, str | int | float) else None


def _masked(value: str) -> str:
    """The last four of eight or more symbols, fewer of fewer: enough to compare with the thing itself."""
    symbols = [symbol for symbol in clean(value) if symbol.isalnum()]
    kept = min(4, len(symbols) // 2)
    return _MASK + "".join(symbols[len(symbols) - kept :])


def _day(value: str, issued_at: datetime) -> str:
    """A date such as 2026-11-22 in words; one after the paper's own is no fact and is not printed as one."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return UNREADABLE
    if day < _EARLIEST:
        return UNREADABLE
    if day > issued_at.astimezone(INDIA).date():
        return LATER
    return india_date(datetime.combine(day, time(12), INDIA)).both


def _moment(value: str, issued_at: datetime) -> str:
    """A time in words, in India's zone; one after the paper's own is no fact and is not printed as one."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return UNREADABLE
    at = at.replace(tzinfo=INDIA) if at.tzinfo is None else at
    if at > issued_at + _CLOCK_ERROR:
        return LATER
    if at < datetime.combine(_EARLIEST, time(), INDIA):
        return UNREADABLE
    return india_moment(at).both


_SHOWN: Final[Mapping[How, Callable[[Shown, str, datetime], str]]] = {
    "text": lambda _row, value, _at: value,
    "date": lambda _row, value, at: _day(value, at),
    "time": lambda _row, value, at: _moment(value, at),
    "label": _label,
    "masked": lambda _row, value, _at: _masked(value),
}
