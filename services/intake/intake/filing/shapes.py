"""The answer to a filing, as a model for OpenAPI and the tests."""

from datetime import datetime

from pydantic import Field

from intake.case.shapes import HelplineShown, LaneName, Notice, Offer, PromisedClock, Shape


class EarlierFiling(Shape):
    """A case of the same login that is nearly the same. `text` says what that means."""

    tracking_number: str
    service_code: str
    filed_at: datetime
    text: str


class FiledCase(Shape):
    """An accepted submission. Keep `receipt_secret`: it opens the status without a login and is never shown again."""

    case_id: str
    tracking_number: str = Field(pattern=r"^JS-[0-9]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}-.$")
    receipt_secret: str
    status_url: str
    service_code: str
    lane: LaneName
    filed_at: datetime
    due: list[PromisedClock]
    notices: list[Notice]
    helplines: list[HelplineShown]
    emergency: Offer | None = Field(description="Whom danger threatens now calls for help out of the filing: one POST.")
    possible_duplicates: list[EarlierFiling] = Field(description="The filer's own, if logged in; filed all the same.")
