"""Writes the dashboards' JSON, one file for each board and language.

python deploy/grafana/generate.py [--check]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.grafana.boards import BOARDS
from deploy.grafana.grafana import document
from deploy.grafana.texts import LANGUAGES, texts
from deploy.k8s.tools.generated import ROOT, main


def files() -> dict[Path, str]:
    folder = ROOT / "deploy/grafana/dashboards"
    return {
        folder / f"janseva-{board.key}-{language}.json": document(board, texts(language))
        for board in BOARDS
        for language in LANGUAGES
    }


if __name__ == "__main__":
    sys.exit(main(files(), sys.argv[1:]))
