"""What a command is made of: its body, what it is decided from, and the draft of its event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from chassis.http.moments import Instant
from event_schemas.base import IntakeEvent
from event_schemas.policies import PolicySet
from intake.case.identity import FirstHolder
from intake.case.model import Idempotency
from intake.case.person import VerifiedPerson
from intake.case.states import State
from intake.offices.domain import NoOffices, Offices

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
Id = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[\x21-\x7e]+$")]


Seal = Callable[[str, bytes, datetime], str]
"""Seals what belongs to a case, by its id, under the key of that time."""


def no_seal(_case_id: str, _text: bytes, _at: datetime) -> str:
    raise RuntimeError("what is to be sealed needs the key ring")


class CommandBody(BaseModel):
    """What a command says; checked before the case is looked at."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def fields(self) -> dict[str, Any]:
        """What the event of the same fields takes over."""
        return self.model_dump(exclude={"reported_at"}, exclude_none=True)


class DeskCommandBody(CommandBody):
    """`reported_at` is the officer's own time: it is kept and never moves a clock."""

    reported_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Who acts and when: `now` is the server's time, the only one that moves a clock.

    `sub` and `station` are those of who acts; `person` is whom the case verifies, for the commands that ask for him.
    """

    now: datetime
    event_id: str
    by_post: str
    policies: PolicySet
    command: Idempotency | None = None
    offices: Offices = field(default_factory=NoOffices)
    seal: Seal = no_seal
    first_holder: FirstHolder | None = None
    station: str | None = None
    person: VerifiedPerson | None = None
    sub: str = ""


@dataclass(frozen=True, slots=True)
class EventDraft:
    """The fields of the command's event besides what every event has; None: no other service needs to hear of it.

    `update` are the fields of CaseUpdate that the command sets; `state` overrules the command table's where the facts
    of the case do. `further` are the events that the same write emits after it.
    """

    fields: Mapping[str, Any] | None
    update: Mapping[str, Any] = field(default_factory=dict)
    state: State | None = None
    further: tuple[tuple[type[IntakeEvent], Mapping[str, Any]], ...] = ()


def reported_at(body: CommandBody) -> datetime | None:
    return body.reported_at if isinstance(body, DeskCommandBody) else None
