"""The problems of the clocks' reports."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

NOT_COMPLETE = TYPES["ledger_not_complete"]
CURSOR_INVALID = TYPES["cursor_invalid"]
WINDOW_INVALID = TYPES["window_invalid"]
