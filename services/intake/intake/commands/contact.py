"""How messages reach a citizen whose phone others may read: what he says of it, at filing and later."""

from datetime import timedelta
from typing import Final

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from event_schemas import SafeContact
from event_schemas.values import LocalMinute
from intake.case.command import CommandBody, Context, EventDraft
from intake.case.model import Case

# Within less a message might not leave for days.
SHORTEST_HOURS: Final = timedelta(minutes=30)


class ContactBody(CommandBody):
    """`neutral`: messages name nothing of the case. `opens`, `closes`: India's time, between which alone they go out.

    Both or neither; over midnight if it closes first. With `neutral` false and no hours messages are as usual.
    """

    neutral: bool
    opens: LocalMinute | None = Field(default=None, repr=False)
    closes: LocalMinute | None = Field(default=None, repr=False, validate_default=True)

    @field_validator("closes")
    @classmethod
    def _leaves_time_enough(cls, closes: str | None, info: ValidationInfo) -> str | None:
        if "opens" not in info.data:  # refused by itself
            return closes
        opens = info.data["opens"]
        if (opens is None) != (closes is None):
            raise PydanticCustomError("hours_incomplete", "needs both times")
        hours = SafeContact(opens=opens, closes=closes).hours
        if hours is not None and hours.length < SHORTEST_HOURS:
            raise PydanticCustomError("hours_too_short", "leaves too little time")
        return closes

    def safe_contact(self) -> SafeContact:
        return SafeContact(neutral=self.neutral, opens=self.opens, closes=self.closes)


def change_contact(body: ContactBody, case: Case, context: Context) -> EventDraft:
    sealed = context.seal(case.case_id, body.safe_contact().to_json(), context.now)
    return EventDraft({"sealed_contact": sealed}, {"sealed_contact": sealed})
