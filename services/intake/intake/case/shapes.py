"""What answers about a case are made of, as models: they describe answers in OpenAPI, and tests hold each real one to
them.

Answers are written without them (http.answers), which is faster; so every member stands in them whether it may be null
or not, and none has a default.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

LaneName = Literal["emergency", "routine"]
ClockState = Literal["running", "paused", "met", "breached", "cancelled"]
Owner = Literal["police", "citizen"]
HelpKind = Literal["police", "ambulance", "fire"]
PriorityName = Literal["urgent", "high", "normal", "low"]


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class PromisedClock(Shape):
    """A promise that runs from now on: which clock, and until when."""

    clock: str
    clock_id: str
    due_at: datetime


class Offer(Shape):
    """What can be asked for, in words, and where to POST it."""

    text: str
    url: str


class HelplineNames(Shape):
    hi: str
    en: str
    ur: str


class HelplineShown(Shape):
    """A public number that helps beside the case; `action` is a link to offer, such as `tel:181`."""

    number: str
    names: HelplineNames
    action: str


class Notice(Shape):
    """What the citizen should know about what was accepted; `action` is a link to offer, such as `tel:112`."""

    code: str
    text: str
    action: str | None
