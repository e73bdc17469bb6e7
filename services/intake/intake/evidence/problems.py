"""The problem types of evidence, from their data file, and the limits that some of them name."""

from pathlib import Path
from typing import Final

from chassis.http.problems import Problem, load_problem_types
from intake.evidence.faults import EvidenceFault

TYPES: Final = load_problem_types(Path(__file__).with_name("problems.yaml"))

TOO_LARGE = TYPES["evidence_too_large"]
DOCUMENT_UNKNOWN = TYPES["evidence_document_unknown"]
INFECTED = TYPES["evidence_infected"]
FOR_OFFICERS = TYPES["evidence_for_officers"]
WITHOUT_COPY = TYPES["evidence_without_copy"]
NOT_STRIPPED = TYPES["evidence_not_stripped"]
ERASED = TYPES["evidence_erased"]
EVIDENCE_BUSY = TYPES["evidence_busy"]
NO_FILE = TYPES["evidence_no_file"]
FORM_UNREADABLE = TYPES["evidence_form_unreadable"]
TUS_VERSION = TYPES["tus_version"]
TUS_HEADER_INVALID = TYPES["tus_header_invalid"]
OFFSET_MISMATCH = TYPES["tus_offset_mismatch"]
CHECKSUM_MISMATCH = TYPES["tus_checksum_mismatch"]


def problem_of(fault: EvidenceFault) -> Problem:
    """A fault's problem, with the limits that it names."""
    return Problem(TYPES[fault.code], fault.because, fault.limits)
