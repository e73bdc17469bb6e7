"""The problems that are certificate's own."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

LINK_REFUSED = TYPES["link_refused"]
CERTIFICATE_ERASED = TYPES["certificate_erased"]
CERTIFICATE_REVOKED = TYPES["certificate_revoked"]
