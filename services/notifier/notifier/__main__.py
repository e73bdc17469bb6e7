"""`python -m notifier` serves; `python -m notifier lint [FILE]` checks a template file and names what is wrong."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chassis.commands import run_command
from chassis.run import start

from .app import SERVICE, create_app
from .lint import lint
from .settings import NotifierSettings
from .templates import DEFAULT_PATH, TemplateError


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="notifier", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    linting = commands.add_parser("lint", help="check a template file")
    linting.add_argument("file", type=Path, nargs="?", default=DEFAULT_PATH)
    linting.add_argument("--production", action="store_true", help="also refuse development DLT ids")
    asked = parser.parse_args(arguments)
    if asked.command == "lint":
        return run_command(SERVICE, lambda: _lint(asked.file, production=asked.production), refusals=(TemplateError,))
    return start(SERVICE, NotifierSettings, create_app, refusals=(TemplateError,))


def _lint(path: Path, *, production: bool) -> int:
    try:
        book = lint(path, production=production)
    except TemplateError as error:
        raise TemplateError(f"{path}:\n{error}") from error
    sys.stdout.write(f"{path}: {len(book.templates)} templates, all right\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
