"""What a dashboard shows, without a sentence: those stand in texts/, one file a language."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

# Columns of a dashboard.
WIDTH = 24

Unit = Literal["percentunit", "s", "short", "dateTimeAsIso", "reqps", "none"]
Kind = Literal["stat", "timeseries", "table", "bargauge", "geomap"]


@dataclass(frozen=True, slots=True)
class Query:
    """`legend` is made of labels (`{{clock}}`), or a key of the texts' `legends`, or empty for a table's columns."""

    expr: str
    legend: str = ""
    instant: bool = False
    may_be_empty: bool = False
    """Nothing to show is a good sign (no dead letters), or up to strangers, so a check does not ask for data."""
    dashed: bool = False
    """A line to compare with: a target."""


@dataclass(frozen=True, slots=True)
class Step:
    """From this value on, this colour."""

    value: float | None
    colour: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`key` finds its title and description in the texts of its board."""

    key: str
    kind: Kind
    unit: Unit
    queries: tuple[Query, ...]
    width: int = 8
    height: int = 8
    steps: tuple[Step, ...] = ()
    top: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    panels: tuple[Panel, ...]

    def placed(self) -> Iterator[tuple[Panel, int, int]]:
        """Each panel with its column and line within the row: from left to right, a new line where none fits."""
        x, y, height = 0, 0, 0
        for panel in self.panels:
            if x + panel.width > WIDTH:
                x, y, height = 0, y + height, 0
            yield panel, x, y
            x, height = x + panel.width, max(height, panel.height)

    @property
    def height(self) -> int:
        return max((y + panel.height for panel, _, y in self.placed()), default=0)


Variable = Literal["window", "district", "station"]


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard; each language has its own copy of it, `janseva-<key>-<language>`."""

    key: str
    rows: tuple[Row, ...]
    variables: tuple[Variable, ...] = ("window",)

    def panels(self) -> Iterator[Panel]:
        for row in self.rows:
            yield from row.panels


NONE_IS_GOOD = (Step(None, "green"), Step(1, "red"))
IN_WINDOW = 'window="$window"'
HERE = 'district=~"$district"'
