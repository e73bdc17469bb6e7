"""The ledger's calls, as OpenAPI describes them."""

from typing import Final

from chassis.http.openapi import Answer, Description
from chassis.http.problems import NOT_FOUND
from sla_monitor.ledger.problems import CURSOR_INVALID, NOT_COMPLETE, WINDOW_INVALID
from sla_monitor.ledger.views import ReportView
from sla_monitor.shared import docs

_TEXT: Final = {"type": "string"}

CASE: Final = Description(
    "read_case_rounds",
    "A case's clock rounds, shares, pauses, and the SLA events about them",
    "For officers in charge and other programs. A case of another's charge is answered as one that there is not.",
    (Answer(200, "Its rounds"),),
    problems=(NOT_FOUND,),
    parameters=docs.CASE,
)
OPEN: Final = Description(
    "list_open_rounds",
    "Open clock rounds, the most urgent first",
    "Of the cases in the officer's charge.",
    (Answer(200, "A page"),),
    problems=(CURSOR_INVALID, NOT_COMPLETE, WINDOW_INVALID),
    parameters=docs.OPEN,
)
REPORT: Final = Description(
    "read_report",
    "Compliance, percentiles, ageing and trend, each with its definition",
    "For HQ, and for a post of its own place. As JSON, as a table, or as a page.",
    (
        Answer(
            200,
            "The report, in the `format` asked for",
            ReportView,
            schemas={"text/csv": _TEXT, "text/html": _TEXT},
        ),
    ),
    problems=(NOT_COMPLETE, WINDOW_INVALID),
    parameters={
        "by": "What a row stands for.",
        "district": "Only this district, in Hindi or English.",
        "station": "Only this station, by its code.",
        "service": "Only this service.",
        "clock": "Only this clock.",
        "format": "`json`, `csv` or `html`.",
    },
)
