"""`python -m notifier` serves; `python -m notifier --help` names the operator's commands."""

import sys
from collections.abc import Sequence

from chassis.program import run_program


def main(arguments: Sequence[str]) -> int:
    return run_program(
        arguments, prog="python -m notifier", serve="notifier.app:serve", commands="notifier.command_line:app"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
