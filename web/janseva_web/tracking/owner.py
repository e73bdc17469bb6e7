"""Who a visitor proves to be to a case, and the page that shows it to him."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from janseva_web.account.session import citizen_token
from janseva_web.pages import FieldFault, Pages
from janseva_web.suite.client import Asker
from janseva_web.suite.services import Citizens
from janseva_web.suite.shapes import Case, OwnCase
from janseva_web.visit import Visit

# Where nothing more is done, but for reopening and a word on how it went.
ENDED: Final = frozenset({"closed", "withdrawn"})
DECIDED: Final = frozenset({"closed", "resolved", "certificate_issued"})
REOPENING: Final = ("not_settled", "finding_wrong", "new_facts", "not_heard", "other")
REGISTRATION: Final = "senior-citizen-registration"
PART: Final = "part"
LONGEST_NUMBER: Final = 60


def is_registered(case: OwnCase) -> bool:
    """A senior citizen whom the station looks after, or soon will."""
    return case.service_code == REGISTRATION and case.status not in ENDED


def number_of(visit: Visit) -> str:
    return str(visit.request.path_params["number"])[:LONGEST_NUMBER]


@dataclass(frozen=True, slots=True)
class CaseDoor:
    """Opens cases to their owners."""

    pages: Pages
    citizens: Citizens

    async def owner(self, visit: Visit, number: str) -> Asker | None:
        """By the case's receipt, else by a login; None if this browser has neither."""
        receipt = visit.receipt_of(number)
        token = await citizen_token(visit, self.citizens)
        return visit.asker(token=token, receipt=receipt) if receipt or token else None

    def ask(self, visit: Visit, number: str = "", faults: Sequence[FieldFault] = ()) -> Response:
        """The page that asks for number and code."""
        return self.pages.page(visit, "track.html", status=422 if faults else 200, number=number, faults=faults)

    def show(self, visit: Visit, case: Case, *, done: str = "", faults: Sequence[FieldFault] = ()) -> Response:
        """The case; only the part that changes, if a script asks for it."""
        part = visit.request.method == "GET" and bool(visit.query(PART))
        return self.pages.page(
            visit,
            "case_part.html" if part else "case.html",
            status=422 if faults else 200,
            case=case,
            done=done,
            faults=faults,
            ended=case.status in ENDED,
            decided=case.status in DECIDED,
            reopening=[(code, visit.language.text(f"case.reopen.{code}")) for code in REOPENING],
            appeal_key=str(uuid.uuid4()),
            missing=[(paper.code, paper.name) for paper in case.documents if not paper.received],
        )
