"""The FIR's calls, as OpenAPI describes them."""

from typing import Final

from chassis.http.openapi import Answer, Body, Description
from chassis.http.problems import FORBIDDEN, TOO_MANY_REQUESTS, VALIDATION_FAILED
from intake import problems
from intake.http.paging import CURSOR
from intake.registers import shapes
from intake.registers.fir_desk import ReleaseFIR, WithholdFIR
from intake.registers.problems import FIR_NEVER_ONLINE, FIR_NOT_ONLINE, FIR_UNKNOWN

_FIR: Final = {"station": "5140003", "year": 2026, "number": "45/2026"}

READ: Final = Description(
    "read_fir",
    "The released text of an FIR",
    "By police station, year and number, without a login. An FIR that is withheld, not online yet, or not there gets "
    "one and the same answer, `fir_not_online`, which names the ways to a copy: nothing tells one from another.",
    (Answer(200, "The text", shapes.FIRCopy, headers=("Content-Language",)),),
    problems=(FIR_NOT_ONLINE, VALIDATION_FAILED, TOO_MANY_REQUESTS),
    parameters={
        "station": "The police station's code, as /v1/stations gives it.",
        "year": "The year of the FIR.",
        "number": "Its number, such as `45`, `45/2026` or `कांड संख्या 45/26`.",
    },
)
LIST: Final = Description(
    "list_fir_decisions",
    "FIRs that wait for a decision, are online, or are withheld",
    "Of the officer's own charge, the newest first. An FIR is to be online, or withheld, by `due_at`: within 24 "
    "hours of its registration.",
    (Answer(200, "A page", shapes.FIRDecisionPage),),
    problems=(problems.CURSOR_INVALID,),
    parameters={
        "state": "`pending` (the default), `online` or `withheld`.",
        "station": "A station's code.",
        "cursor": CURSOR,
        "limit": "How many at most.",
    },
)
RELEASE: Final = Description(
    "release_fir",
    "Put the text of an FIR online",
    "The text is the officer's: no machine takes anything out of it. FIRs of sensitive cases are never online.",
    (Answer(200, "Online", shapes.FIRDecisionItem),),
    body=Body(
        ReleaseFIR,
        {
            "example": {
                **_FIR,
                "text": "सूचक के अनुसार दिनांक 20 नवंबर 2026 को बाजार से साइकिल चोरी हुई। अनुसंधान जारी है।",
                "redacted": True,
                "registered_at": "2026-11-20T10:00:00+05:30",
                "sections": ["303(2)"],
            }
        },
    ),
    problems=(FORBIDDEN, FIR_NEVER_ONLINE, FIR_UNKNOWN, VALIDATION_FAILED, problems.BUSY),
)
WITHHOLD: Final = Description(
    "withhold_fir",
    "Keep an FIR offline, or take it off",
    "By an SDPO or a higher post, with a reason that officers alone read. The public's answer is that of an FIR that "
    "is not there.",
    (Answer(200, "Withheld", shapes.FIRDecisionItem),),
    body=Body(
        WithholdFIR, {"example": {**_FIR, "reason": "पीड़ित की पहचान", "registered_at": "2026-11-20T10:00:00+05:30"}}
    ),
    problems=(FORBIDDEN, FIR_UNKNOWN, VALIDATION_FAILED, problems.BUSY),
)
