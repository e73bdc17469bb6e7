"""The calls of away notices, as OpenAPI describes them."""

from typing import Final

from chassis.http.openapi import Answer, Body, Description
from chassis.http.problems import NOT_FOUND
from intake import problems
from intake.away import shapes
from intake.away.bodies import AwayBody, ChangeBody, PassedByBody
from intake.away.problems import NOT_REGISTERED, NOTICE_OVER, TOO_MANY

_WHO: Final = "For the owner of the registration: by the token of its phone, or its receipt."
_PRIVATE: Final = (
    "Only the officers of the registered station who go out read it; it stands in no event, log or metric, and goes "
    "seven days after the return."
)
_READERS: Final = "For the officer in charge of the registered station and his officers; anybody else gets 404."
_OWNED: Final = (NOT_FOUND, problems.TRACKING_NUMBER_MISTYPED, problems.BUSY)
_NUMBER: Final = {"tracking_number": "Of the registration."}
_NOTICE: Final = {"notice_id": "Of the answer to the notice."}
_EXAMPLE: Final = {"attributes": {"away_from": "2026-12-01", "away_until": "2026-12-20", "house": "locked"}}

GIVE: Final = Description(
    "give_away_notice",
    "Tell the station that the house will be empty",
    f"The questions are those of the catalogue's `senior-away-notice`; at most 90 days. {_PRIVATE} {_WHO}",
    (Answer(201, "Kept, and durable", shapes.OwnNotice, headers=("Content-Language",)),),
    body=Body(AwayBody, {"example": _EXAMPLE}),
    problems=(*_OWNED, NOT_REGISTERED, TOO_MANY, problems.KEY_MISSING, problems.SERVICE_NOT_LIVE),
    parameters=_NUMBER,
)
OWN: Final = Description(
    "list_away_notices",
    "One's own away notices",
    f"With who read them and when somebody passed by. {_WHO}",
    (Answer(200, "Those that are still kept", shapes.AwayNotices, headers=("Content-Language",)),),
    problems=_OWNED,
    parameters=_NUMBER,
)
CHANGE: Final = Description(
    "change_away_notice",
    "Change an away notice",
    f"What is left out stays as it was. {_WHO}",
    (Answer(200, "As it is now", shapes.OwnNotice, headers=("Content-Language",)),),
    body=Body(ChangeBody, {"example": {"attributes": {"away_until": "2026-12-24"}}}),
    problems=(*_OWNED, NOTICE_OVER),
    parameters=_NUMBER | _NOTICE,
)
RETURN: Final = Description(
    "end_away_notice",
    "Tell that one is back",
    f"Also earlier than was given. {_WHO}",
    (Answer(200, "As it is now", shapes.OwnNotice, headers=("Content-Language",)),),
    problems=(*_OWNED, NOTICE_OVER),
    parameters=_NUMBER | _NOTICE,
)
CANCEL: Final = Description(
    "cancel_away_notice",
    "Cancel an away notice",
    f"All that it holds is deleted at once. {_WHO}",
    (Answer(204, "Deleted"),),
    problems=(*_OWNED, NOTICE_OVER),
    parameters=_NUMBER | _NOTICE,
)
ROUND: Final = Description(
    "list_round",
    "Away notices of the own station",
    f"Without days and addresses. {_READERS}",
    (Answer(200, "The newest first", shapes.DeskNotices),),
)
READ: Final = Description(
    "read_away_notice",
    "Read an away notice",
    f"The reading is recorded first. {_READERS}",
    (Answer(200, "With days and address", shapes.ReadNotice),),
    problems=(NOT_FOUND,),
    parameters=_NOTICE,
)
PASSED: Final = Description(
    "record_round",
    "Record that somebody passed by",
    f"The owner reads it. {_READERS}",
    (Answer(200, "Recorded, and durable", shapes.DeskNotice),),
    body=Body(PassedByBody, {"example": {"found": "all_well"}}),
    problems=(NOT_FOUND, problems.BUSY),
    parameters=_NOTICE,
)
