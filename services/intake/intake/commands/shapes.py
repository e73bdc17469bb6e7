"""The answer to a command, as a model for OpenAPI and the tests."""

from intake.case.shapes import Shape
from intake.case.states import State


class Done(Shape):
    """An accepted command: where the case stands after it. `version` goes into the next `If-Match`."""

    case_id: str
    tracking_number: str
    status: State
    version: int
    event_id: str
