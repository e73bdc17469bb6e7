"""`python -m routing` serves; `python -m routing --help` names the operator's commands."""

import sys
from collections.abc import Sequence

from chassis.commands import run_command
from chassis.run import start
from chassis.settings import load
from routing import options as command_line
from routing.app import create_app
from routing.settings import RoutingSettings


def main(arguments: Sequence[str]) -> int:
    options = command_line.parse(arguments)
    if options.command in {None, "serve"}:
        return start("routing", RoutingSettings, create_app)
    return run_command("routing", lambda: command_line.run(options, load(RoutingSettings)))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
