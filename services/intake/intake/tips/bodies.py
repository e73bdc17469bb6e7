"""The bodies of the tips' calls; unknown fields are refused, and there is none for a person."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints

from event_schemas.values import Language
from intake.commands.tips import LONGEST_MESSAGE
from intake.filing.bodies import Body, LongText, ShortText
from intake.filing.text import clean_text
from intake.http.one_of import OneOf

_WHEN: Final = 200
MEMBERS: Final = {"category": "about", "tip_place": "where", "when_words": "when", "going_on": "still_going_on"}
"""The body's members by the catalogue's questions that they answer."""


class TipBody(Body):
    """`where` in words; `district` by name, in either script: without one the state's special branch decides."""

    about: Annotated[str, StringConstraints(max_length=80)]
    text: Annotated[LongText, StringConstraints(min_length=1)] = Field(repr=False)
    where: ShortText | None = Field(default=None, repr=False)
    district: Annotated[str, StringConstraints(max_length=100)] | None = None
    when: Annotated[ShortText, StringConstraints(max_length=_WHEN)] | None = Field(default=None, repr=False)
    still_going_on: bool | None = None
    language: Annotated[str, OneOf(Language)] = "hi"

    def answers(self) -> dict[str, Any]:
        """By the names of the catalogue's questions."""
        given = {question: getattr(self, member) for question, member in MEMBERS.items()}
        return {question: value for question, value in given.items() if value is not None and value != ""}


class MessageBody(Body):
    text: Annotated[
        str,
        StringConstraints(max_length=4 * LONGEST_MESSAGE),
        AfterValidator(clean_text),
        StringConstraints(min_length=1, max_length=LONGEST_MESSAGE),
    ] = Field(repr=False)
    passphrase: Annotated[str, StringConstraints(max_length=200)] | None = Field(default=None, repr=False)


EXAMPLES: Final = {
    "hi": {
        "about": "antisocial",
        "text": "पुल के नीचे रोज शाम को शराब पीकर लोग राह चलती लड़कियों को परेशान करते हैं",
        "where": "बड़ा पुल के नीचे, अररिया",
        "when": "रोज शाम 7 बजे के बाद",
        "still_going_on": True,
    },
    "en": {"about": "liquor", "text": "Liquor is sold behind the mill", "district": "Araria", "language": "en"},
}
MESSAGE_EXAMPLES: Final = {"hi": {"text": "गाड़ी रात दस बजे आती है", "passphrase": "4821-0937-5516-7240-1183"}}
