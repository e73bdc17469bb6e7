"""A table of an operator's as rows of the columns that are asked for, whatever spreadsheet it comes from."""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from chassis.importing.report import ImportRefused, Report

UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
SEPARATORS: Final = ",;\t"

Row = Mapping[str, str]
Columns = Mapping[str, tuple[str, ...]]
"""Each field with the names that its column may have, as `_spelling` writes them."""


def read_table(path: Path, columns: Columns, needed: tuple[str, ...], report: Report) -> list[tuple[str, Row]]:
    """Where each row stands, and its fields; a field without a column is empty.

    Columns that nobody reads and rows with more cells than columns are reported. Raises ImportRefused for what is no
    table, or lacks a column that is needed.
    """
    text = _text(path)
    heading = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=heading.count))
    try:
        header = [_spelling(name) for name in next(reader, [])]
        chosen = _columns(header, columns, needed)
        used = set(chosen.values())
        for column, name in enumerate(header):
            if name and column not in used:
                report.suspect("column_not_used", "header", name)
        rows: list[tuple[str, Row]] = []
        for cells in reader:
            where = f"line {reader.line_num}"
            if any(cell.strip() for cell in cells[len(header) :]):
                report.reject("too_many_cells", where, f"{len(cells)} cells under {len(header)} columns")
            elif any(cell.strip() for cell in cells):
                padded = [*cells, *[""] * (len(header) - len(cells)), ""]
                rows.append((where, {field: padded[chosen.get(field, -1)].strip() for field in columns}))
    except csv.Error as error:
        raise ImportRefused(f"the file is no CSV: {error}") from None
    return rows


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        # A spreadsheet's "Unicode text" is UTF-16 behind a mark.
        return content.decode("utf-16" if content.startswith(UTF_16_MARKS) else "utf-8-sig")
    except UnicodeDecodeError:
        raise ImportRefused("the file is not UTF-8 text; a spreadsheet saves it as 'CSV UTF-8'") from None


def _columns(header: list[str], columns: Columns, needed: tuple[str, ...]) -> dict[str, int]:
    """The number of each field's column, by the first of its names that the file has."""
    twice = [name for name, count in Counter(header).items() if name and count > 1]
    if twice:
        raise ImportRefused(f"the file has two columns named {', '.join(twice)}")
    found = {
        field: header.index(name)
        for field, names in columns.items()
        if (name := next((name for name in names if name in header), None)) is not None
    }
    missing = [field for field in needed if field not in found]
    if missing:
        there = ", ".join(name for name in header if name)[:200] or "none"
        raise ImportRefused(f"the file has no column for {', '.join(missing)}; its columns: {there}")
    return found


def _spelling(name: str) -> str:
    return "_".join(name.replace("-", " ").replace("_", " ").split()).casefold()
