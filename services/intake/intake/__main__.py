"""`python -m intake` serves; `python -m intake token ...` prints a development officer's token."""

import sys

from chassis.policy_file import PoliciesRefused
from chassis.run import start
from intake.app import create_app
from intake.auth import devtoken
from intake.settings import IntakeSettings


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["token"]:
        return devtoken.main(arguments[1:])
    return start("intake", IntakeSettings, create_app, refusals=(PoliciesRefused,))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
