"""`python -m certificate` serves; `python -m certificate --help` names the operator's commands."""

import sys
from collections.abc import Sequence

from chassis.program import run_program


def main(arguments: Sequence[str]) -> int:
    return run_program(
        arguments, prog="python -m certificate", serve="certificate.app:serve", commands="certificate.command_line:app"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
