"""What a run of the demo may be asked to do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_CITIZENS: Final = 2_000
LATE_S: Final = 5.0
"""A breach is emitted within this time of its due time; a loaded machine needs more."""


class Planted(StrEnum):
    """A fault that the demo must find."""

    LOSE = "lose"
    DOUBLE = "double"
    WRONG_PERSON = "wrong-person"
    WRONG_PAPER = "wrong-paper"
    DOCUMENTS_TWICE = "documents-twice"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Options:
    """`kill` kills each service once, with -9, while citizens file. `patience_s` is for what is still on its way.
    A breach emitted more than `late_s` after its due time is a finding.
    """

    citizens: int = 300
    seed: int = 112
    over_s: float = 30.0
    plant: Planted | None = None
    kill: bool = False
    patience_s: float = 45.0
    late_s: float = LATE_S
