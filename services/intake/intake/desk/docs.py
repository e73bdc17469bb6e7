"""Descriptions of the desk's calls, for OpenAPI."""

from typing import Any, Final

from chassis.http.openapi import Answer, Body, Description
from chassis.http.problems import NOT_FOUND
from intake import problems
from intake.case.states import State
from intake.commands.docs import DONE, problems_of
from intake.commands.shapes import Done
from intake.commands.table import TABLE, Act
from intake.desk import shapes
from intake.http.paging import CURSOR

_SCOPE: Final = "A case outside of the officer's charge is answered as one that there is not (404)."
_CASE: Final = {"case_id": "As in the list."}

LIST: Final = Description(
    "list_desk_cases",
    "The inbox: own cases, newest first or by what is due first",
    "The cases in the officer's charge: of the station, the district, or all. No personal data. Names are sealed and "
    "under no key, so a case is found by its number alone.",
    (Answer(200, "A page", shapes.DeskPage),),
    problems=(problems.CURSOR_INVALID, problems.TRACKING_NUMBER_MISTYPED),
    parameters={
        "station": "A station's code; one's own without it.",
        "status": "Only cases in this state.",
        "service": "Only cases of this service.",
        "q": "A tracking number, with its check character: a mistyped one is refused.",
        "from": "Filed since then; a date is India's day.",
        "until": "Filed before then; a date is the whole of that day.",
        "open": "Only cases that are not over.",
        "overdue": "Only open cases whose first running clock of the police is past its due time.",
        "mine": "Only cases that were given to the officer who asks.",
        "sort": "`newest`, or `remaining`: what is due first, before cases without a running clock.",
        "group": "Only emergencies of one `group`, which floods share.",
        "cursor": CURSOR,
        "limit": "How many at most.",
    },
)
_STREAMED: Final = (
    "Server-Sent Events. `case`: a case was filed, assigned, transferred, escalated or changed; its line of the list "
    "as JSON, with `happened` and, of an emergency, `location`. `left`: that `case_id` is the officer's no more. "
    "`reload`: something may have been missed, read the list anew; it comes first unless `Last-Event-ID` is known. A "
    "comment while nothing happens. The stream ends with the officer's token. No personal data; who sees which case is "
    "the rule of the list."
)
_STREAM: Final = Answer(200, "The stream", schemas={"text/event-stream": {"type": "string"}})
STREAM: Final = Description(
    "stream_desk",
    "The inbox, live: every case in the officer's charge",
    _STREAMED,
    (_STREAM,),
    problems=(problems.TOO_MANY_STREAMS,),
)
STATION_STREAM: Final = Description(
    "stream_station",
    "A station's cases, live",
    f"Of his own station an officer hears all that his list shows. {_STREAMED}",
    (_STREAM,),
    problems=(problems.TOO_MANY_STREAMS,),
    parameters={"code": "The station's code."},
)
COUNTS: Final = Description(
    "count_desk_cases",
    "How many cases wait",
    "Of the cases in the officer's charge that are not over.",
    (Answer(200, "The counts", shapes.DeskCounts),),
    parameters={"station": "A station's code; one's own without it."},
)


def acknowledge_many(body: type[Any]) -> Description:
    return Description(
        "acknowledge_cases",
        "Acknowledge many cases",
        f"Each by a command of its own: one that is refused keeps no other back. {_SCOPE}",
        (Answer(200, "What became of each, in the order given", shapes.Acknowledged),),
        body=Body(body, {"example": {"case_ids": ["c_01KB1N0P4R5S6T7V8W9X0Y1Z2A"]}}),
    )


READ: Final = Description(
    "read_desk_case",
    "One case; personal data are masked",
    f"The status, and what an officer needs besides. `allowed` names the commands that would be accepted now. {_SCOPE}",
    (Answer(200, "The case", shapes.DeskCase, headers=("ETag",)),),
    problems=(NOT_FOUND,),
    parameters=_CASE,
)


def reveal(body: type[Any]) -> Description:
    return Description(
        "reveal_desk_case",
        "One case with its personal data",
        f"Who asked, when and why is kept. {_SCOPE}",
        (Answer(200, "The case, unmasked", shapes.DeskCase, headers=("ETag",)),),
        body=Body(body, {"hi": {"reason": "पीड़ित को फोन करना है"}, "en": {"reason": "To call the complainant back"}}),
        problems=(NOT_FOUND,),
        parameters=_CASE,
    )


def command(act: Act) -> Description:
    """A command by its act: who may give it, and in which states, is what the command table says."""
    row = TABLE[act]
    body, example = row.body, {} if row.example is None else {"example": row.example}
    own = body.__doc__ if "__doc__" in vars(body) and body.__doc__ else ""
    possible = {*row.moves, *(state for moves in row.also.values() for state in moves)}
    states = ", ".join(f"`{state}`" for state in State if state in possible)
    text = (
        f"{' '.join(own.split())}\n\nFor {', '.join(sorted(row.roles))}. Possible while the case is {states}; what is "
        f"allowed now stands in `allowed` of the case. With `If-Match` a stale screen is refused (412). A repeat with "
        f"the same `Idempotency-Key` gets the first answer. {_SCOPE}"
    )
    title = str(act).replace("-", " ").capitalize()
    return Description(
        f"{str(act).replace('-', '_')}_case",
        title if " " in title else f"{title} a case",
        text.strip(),
        (Answer(202, "Accepted", Done, headers=("ETag",), examples={"done": DONE}),),
        body=Body(body, example, required=body.model_json_schema().get("required") is not None),
        problems=(*problems_of(act), problems.VERSION_MISMATCH),
        parameters=_CASE,
    )


def check_in(body: type[Any]) -> Description:
    return Description(
        "check_in_visitor",
        "Check a citizen in at the counter",
        "With `tracking_number` or `case_id` the visit belongs to that case; without, it opens one, under the service "
        "`hearing`. The clock of the hearing starts.",
        (
            Answer(
                202,
                "Checked in: to a case that there was (the command's answer), or to a new one (a filing's answer).",
                either=(shapes.Visit, shapes.WalkIn),
                headers=("Location", "Content-Language"),
            ),
        ),
        body=Body(
            body,
            {
                "hi": {"complainant": {"name": "आशा देवी"}, "description": "जमीन के विवाद में सुनवाई"},
                "en": {"tracking_number": "JS-26-WNX3-D03V-B", "presence": "counter"},
            },
        ),
        problems=(
            *problems_of(Act.CHECK_IN),
            problems.TRACKING_NUMBER_MISTYPED,
            problems.PLACE_UNKNOWN,
            problems.PHONE_INVALID,
            problems.KEY_IN_PROGRESS,
        ),
    )
