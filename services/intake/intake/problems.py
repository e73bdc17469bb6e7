"""Intake's problem types. A code never changes its meaning."""

from pathlib import Path
from typing import Final

from chassis.http.problems import load_problem_types

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

UNKNOWN_SERVICE = TYPES["unknown_service"]
SERVICE_NOT_LIVE = TYPES["service_not_live"]
SERVICE_NOT_IN_DISTRICT = TYPES["service_not_in_district"]
SERVICE_IS_A_LOOKUP = TYPES["service_is_a_lookup"]
SERVICE_NOT_FOUND = TYPES["service_not_found"]
LOCATION_OUTSIDE_INDIA = TYPES["location_outside_india"]
PHONE_INVALID = TYPES["phone_invalid"]
CERTIFICATE_REVOKED = TYPES["certificate_revoked"]
CERTIFICATE_ERASED = TYPES["certificate_erased"]
CERTIFICATE_UNAVAILABLE = TYPES["certificate_unavailable"]
KEY_MISSING = TYPES["idempotency_key_missing"]
KEY_INVALID = TYPES["idempotency_key_invalid"]
KEY_REUSED = TYPES["idempotency_key_reused"]
KEY_IN_PROGRESS = TYPES["idempotency_in_progress"]
TRACKING_NUMBER_MISTYPED = TYPES["tracking_number_mistyped"]
TRANSITION_NOT_ALLOWED = TYPES["transition_not_allowed"]
VERSION_MISMATCH = TYPES["version_mismatch"]
BUSY = TYPES["case_busy"]
UNKNOWN_COMMAND = TYPES["unknown_command"]
CLOCK_UNKNOWN = TYPES["clock_unknown"]
CLOCK_NOT_PAUSABLE = TYPES["clock_not_pausable"]
CLOCK_NOT_PAUSED = TYPES["clock_not_paused"]
CLOCK_RUNNING = TYPES["clock_running"]
KINDS_MISSING = TYPES["kinds_missing"]
KIND_NOT_OUT = TYPES["kind_not_out"]
SECTIONS_UNKNOWN = TYPES["sections_unknown"]
ZERO_FIR_EXISTS = TYPES["zero_fir_exists"]
FIR_NOT_PUBLISHABLE = TYPES["fir_not_publishable"]
ENQUIRY_NOT_ALLOWED = TYPES["enquiry_not_allowed"]
REOPENING_TOO_LATE = TYPES["reopening_too_late"]
APPEAL_NOT_OFFERED = TYPES["appeal_not_offered"]
APPEAL_FILED = TYPES["appeal_already_filed"]
ESIGN_UNAVAILABLE = TYPES["esign_unavailable"]
ESIGN_INVALID = TYPES["esign_invalid"]
ESIGN_EXPIRED = TYPES["esign_expired"]
ESIGN_REFUSED = TYPES["esign_refused"]
ANOTHER_OFFICE_CONFIRMS = TYPES["another_office_confirms"]
PERMISSION_MISSING = TYPES["permission_missing"]
CERTIFICATE_UNKNOWN = TYPES["certificate_unknown"]
PAPER_UNKNOWN = TYPES["paper_unknown"]
APPROVER_NOT_ENTITLED = TYPES["approver_not_entitled"]
IDENTITY_NOT_CONFIRMED = TYPES["identity_not_confirmed"]
HEARING_UNKNOWN = TYPES["hearing_unknown"]
TOO_MANY_STREAMS = TYPES["too_many_streams"]
TICKET_INVALID = TYPES["stream_ticket_invalid"]
CURSOR_INVALID = TYPES["cursor_invalid"]
PLACE_UNKNOWN = TYPES["place_unknown"]
OFFICE_ACCUSED = TYPES["office_accused"]
HEARING_IN_THE_PAST = TYPES["hearing_in_the_past"]
HEARING_TOO_FAR = TYPES["hearing_too_far"]
HEARING_TOO_LONG = TYPES["hearing_too_long"]
SLOT_BOOKED = TYPES["slot_taken"]

DUPLICATES: Final = {one.code: one for one in TYPES.values() if one.code.startswith("duplicate_")}
"""Why another emergency cannot stand for this one, by code."""
