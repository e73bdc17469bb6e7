"""The problems that are notifier's own."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

TEMPLATE_REFUSED = TYPES["template_refused"]
GATEWAY_REFUSED = TYPES["gateway_refused"]
GATEWAY_UNAVAILABLE = TYPES["gateway_unavailable"]
