"""The command line of the local stack; each option's default may come from the environment, as `make` passes it."""

import argparse
import os
from pathlib import Path

from janseva_local.services import NAMES

ROLES = ("sho", "io", "counter", "dispatcher", "sdpo", "sp", "hq")


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m janseva_local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, help_text in (("run", "run the suite here until Ctrl-C"), ("up", "start it in the background")):
        _add_run_options(commands.add_parser(name, help=help_text))
    commands.add_parser("down", help="stop the suite in the background")
    commands.add_parser("status", help="what runs, where, since when")
    logs = commands.add_parser("logs", help="follow a log")
    logs.add_argument(
        "service", nargs="?", help=f"one of {', '.join((*NAMES, 'kafka', 'mongo', 'stack'))}; default: all"
    )
    logs.add_argument("--no-follow", action="store_true", help="print what there is and end")
    reset = commands.add_parser("reset", help="stop the suite and delete its data")
    reset.add_argument("--yes", action="store_true", default=_flag("YES"), help="do not ask")
    token = commands.add_parser("token", help="print a development officer's token and nothing else")
    token.add_argument("--role", default=os.environ.get("ROLE") or "sho", choices=ROLES)
    token.add_argument("--station", default=os.environ.get("STATION") or None)
    token.add_argument("--district", default=os.environ.get("DISTRICT") or None)
    commands.add_parser("demo", help="let citizens and officers use the suite", add_help=False)
    if arguments[:1] == ["demo"]:  # the demo parses its own options
        return argparse.Namespace(command="demo", arguments=arguments[1:])
    return parser.parse_args(arguments)


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policies", type=Path, default=os.environ.get("POLICIES") or None, help="another policy file")
    parser.add_argument("--port-base", type=int, default=os.environ.get("PORT_BASE") or None, help="default: 8000")
    parser.add_argument("--free-ports", action="store_true", default=_flag("FREE_PORTS"), help="take any free ports")
    parser.add_argument("--detached", action="store_true", help=argparse.SUPPRESS)


def _flag(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0", "no", "false")
