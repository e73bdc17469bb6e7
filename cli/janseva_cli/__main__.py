"""`janseva`: the operator's one command; also `python -m janseva_cli`."""

import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from chassis.program import run_commands

HELP: Final = ("--help",)


def main(arguments: Sequence[str]) -> int:
    """Without arguments it shows what there is."""
    return run_commands(arguments or HELP, prog="janseva", commands="janseva_cli.command_line:app")


def script() -> NoReturn:
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    script()
