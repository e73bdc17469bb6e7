"""Cursors of lists: the id after which the next page goes on."""

import re
from datetime import datetime

from chassis.http.cursor import read_time_cursor
from chassis.http.problems import Problem
from intake.problems import CURSOR_INVALID

CURSOR = "`next_cursor` of the page before."
"""What the parameter is."""
_CASE_ID = re.compile(r"c_[0-9A-Za-z_-]{1,62}")


def read_place(cursor: str | None) -> tuple[datetime, str] | None:
    """Of a list by times: the time and the id after which it goes on."""
    if cursor is None or cursor == "":
        return None
    try:
        return read_time_cursor(cursor)
    except ValueError as error:
        raise Problem(CURSOR_INVALID) from error


def read_due_cursor(cursor: str | None) -> str | None:
    """Of a list by its due times, which the store reads itself."""
    return None if read_place(cursor) is None else cursor


def read_cursor(cursor: str | None) -> str | None:
    if cursor is None or cursor == "":
        return None
    if not _CASE_ID.fullmatch(cursor):
        raise Problem(CURSOR_INVALID)
    return cursor
