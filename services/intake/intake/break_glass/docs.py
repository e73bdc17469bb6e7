"""The calls of opening a sealed case out of turn, for OpenAPI."""

from typing import Any, Final

from chassis.http.openapi import Answer, Description
from chassis.http.openapi import Body as RequestBody
from chassis.http.problems import FORBIDDEN, NOT_FOUND
from intake.break_glass import shapes
from intake.break_glass.domain import LIMITS
from intake.break_glass.problems import CASE_IN_CHARGE, OPENING_REVIEWED

_HOURS: Final = int(LIMITS.open_for.total_seconds() // 3600)

LIST: Final = Description(
    "list_break_glass_openings",
    "Openings of sealed cases that wait for review",
    "For the superiors of who opened: the SDPO and SP of the district, and headquarters. The oldest first; `overdue` "
    f"once {LIMITS.review_within.days} days have passed without a review.",
    (Answer(200, "The openings", shapes.OpeningList),),
    problems=(FORBIDDEN,),
)


def opened(body: type[Any]) -> Description:
    return Description(
        "open_sealed_case",
        "Open a sealed case out of turn",
        f"For an officer who has no charge of a sensitive case or a complaint against police. For {_HOURS} hour the "
        "case can be read and its details opened, and nothing else; it ends by itself. The reason stands in the case's "
        "audit trail, and a superior reviews it. Never the accused office or one under it, never a secret tip: these "
        "are answered as a case that there is not.",
        (Answer(201, "It is open", shapes.SealedCaseOpened),),
        body=RequestBody(body, {"example": {"reason": "The child was brought to this station"}}),
        problems=(NOT_FOUND, CASE_IN_CHARGE),
        parameters={"case_id": "As the officer was given it."},
    )


def reviewed(body: type[Any]) -> Description:
    return Description(
        "review_break_glass_opening",
        "Confirm an opening, or object to it",
        "Once, with a reason, by a superior of who opened. An objection ends the opening at once.",
        (Answer(200, "The review", shapes.Reviewed),),
        body=RequestBody(body, {"example": {"decision": "confirm", "reason": "The child was at the station"}}),
        problems=(FORBIDDEN, NOT_FOUND, OPENING_REVIEWED),
        parameters={"opening_id": "As the list gives it."},
    )
