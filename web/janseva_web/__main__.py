"""`python -m janseva_web` serves; `python -m janseva_web --help` names the operator's commands."""

import sys
from collections.abc import Sequence

from chassis.program import run_program


def main(arguments: Sequence[str]) -> int:
    return run_program(
        arguments,
        prog="python -m janseva_web",
        serve="janseva_web.app:serve",
        commands="janseva_web.command_line:app",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
