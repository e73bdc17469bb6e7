"""`python -m routing` serves; `python -m routing COMMAND` keeps the geography."""

import sys
from collections.abc import Sequence
from pathlib import Path

from chassis.logs import configure_logging
from chassis.run import serve
from routing.app import create_app
from routing.build_data import build_data
from routing.settings import RoutingSettings


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments == ["serve"]:
        return run_service()
    if arguments[0] == "build-data" and len(arguments) == 2:
        return run_build_data(Path(arguments[1]))
    print("usage: python -m routing [serve | build-data FOLDER]", file=sys.stderr)  # noqa: T201
    return 2


def run_service() -> int:
    settings = RoutingSettings()
    configure_logging("routing", settings.log_level)
    return serve(create_app(settings), settings)


def run_build_data(sources: Path) -> int:
    report = build_data(sources)
    doubts = f"{len(report.misplaced)} misplaced, {len(report.shared_coordinates)} share a point"
    print(f"{report.stations} stations ({doubts}), {report.districts} districts, {report.boundaries} boundaries")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
