"""Draws every panel of every dashboard from what a Prometheus answered: a page for where no Grafana runs.

python deploy/grafana/draw.py [hi|en ...]: one HTML page a language and one picture a dashboard, in `hq/` of the data
folder. The suite that runs is asked; without one, what `make dashboards-check` was answered last is drawn.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.grafana.asking import Answers, ask_all, filled_in, saved
from deploy.grafana.boards import BOARDS
from deploy.grafana.check import ANSWERS
from deploy.grafana.model import Board
from deploy.grafana.pictures import picture
from deploy.grafana.texts import LANGUAGES, Texts, texts
from deploy.grafana.watching import show, watched_suite

from event_schemas.calendars import INDIA
from janseva_local.folder import DataFolder

STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:75rem;margin:1rem auto;padding:0 1rem}"
    "img{max-width:100%}code{overflow-wrap:anywhere}"
)


async def answers_of(folder: DataFolder) -> Answers | None:
    """Of the suite that runs, else those that were kept."""
    if folder.running() is None:
        return saved(folder.root / ANSWERS)
    async with watched_suite(folder, show) as watched:
        until = time.time()
        asked = await ask_all(watched.prometheus, BOARDS, watched.since, until)
    return Answers(as_of=datetime.fromtimestamp(until, UTC), answers=asked)


def write(folder: Path, answers: Answers, languages: Sequence[str]) -> list[Path]:
    """The pages, each beside its pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for language in languages:
        own = texts(language)
        for board in BOARDS:
            picture(board, own, answers).savefig(folder / _picture_of(board, language), dpi=80)
        page = folder / f"hq-{language}.html"
        page.write_text(_page(own, answers), encoding="utf8")
        made.append(page)
    return made


def _picture_of(board: Board, language: str) -> str:
    return f"{board.key}-{language}.png"


def _page(own: Texts, answers: Answers) -> str:
    as_of = f"{own.phrases['as_of']}: {answers.as_of.astimezone(INDIA):%d-%m-%Y %H:%M} (IST)"
    boards = "".join(_section(board, own) for board in BOARDS)
    return (
        f'<!doctype html><html lang="{own.language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(own.of(BOARDS[0]).title)}</title><style>{STYLE}</style><p>{escape(as_of)}</p>{boards}</html>"
    )


def _section(board: Board, own: Texts) -> str:
    text = own.of(board)
    panels = "".join(
        f"<dt>{escape(text.panels[panel.key].title)}<dd>{escape(text.panels[panel.key].description)}"
        + "".join(f"<br><code>{escape(filled_in(query.expr))}</code>" for query in panel.queries)
        for panel in board.panels()
    )
    return (
        f"<h2>{escape(text.title)}</h2><p>{escape(text.description)}</p>"
        f'<img src="{_picture_of(board, own.language)}" alt="{escape(text.title)}">'
        f"<details><summary>{escape(own.phrases['how_made'])}</summary><dl>{panels}</dl></details>"
    )


def main(languages: Sequence[str]) -> int:
    folder = DataFolder.from_environment()
    answers = asyncio.run(answers_of(folder))
    if answers is None:
        show("nothing to draw: no suite runs, and `make dashboards-check` has kept no answers yet")
        return 1
    for page in write(folder.root / "hq", answers, languages or LANGUAGES):
        show(f"drawn: {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
