"""The problems that are routing's own."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

STATION_UNKNOWN = TYPES["station_unknown"]
CURSOR_INVALID = TYPES["cursor_invalid"]
PLACE_MISSING = TYPES["place_missing"]
