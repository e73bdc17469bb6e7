"""`python -m chassis dead-letters`: what an operator does with what every service has alike."""

import sys
from collections.abc import Sequence

from chassis.program import run_commands


def main(arguments: Sequence[str]) -> int:
    return run_commands(arguments, prog="python -m chassis", commands="chassis.dead_letters.command_line:app")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
