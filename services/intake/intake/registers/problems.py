"""The registers' problem types, from their data file."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

NEVER_PUBLISHED = TYPES["entry_never_published"]
ENTRY_EXISTS = TYPES["entry_exists"]
ENTRY_ENDED = TYPES["entry_ended"]
SEARCH_TOO_WIDE = TYPES["search_too_wide"]
NOT_A_PICTURE = TYPES["photo_not_a_picture"]
PHOTO_NOT_KEPT = TYPES["photo_not_kept"]
FIR_NOT_ONLINE = TYPES["fir_not_online"]
FIR_NEVER_ONLINE = TYPES["fir_never_online"]
FIR_UNKNOWN = TYPES["fir_unknown"]
VERSION_MISMATCH = TYPES["entry_version_mismatch"]
REGISTER_UNKNOWN = TYPES["register_unknown"]
