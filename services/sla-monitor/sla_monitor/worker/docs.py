"""A worker's calls, as OpenAPI describes them."""

from typing import Final

from chassis.http.openapi import Answer, Description
from chassis.http.problems import NOT_FOUND
from sla_monitor.shared import docs

CASE: Final = Description(
    "read_case_clocks",
    "The clocks of a case",
    "As this worker keeps them, for officers in charge and other programs. A case of another worker, or of another's "
    "charge, is answered as one that there is not.",
    (Answer(200, "Its clocks, and each station's share"),),
    problems=(NOT_FOUND,),
    parameters=docs.CASE,
    stored=False,
)
OPEN: Final = Description(
    "list_open_clocks",
    "The open clocks of this worker's partitions",
    "The most urgent first, of the cases in the officer's charge.",
    (Answer(200, "A page"),),
    parameters=docs.OPEN,
    stored=False,
)
