"""The journeys of citizens as data: what is filed, what the police do, and all that must come of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.settings import load_yaml

FILE: Final = Path(__file__).with_name("data") / "journeys.yaml"


class Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WrongAnswer(Data):
    """A filing that is refused: the example with these answers, or without one, and the pointer of its fault."""

    attributes: Mapping[str, Any] = {}
    without: tuple[str, ...] = ()
    at: str


class Step(Data):
    """A command of the desk, by default the station's SHO; or an act of the citizen at his case's address.

    `refused`: the code that answers it instead of 202. `after`: a kind of paper that is waited for before; one that is
    not there at the end must have been revoked. A citizen's `add-document` uploads the body's `document`, his `e-sign`
    signs at the provider of signatures. `at`: another station than the case's. `person`: whom the case verifies; he
    logs in with the number that `{mobile}` stands for.
    """

    do: str
    body: Mapping[str, Any] = {}
    by: Literal["sho", "sp", "sdpo", "dispatcher", "citizen", "person"] = "sho"
    at: str | None = None
    refused: str | None = None
    after: str | None = None


class Way(Data):
    """How a citizen and the police go through one service.

    `name`: where a service has several. `filed`: over the catalogue's own example.
    """

    service: str
    name: str = ""
    by: Literal["citizen", "nobody", "counter"] = "citizen"
    filed: Mapping[str, Any] = {}
    steps: tuple[Step, ...] = Field(min_length=1)

    @property
    def id(self) -> str:
        return f"{self.service} {self.name}".strip()

    @property
    def acts(self) -> tuple[Step, ...]:
        """The steps that are taken, without those that are tried in vain."""
        return tuple(step for step in self.steps if step.refused is None)


class Journey(Way):
    """One citizen's way with one service, from the filing to its end.

    `route`: the reason of the assignment. `after_filing`, `after_documents`, `clocks`: the clocks and their states
    before the first document, before the first step, and at the end. `papers`: the kinds that the citizen downloads;
    `letters`: those to offices, which the desk alone does.
    `messages`: the templates of all that he gets, in Hindi; `messages_to_person`: those at the number of {mobile}.
    `at_counter`: over what an officer adds who files the same for him; with `received_at` it is entered from paper.
    """

    wrong: WrongAnswer | None = None
    urgent: bool = False
    route: str = "nearest"
    after_filing: Mapping[str, str] | None = None
    after_documents: Mapping[str, str] | None = None
    status: str
    outcome: str | None = None
    clocks: Mapping[str, str]
    papers: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    messages: tuple[str, ...] = Field(min_length=1)
    messages_to_person: tuple[str, ...] = ()
    at_counter: Mapping[str, Any] = {}

    @model_validator(mode="after")
    def _has_a_refusal(self) -> Self:
        if not any(step.refused for step in self.steps):
            raise ValueError(f"{self.id}: no command is refused")
        return self


class Journeys(Data):
    """`not_yet`: live services without a journey, `papers_not_yet`: kinds that none yields; each with the reason.

    `at_counter`: what an officer adds to each filing that he makes for the citizen before him.
    """

    journeys: tuple[Journey, ...]
    at_counter: Mapping[str, Any]
    not_yet: Mapping[str, str] = {}
    papers_not_yet: Mapping[str, str] = {}


def load() -> Journeys:
    return Journeys.model_validate(load_yaml(FILE))
