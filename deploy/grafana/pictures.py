"""One dashboard as a picture, on the same grid of 24 columns as Grafana's."""

import json
import textwrap
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final

from deploy.grafana.asking import Answer, Answers, Series
from deploy.grafana.model import WIDTH, Board, Panel, Row, Step
from deploy.grafana.texts import Texts
from deploy.prometheus.places import BOUNDARIES
from matplotlib import dates, font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from event_schemas.calendars import INDIA

INCHES, HEADING, ROW_HEADING, TITLE = 0.75, 1.4, 0.7, 0.9
ROWS_SHOWN, BARS_SHOWN, FEWEST_BARS, LINES_SHOWN = 14, 14, 8, 10
COLOURS: Final = {"green": "#2f7d3a", "orange": "#c46a00", "red": "#b3261e", "blue": "#1f4e8c"}
FONTS: Final = ["DejaVu Sans", "Noto Sans Devanagari"]


def picture(board: Board, texts: Texts, answers: Answers) -> Figure:
    """In inches: as wide as 24 columns, as high as its rows."""
    font_manager.fontManager.addfont(str(files("manimgx_fonts") / "NotoSansDevanagari[wght].ttf"))
    places = [*_places(board)]
    height = max(y + panel.height for panel, _, y in places) + HEADING
    own = texts.of(board)
    with rc_context({"font.family": FONTS, "font.size": 8}):
        figure = Figure(figsize=(WIDTH * INCHES, height * INCHES / 1.6))
        figure.text(0.01, 1 - 0.6 / height, own.title, fontsize=14, va="center")
        for row, y in _rows_from_top(board):
            figure.text(
                0.01, 1 - (y + HEADING + 0.1) / height, own.rows[row.key], fontsize=11, color="#1f4e8c", va="center"
            )
        for panel, x, y in places:
            top = y + HEADING + TITLE
            box = (
                (x + 0.9) / WIDTH,
                1 - (top + panel.height - TITLE - 0.9) / height,
                (panel.width - 1.6) / WIDTH,
                (panel.height - TITLE - 1.0) / height,
            )
            axes = figure.add_axes(box)
            title = textwrap.fill(own.panels[panel.key].title, panel.width * 5)
            axes.set_title(title, loc="left", fontsize=9, fontweight="bold")
            _fill(axes, panel, answers.of(board, panel), texts)
    return figure


def _places(board: Board) -> Iterator[tuple[Panel, int, float]]:
    for row, y in _rows_from_top(board):
        for panel, x, below in row.placed():
            yield panel, x, y + below + ROW_HEADING


def _rows_from_top(board: Board) -> Iterator[tuple[Row, float]]:
    """Each row and where it begins."""
    y = 0.0
    for row in board.rows:
        yield row, y
        y += row.height + ROW_HEADING


def _fill(axes: Axes, panel: Panel, answers: Sequence[Answer], texts: Texts) -> None:
    shown = [(one, series) for one in answers for series in one.series]
    if not shown:
        axes.axis("off")
        axes.text(0.5, 0.5, texts.phrases["no_data"], ha="center", va="center", color="#666666")
        return
    _DRAWN[panel.kind](axes, panel, shown, texts)


Shown = Sequence[tuple[Answer, Series]]


def _lines(axes: Axes, panel: Panel, shown: Shown, texts: Texts) -> None:
    for answer, series in shown[:LINES_SHOWN]:
        times: Any = [datetime.fromtimestamp(at, UTC) for at, _ in series.points]
        style = "--" if panel.queries[answer.query].dashed else "-"
        label = _named(panel, answer, series, texts)
        axes.plot(times, [value for _, value in series.points], style, linewidth=1.4, label=label)
    formatter: Any = dates.DateFormatter
    axes.xaxis.set_major_formatter(formatter("%H:%M", tz=INDIA))
    axes.yaxis.set_major_formatter(lambda value, _: _shown(value, panel.unit, texts))
    axes.set_ylim(bottom=0, top=panel.top and panel.top * 1.05)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.tick_params(labelsize=7)
    axes.legend(fontsize=6, loc="upper left", framealpha=0.8, ncols=2)


def _tiles(axes: Axes, panel: Panel, shown: Shown, texts: Texts) -> None:
    axes.axis("off")
    columns = min(len(shown), 4 if panel.width > 8 else 2)
    lines = -(-len(shown) // columns)
    for number, (answer, series) in enumerate(shown):
        x, y = (number % columns + 0.5) / columns, 1 - (number // columns + 0.5) / lines
        value = series.points[-1][1]
        colour = _colour(panel.steps, value)
        axes.text(
            x, y + 0.12 / lines, _shown(value, panel.unit, texts), ha="center", va="center", fontsize=15, color=colour
        )
        label = textwrap.fill(_named(panel, answer, series, texts), 26)
        axes.text(x, y - 0.25 / lines, label, ha="center", va="center", fontsize=7)


def _bars(axes: Axes, panel: Panel, shown: Shown, texts: Texts) -> None:
    """Each name stands on its bar, however long it is."""
    for place, (answer, series) in enumerate(shown[:BARS_SHOWN]):
        value = series.points[-1][1]
        axes.barh(place, value, height=0.8, color=_colour(panel.steps, value), alpha=0.55)
        label = f"{_named(panel, answer, series, texts)}: {_shown(value, panel.unit, texts)}"
        axes.text(0.01, place, label, transform=axes.get_yaxis_transform(), va="center", fontsize=8)
    axes.set_ylim(max(len(shown[:BARS_SHOWN]), FEWEST_BARS) - 0.5, -0.5)
    axes.set_yticks([])
    axes.xaxis.set_major_formatter(lambda value, _: _shown(value, panel.unit, texts))
    axes.set_xlim(left=0, right=panel.top)
    axes.tick_params(labelsize=7)


def _rows(axes: Axes, panel: Panel, shown: Shown, texts: Texts) -> None:
    """One row a set of labels, one column of figures a query; the largest first."""
    axes.axis("off")
    labels = list(dict.fromkeys(name for _, series in shown for name in series.labels if name != "__name__"))
    figures: dict[tuple[str, ...], dict[int, float]] = {}
    for answer, series in shown:
        key = tuple(series.labels.get(name, "") for name in labels)
        figures.setdefault(key, {})[answer.query] = series.points[-1][1]
    wanted = sorted(figures.items(), key=lambda one: -max(one[1].values()))[:ROWS_SHOWN]
    codes, queries = texts.codes(), range(len(panel.queries))
    cells = [
        [
            *(textwrap.shorten(codes.get(value, value), 24, placeholder="…") for value in key),
            *(_shown(row[number], panel.unit, texts) if number in row else "" for number in queries),
        ]
        for key, row in wanted
    ]
    heads = [texts.legend(panel.queries[number].legend.partition(" ")[0]) for number in queries]
    columns = [texts.columns.get(name, name) for name in labels] + [one or texts.phrases["value"] for one in heads]
    table = axes.table(cells, colLabels=columns, loc="upper left", cellLoc="left", edges="horizontal")
    table.auto_set_font_size(False)
    table.set_fontsize(8)
    table.scale(1, 1.25)


def _map(axes: Axes, panel: Panel, shown: Shown, _texts: Texts) -> None:
    axes.axis("off")
    axes.set_aspect("equal")
    for feature in json.loads(BOUNDARIES.read_text(encoding="utf8"))["features"]:
        for ring in _rings(feature["geometry"]):
            axes.plot(*zip(*ring, strict=True), color="#bbbbbb", linewidth=0.5)
    for _, series in shown:
        where = float(series.labels["longitude"]), float(series.labels["latitude"])
        axes.scatter(*where, s=40, color=_colour(panel.steps, series.points[-1][1]), zorder=5)


def _rings(geometry: dict[str, Any]) -> Iterator[list[list[float]]]:
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for part in parts:
        yield part[0]


_DRAWN: Final[dict[str, Callable[[Axes, Panel, Shown, Texts], None]]] = {
    "stat": _tiles,
    "timeseries": _lines,
    "table": _rows,
    "bargauge": _bars,
    "geomap": _map,
}


def _named(panel: Panel, answer: Answer, series: Series, texts: Texts) -> str:
    """The query's legend with the labels' values as people call them."""
    legend = texts.legend(panel.queries[answer.query].legend)
    codes = texts.codes()
    for name, value in series.labels.items():
        legend = legend.replace(f"{{{{{name}}}}}", codes.get(value, value))
    return legend


def _colour(steps: Sequence[Step], value: float) -> str:
    reached = [one.colour for one in steps if one.value is None or value >= one.value]
    return COLOURS[reached[-1] if reached else "blue"]


def _shown(value: float, unit: str, texts: Texts) -> str:
    match unit:
        case "percentunit":
            return f"{value:.0%}"
        case "dateTimeAsIso":
            return f"{datetime.fromtimestamp(value / 1000, INDIA):%H:%M:%S}"
        case "s":
            number, name = next(_spans(value))
            return f"{number:.3g} {texts.phrases[name]}"
        case _:
            return f"{value:.4g}"


def _spans(seconds: float) -> Iterator[tuple[float, str]]:
    """The largest unit of which there is at least one."""
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes"), (1, "seconds")):
        if abs(seconds) >= size:
            yield seconds / size, name
    yield seconds * 1000, "milliseconds"
