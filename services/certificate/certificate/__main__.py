"""`python -m certificate` serves; `python -m certificate lint [FILE]` checks the papers and names what is wrong."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chassis.commands import run_command
from chassis.run import start

from .app import SERVICE, create_app
from .kind_rules import catalogue_problems, kind_problems, problems, refuse
from .kinds import PaperError, Papers, read_common, read_kind
from .settings import CertificateSettings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="certificate", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    linting = commands.add_parser("lint", help="check all papers, or the file of one more")
    linting.add_argument("file", type=Path, nargs="?")
    linting.add_argument("--catalogue", type=Path, help="services.json: also check what applications ask")
    asked = parser.parse_args(arguments)
    if asked.command == "lint":
        return run_command(SERVICE, lambda: _lint(asked.file, asked.catalogue), refusals=(PaperError,))
    return start(SERVICE, CertificateSettings, create_app, refusals=(PaperError,))


def _lint(file: Path | None, catalogue: Path | None) -> int:
    papers = Papers.load() if file is None else _with_one_more(file)
    refuse([*problems(papers), *(catalogue_problems(papers, catalogue) if catalogue else ())])
    sys.stdout.write(f"{len(papers.kinds)} kinds of paper, all right\n")
    return 0


def _with_one_more(file: Path) -> Papers:
    """The shipped papers and that file's, in the place of a shipped one of its name."""
    kind = read_kind(file, read_common())
    refuse(f"{kind.kind}/{problem}" for problem in kind_problems(kind))
    shipped = Papers.load()
    return shipped.model_copy(update={"kinds": {**shipped.kinds, kind.kind: kind}})


if __name__ == "__main__":
    raise SystemExit(main())
