"""The problem types of profiles and identity documents, from their data file."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

AADHAAR = TYPES["aadhaar_not_accepted"]
DOCUMENT_UNKNOWN = TYPES["identity_document_unknown"]
TOO_MANY = TYPES["identity_too_many"]
PROFILE_BUSY = TYPES["profile_busy"]
