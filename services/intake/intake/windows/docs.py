"""The calls of hearing windows, as OpenAPI describes them."""

from typing import Final

from chassis.http.openapi import Answer, Body, Description
from chassis.http.problems import FORBIDDEN, NOT_FOUND
from intake import problems
from intake.http.paging import CURSOR
from intake.windows import shapes
from intake.windows.bodies import PublishBody, WithdrawWindowBody
from intake.windows.problems import LINK_MISSING, NOT_LAND_DISPUTE, OVERLAPS, PLACE_ELSEWHERE, SPAN, STATE

_POSTS: Final = "For the officer in charge of a station, the SDPO and the superintendent, of their own posts alone."
_SEEN: Final = "A station sees its own, a district's officers those of their district, headquarters all."
_WINDOW: Final = {"window_id": "Of the answer to its publication."}
_SPAN: Final = {
    "from": "Windows that begin since then, by default from today on; a date is India's day.",
    "until": "Windows that begin before then, by default 30 days later; a date is the whole of that day.",
}
_EXAMPLE: Final = {
    "starts_at": "2026-12-01T05:30:00Z",
    "modes": ["in_person", "video"],
    "slot_minutes": 15,
    "video_url": "https://meet.example.org/sho-5140003",
}
_OWN: Final = (NOT_FOUND, FORBIDDEN, STATE, problems.BUSY)

PUBLISH: Final = Description(
    "publish_hearing_window",
    "Publish a hearing window",
    f"Two hours; windows of one post never overlap: 409 `window_overlaps` names the other. {_POSTS}",
    (Answer(201, "Published, and durable", shapes.DeskWindow),),
    body=Body(PublishBody, {"example": _EXAMPLE}),
    problems=(
        problems.HEARING_IN_THE_PAST,
        problems.HEARING_TOO_FAR,
        problems.PLACE_UNKNOWN,
        problems.KEY_REUSED,
        PLACE_ELSEWHERE,
        LINK_MISSING,
        NOT_LAND_DISPUTE,
        OVERLAPS,
    ),
)
LIST: Final = Description(
    "list_hearing_windows",
    "Hearing windows",
    f"In the order of their beginning. {_SEEN}",
    (Answer(200, "A page", shapes.DeskWindows),),
    problems=(problems.CURSOR_INVALID, SPAN),
    parameters=_SPAN | {"cursor": CURSOR, "limit": "At most so many."},
)
REPORT: Final = Description(
    "report_hearing_windows",
    "Which hearing windows were kept, by post",
    f"Opened more than ten minutes late, or closed more than ten minutes early, a window is not kept. {_SEEN}",
    (Answer(200, "By post", shapes.WindowReport),),
    problems=(SPAN,),
    parameters=_SPAN,
)
OPEN: Final = Description(
    "open_hearing_window",
    "Open a hearing window",
    f"From 15 minutes before its beginning to its end. {_POSTS}",
    (Answer(200, "Open, and durable", shapes.DeskWindow),),
    problems=_OWN,
    parameters=_WINDOW,
)
CLOSE_WINDOW: Final = Description(
    "close_hearing_window",
    "Close a hearing window",
    f"One that is open. {_POSTS}",
    (Answer(200, "Closed, and durable", shapes.DeskWindow),),
    problems=_OWN,
    parameters=_WINDOW,
)
WITHDRAW: Final = Description(
    "withdraw_hearing_window",
    "Withdraw a hearing window",
    f"Only before its time: one that is not held afterwards is reported as missed. {_POSTS}",
    (Answer(200, "Withdrawn, and durable", shapes.DeskWindow),),
    body=Body(WithdrawWindowBody, {"example": {"reason_code": "law_and_order"}}),
    problems=_OWN,
    parameters=_WINDOW,
)
