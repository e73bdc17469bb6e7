"""`python -m routing` serves; `python -m routing --help` names the operator's commands."""

import sys
from collections.abc import Sequence

from chassis.logs import configure_logging
from chassis.run import serve
from routing import options as command_line
from routing.app import create_app
from routing.settings import RoutingSettings


def main(arguments: Sequence[str]) -> int:
    options = command_line.parse(arguments)
    settings = RoutingSettings()
    if options.command in {None, "serve"}:
        configure_logging("routing", settings.log_level)
        return serve(create_app(settings), settings)
    return command_line.run(options, settings)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
