"""The problem types of opening a sealed case out of turn, from their data file."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

CASE_IN_CHARGE = TYPES["case_in_your_charge"]
OPENING_REVIEWED = TYPES["opening_reviewed"]
