"""``python -m chassis dead-letters``: what an operator does with what every service has alike."""

import argparse
import sys

from chassis.dead_letters import command as dead_letters_command


def main() -> int:
    parser = argparse.ArgumentParser(prog="chassis", description="an operator's commands for what every service has")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("dead-letters", add_help=False, help="list, show and replay what services put aside")
    _, rest = parser.parse_known_args(sys.argv[1:2])
    return dead_letters_command.main([*rest, *sys.argv[2:]])


if __name__ == "__main__":
    sys.exit(main())
