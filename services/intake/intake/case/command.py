"""What a command is decided from, and what its decision makes: the shapes that all deciders share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from event_schemas.base import IntakeEvent
from event_schemas.policies import PolicySet
from intake.case.model import Idempotency
from intake.case.states import State
from intake.offices.domain import NoOffices, Offices


@dataclass(frozen=True, slots=True)
class Context:
    """Who acts and when: `now` is the server's time, the only one that moves a clock."""

    now: datetime
    event_id: str
    by_post: str
    policies: PolicySet
    command: Idempotency | None = None
    offices: Offices = field(default_factory=NoOffices)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`state` overrules the table's where the facts of the case do."""

    event: type[IntakeEvent] | None
    fields: Mapping[str, Any]
    update: Mapping[str, Any] = field(default_factory=dict)
    state: State | None = None


def outcome_of(kind: type[IntakeEvent], /, **fields: Any) -> Outcome:
    return Outcome(kind, fields)
