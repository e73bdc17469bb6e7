"""Pure decisions over an immutable snapshot of stations and boundaries."""

from routing.domain.model import (
    Block,
    Boundary,
    Corridor,
    Dataset,
    Decision,
    Filing,
    NameOrigin,
    Office,
    Outline,
    Point,
    PoliceDistrict,
    Reason,
    Specialist,
    StationKind,
    StationRecord,
    Territory,
)
from routing.domain.rules import assign_station
from routing.domain.snapshot import Snapshot

__all__ = [
    "Block",
    "Boundary",
    "Corridor",
    "Dataset",
    "Decision",
    "Filing",
    "NameOrigin",
    "Office",
    "Outline",
    "Point",
    "PoliceDistrict",
    "Reason",
    "Snapshot",
    "Specialist",
    "StationKind",
    "StationRecord",
    "Territory",
    "assign_station",
]
