"""The notifier's calls, as OpenAPI describes them."""

from typing import Final

from chassis.http.openapi import Answer, Description, Scheme
from chassis.http.problems import BAD_REQUEST, NOT_FOUND

from .problems import GATEWAY_REFUSED, GATEWAY_UNAVAILABLE, TEMPLATE_REFUSED

SIGNED_ADDRESS: Final = Scheme(
    "signedAddress",
    {
        "type": "apiKey",
        "in": "query",
        "name": "signature",
        "description": "The signature of the address that the gateway got with the message.",
    },
)
SEND: Final = Description(
    "send_message",
    "Send one message now",
    "For other programs of the suite: login codes, which cannot wait in a queue. `variables` are exactly those that "
    "the template declares. Nothing of the message is kept.",
    (Answer(202, "The gateway has taken it"),),
    problems=(TEMPLATE_REFUSED, GATEWAY_REFUSED, GATEWAY_UNAVAILABLE),
    stored=False,
)
OF_CASE: Final = Description(
    "list_notifications",
    "What was sent for a case",
    "To whom by role, by which channel, and what became of it, for officers in charge and other programs. Another's "
    "case is answered as one that there is not.",
    (Answer(200, "A page"),),
    problems=(NOT_FOUND, BAD_REQUEST),
    parameters={"case_id": "The case.", "cursor": "`next_cursor` of the page before."},
)
KANNEL: Final = Description(
    "report_delivery",
    "A delivery report of the gateway",
    "To the address that went out with the message. Whatever is wrong with a report, it is answered with 404: it tells "
    "nobody which messages there are.",
    (Answer(200, "Noted"),),
    problems=(NOT_FOUND, BAD_REQUEST),
    proofs=((SIGNED_ADDRESS,),),
    parameters={
        "notification_id": "Of the message.",
        "expires": "Until when it may be reported on, in Unix seconds.",
        "signature": "Binds message and time.",
        "state": "Kannel's delivery report type.",
        "at": "When it happened, in Unix seconds.",
    },
)
