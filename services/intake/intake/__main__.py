"""`python -m intake` serves; `python -m intake token ...` prints a development officer's token."""

import sys

from chassis.logs import configure_logging
from chassis.run import serve
from intake.app import create_app
from intake.auth import devtoken
from intake.settings import IntakeSettings


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["token"]:
        return devtoken.main(arguments[1:])
    settings = IntakeSettings()
    configure_logging("intake", settings.log_level)
    return serve(create_app(settings), settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
