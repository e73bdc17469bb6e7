"""The bodies of away notices; their answers are checked against the catalogue's questions."""

from typing import Any, Literal

from pydantic import Field

from intake.filing.bodies import Body


class AwayBody(Body):
    attributes: dict[str, Any] = Field(repr=False)


class ChangeBody(AwayBody):
    """What is left out stays as it was."""


class PassedByBody(Body):
    found: Literal["all_well", "something_wrong"]
