"""What intake does: files, commands, takes in derived events."""

from intake.domain.derived import DERIVED_TYPES as TYPES

__all__ = ["TYPES"]
