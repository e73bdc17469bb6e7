"""How a policy names the events that move its clocks: a type, and what some of its fields must be."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, Final, Self, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator, model_validator

from event_schemas.base import Event
from event_schemas.events import EVENT_CLASSES

Condition = bool | int | str
_OCCURRED: Final = "occurred_at"


class EventMatch(BaseModel):
    """An event type, conditions on its fields, and which fields give the round's key and its time."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: str = Field(description="the event's type")
    where: dict[str, Condition | tuple[Condition, ...]] = Field(
        default_factory=dict,
        description="field: the value it must have, or a list of which it must have one; "
        "`attributes.<name>` is an answer of a filing that travels in clear",
    )
    key: str | None = Field(
        default=None, description="the field that names the round (a kind, a hearing); a list names several rounds"
    )
    key_default: str | None = Field(default=None, description="the round's key if that field is empty")
    at: tuple[str, ...] = Field(
        default=(_OCCURRED,),
        min_length=1,
        description="the fact's time: the first of these fields that is there",
    )

    def matches(self, event: Event) -> bool:
        if event.type != self.event:
            return False
        for name, wanted in self.where.items():
            if _value(event, name) not in (wanted if isinstance(wanted, tuple) else (wanted,)):
                return False
        return True

    def keys(self, event: Event) -> tuple[str, ...]:
        """The keys of the rounds the event speaks of; empty if it names none."""
        if self.key is None:
            return ()
        value = getattr(event, self.key)
        found: Collection[Any] = value if isinstance(value, tuple) else () if value is None else (value,)
        keys = tuple(dict.fromkeys(str(key) for key in found))
        return keys or (() if self.key_default is None else (self.key_default,))

    def time(self, event: Event) -> datetime:
        """The first time there is among the fields of ``at``, or else when the fact came about.

        A filing on paper came about when the paper was received, whatever edition of the policies reads its event.
        """
        for name in self.at:
            time = event.happened_at if name == _OCCURRED else getattr(event, name)
            if isinstance(time, datetime):
                return time
        return event.happened_at

    @field_validator("event")
    @classmethod
    def _event_exists(cls, event: str) -> str:
        if event not in EVENT_CLASSES:
            raise ValueError(f"there is no event {event!r}")
        return event

    @model_validator(mode="after")
    def _fields_exist(self) -> Self:
        fields = EVENT_CLASSES[self.event].model_fields
        named = {name.partition(".")[0] if name.startswith(_ANSWER) else name for name in (*self.where, *self.at)} | (
            {self.key} if self.key is not None else set()
        )
        unknown = sorted(named - fields.keys())
        if unknown:
            raise ValueError(f"{self.event} has no field {', '.join(map(repr, unknown))}")
        for name in self.at:
            if name not in _times(EVENT_CLASSES[self.event]):
                raise ValueError(f"{self.event}.{name} is no time")
        for name, wanted in self.where.items():
            if name.startswith(_ANSWER):
                # Which answers there are is the catalogue's to say.
                continue
            self._refuse_impossible(name, wanted)
        if self.key_default is not None and self.key is None:
            raise ValueError("key_default without a key")
        return self

    def _refuse_impossible(self, name: str, wanted: Condition | tuple[Condition, ...]) -> None:
        field = EVENT_CLASSES[self.event].model_fields[name]
        adapter: TypeAdapter[Any] = TypeAdapter(cast("Any", field.annotation))
        for value in wanted if isinstance(wanted, tuple) else (wanted,):
            try:
                possible = adapter.validate_python(value) == value
            except ValidationError:
                possible = False
            if not possible:
                raise ValueError(f"{self.event}.{name} is never {value!r}")


_ANSWER: Final = "attributes."


def _value(event: Event, name: str) -> Any:
    """A field's value; of `attributes.<name>` the answer, None where it was not given."""
    if name.startswith(_ANSWER):
        return getattr(event, "attributes", {}).get(name.removeprefix(_ANSWER))
    return getattr(event, name)


@cache
def _times(event: type[Event]) -> frozenset[str]:
    """An event's fields that hold a time. Several hundred rules ask it of some forty events."""
    fields = event.model_json_schema()["properties"]
    return frozenset(
        name
        for name, schema in fields.items()
        if any(choice.get("format") == "date-time" for choice in schema.get("anyOf", [schema]))
    )
