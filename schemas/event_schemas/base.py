"""What all records share: frozen, strict for writers, with a case, a time and a place in an order."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from event_schemas.times import UtcTime
from event_schemas.values import CaseId, EventId

__all__ = ["DerivedEvent", "DeskEvent", "Event", "IntakeEvent", "Record", "UtcTime"]


class Record(BaseModel):
    """Anything the codec writes to a topic. ``type`` and ``version`` travel as headers, not in the body."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    type: ClassVar[str]
    version: ClassVar[int] = 1
    producer: ClassVar[str]

    @classmethod
    def dataschema(cls) -> str:
        """The value of ``ce_dataschema``, such as ``ComplaintFiled.v1``."""
        return f"{cls.type}.v{cls.version}"


class Event(Record):
    """A fact of a case, in the past tense. ``occurred_at`` is the time of the fact, and every clock runs by it."""

    case_id: CaseId = Field(pattern=r"^c_[0-9A-Za-z_-]{1,62}$")
    occurred_at: UtcTime

    @property
    def happened_at(self) -> datetime:
        """When the fact came about for the clocks; the event itself may be of later."""
        return self.occurred_at


class IntakeEvent(Event):
    """A person's act. ``case_seq`` has no gap within its case, counted from 1 at the filing."""

    producer: ClassVar[str] = "intake"
    case_seq: int = Field(ge=1)


class DeskEvent(IntakeEvent):
    """An officer's act through intake. ``reported_at`` is the officer's own time and never moves a clock."""

    reported_at: UtcTime | None = None


class DerivedEvent(Event):
    """What a service concluded; ``cause_id`` is the id of the event it concluded it from."""

    cause_id: EventId = Field(min_length=1, max_length=200)
