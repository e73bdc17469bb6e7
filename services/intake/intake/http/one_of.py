"""A field of a body that takes the members of an enumeration of the events, by their values."""

from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from event_schemas.open_enum import OpenEnum


@dataclass(frozen=True, slots=True)
class OneOf:
    """`Annotated[str, OneOf(ResponderKind)]`: a known member's value, less those `but` names; else `literal_error`."""

    members: type[OpenEnum]
    but: tuple[OpenEnum, ...] = ()

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema([one.value for one in self.members.known() if one not in self.but])
