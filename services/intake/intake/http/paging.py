"""Cursors of lists: the id after which the next page goes on."""

import re

from chassis.http.cursor import read_time_cursor
from chassis.http.problems import Problem
from intake.problems import CURSOR_INVALID

CURSOR = "`next_cursor` of the page before."
"""What the parameter is."""
_CASE_ID = re.compile(r"c_[0-9A-Za-z_-]{1,62}")


def read_due_cursor(cursor: str | None) -> str | None:
    """Of a list by its due times, which the store reads itself."""
    if cursor is None or cursor == "":
        return None
    try:
        read_time_cursor(cursor)
    except ValueError as error:
        raise Problem(CURSOR_INVALID) from error
    return cursor


def read_cursor(cursor: str | None) -> str | None:
    if cursor is None or cursor == "":
        return None
    if not _CASE_ID.fullmatch(cursor):
        raise Problem(CURSOR_INVALID)
    return cursor
