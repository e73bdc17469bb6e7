"""The problem types of a person's own data, from their data file."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

ERASURE_NOT_ASKED = TYPES["erasure_not_asked"]
ERASURE_DECIDED = TYPES["erasure_decided"]
ERASURE_WAITS = TYPES["erasure_waits"]
OWNER_UNREACHED = TYPES["owner_unreached"]
MESSAGES_UNAVAILABLE = TYPES["messages_unavailable"]
