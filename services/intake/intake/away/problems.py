"""The problem types of away notices, from their data file."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

NOT_REGISTERED = TYPES["not_registered"]
NOTICE_OVER = TYPES["away_notice_over"]
TOO_MANY = TYPES["away_notices_too_many"]
