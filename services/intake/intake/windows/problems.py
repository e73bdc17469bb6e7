"""The problem types of hearing windows, from their data file."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

OVERLAPS = TYPES["window_overlaps"]
LINK_MISSING = TYPES["window_link_missing"]
PLACE_ELSEWHERE = TYPES["window_place_elsewhere"]
STATE = TYPES["window_state"]
NOT_LAND_DISPUTE = TYPES["window_not_for_land_disputes"]
SPAN = TYPES["window_span"]
