"""Asks a Prometheus every query of every panel, as Grafana would, and keeps the answers."""

import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from deploy.grafana.model import Board, Panel, Query
from pydantic import BaseModel, TypeAdapter

METRIC = re.compile(r"\b(janseva[_:][a-z0-9_:]+|up)\b")
# The points of a line.
POINTS = 240
# What Grafana puts in place of the variables; one window for a look, all of them for a check.
SHOWN_WINDOW = "1h"


class Asked(Protocol):
    """What a Prometheus answers; RuntimeError with its own sentence for a query that it refuses."""

    async def query(self, expr: str, at: float | None = None) -> list[dict[str, Any]]: ...

    async def query_range(self, expr: str, start: float, end: float, step: float = 1) -> list[dict[str, Any]]: ...


class Series(BaseModel):
    """`points`: seconds since 1970 and value; one pair where a panel shows a moment."""

    labels: dict[str, str]
    points: list[tuple[float, float]]


class Answer(BaseModel):
    """What one query of a panel shows; `fault` in place of series if Prometheus refused it."""

    board: str
    panel: str
    query: int
    series: list[Series] = []
    fault: str | None = None


class Answers(BaseModel):
    as_of: datetime
    answers: list[Answer]

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.model_dump_json(), encoding="utf8")

    def of(self, board: Board, panel: Panel) -> list[Answer]:
        return [one for one in self.answers if (one.board, one.panel) == (board.key, panel.key)]


def saved(path: Path) -> Answers | None:
    return TypeAdapter(Answers).validate_json(path.read_bytes()) if path.exists() else None


def filled_in(expr: str, window: str = SHOWN_WINDOW) -> str:
    """The expression with the variables as a reader who chose everything has them."""
    chosen = {"$window": window, "$district": ".*", "$station": ".*", "$__rate_interval": "1m"}
    for variable, value in chosen.items():
        expr = expr.replace(variable, value)
    return expr


async def ask(prometheus: Asked, query: Query, since: float, until: float, window: str = SHOWN_WINDOW) -> list[Series]:
    """The series with their finite values; those without any are left out."""
    expr = filled_in(query.expr, window)
    if query.instant:
        found = [(one["metric"], [one["value"]]) for one in await prometheus.query(expr, until)]
    else:
        step = max(1.0, (until - since) / POINTS)
        answered = await prometheus.query_range(expr, since, until, step)
        found = [(one["metric"], one["values"]) for one in answered]
    series = (
        Series(labels=labels, points=[(at, value) for at, text in points if math.isfinite(value := float(text))])
        for labels, points in found
    )
    return [one for one in series if one.points]


async def ask_all(prometheus: Asked, boards: Sequence[Board], since: float, until: float) -> list[Answer]:
    """Every query of every panel, in the order of the boards."""
    return [await _answer(prometheus, *one, since, until) for one in _queries(boards)]


async def _answer(
    prometheus: Asked, board: Board, panel: Panel, number: int, query: Query, since: float, until: float
) -> Answer:
    made = Answer(board=board.key, panel=panel.key, query=number)
    try:
        return made.model_copy(update={"series": await ask(prometheus, query, since, until)})
    except RuntimeError as fault:
        return made.model_copy(update={"fault": str(fault)})


def faults_of(boards: Sequence[Board], answers: Sequence[Answer]) -> Iterator[str]:
    """What a check must not let pass: a refused query, an empty panel, a query that asks nothing of the suite."""
    for (board, panel, _number, query), answer in zip(_queries(boards), answers, strict=True):
        where = f"{board.key}/{panel.key}"
        if answer.fault is not None:
            yield f"{where}: {answer.fault}"
        elif not METRIC.search(query.expr):
            yield f"{where}: a constant, which would show the same of any suite: {query.expr}"
        elif not answer.series and not query.may_be_empty:
            yield f"{where}: shows nothing: {filled_in(query.expr)}"


def _queries(boards: Sequence[Board]) -> Iterator[tuple[Board, Panel, int, Query]]:
    for board in boards:
        for panel in board.panels():
            for number, query in enumerate(panel.queries):
                yield board, panel, number, query
