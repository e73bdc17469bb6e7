"""`python -m intake` serves; `python -m intake --help` names the operator's commands."""

import sys
from collections.abc import Sequence

from chassis.program import run_program


def main(arguments: Sequence[str]) -> int:
    return run_program(arguments, prog="python -m intake", serve="intake.app:serve", commands="intake.command_line:app")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
