"""`python -m janseva_web` serves; `python -m janseva_web texts` lists what a language lacks."""

from __future__ import annotations

import argparse
import sys

from chassis.commands import run_command
from chassis.run import start
from janseva_web.app import SERVICE, create_app
from janseva_web.languages import Languages
from janseva_web.settings import WebSettings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="janseva_web", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("texts", help="list the texts that a language lacks; they are shown in Hindi")
    asked = parser.parse_args(arguments)
    if asked.command == "texts":
        return run_command(SERVICE, _list_texts, refusals=())
    return start(SERVICE, WebSettings, create_app)


def _list_texts() -> int:
    languages = Languages.load()
    lacking = list(languages.lacking())
    for code, key in lacking:
        sys.stdout.write(f"{code} {key}\n")
    sys.stdout.write(f"{len([*languages])} languages, {len(lacking)} texts missing\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
