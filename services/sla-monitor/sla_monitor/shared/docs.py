"""The calls that workers and ledger have in common, as OpenAPI describes them."""

from typing import Final

from chassis.http.openapi import Answer, Description

POLICIES: Final = Description(
    "read_policies",
    "The promises in force, and every edition of them",
    "Which clock runs for which service, how long, and what stops it. Public.",
    (Answer(200, "The promises"),),
    stored=False,
)
CASE: Final = {"case_id": "As intake named it."}
OPEN: Final = {
    "clock": "Only this clock, such as `inquiry`.",
    "district": "Only this district, in Hindi or English.",
    "over": "Only what is overdue by so many seconds at least; negative ones are still to come.",
    "limit": "How many at most.",
    "cursor": "`next_cursor` of the page before.",
}
