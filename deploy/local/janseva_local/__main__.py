"""`python -m janseva_local COMMAND`: what `make run`, `make up` and their kin call."""

import sys
from collections.abc import Sequence

from chassis.program import run_commands


def main(arguments: Sequence[str]) -> int:
    return run_commands(arguments, prog="python -m janseva_local", commands="janseva_local.command_line:app")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
