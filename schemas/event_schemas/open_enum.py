"""Enumerations that may grow: writers name a known member, readers take a value they don't know as ``unknown``."""

from enum import StrEnum
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

READING = "reading"
"""The validation context under which a model is read leniently, instead of written strictly."""


class OpenEnum(StrEnum):
    """Every subclass has a member ``UNKNOWN = "unknown"``, which only a reader ever meets."""

    @classmethod
    def known(cls) -> tuple[Self, ...]:
        """The members a writer may use."""
        return tuple(member for member in cls if member.value != "unknown")

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        known = cls.known()
        expected = ", ".join(repr(member.value) for member in known)

        def unknown_when_reading(value: object, info: ValidationInfo) -> OpenEnum:
            if info.context == READING and isinstance(value, str):
                return cls("unknown")
            raise PydanticCustomError("not_a_member", "Input should be one of {expected}", {"expected": expected})

        # Known values are matched in Rust; Python is entered for the unknown one alone.
        return core_schema.union_schema(
            [
                core_schema.literal_schema(list(known)),
                core_schema.with_info_plain_validator_function(unknown_when_reading),
            ],
            mode="left_to_right",
            custom_error_type="not_a_member",
            custom_error_message=f"Input should be one of {expected}",
            serialization=core_schema.to_string_ser_schema(when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": [member.value for member in cls.known()]}
