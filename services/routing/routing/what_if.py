"""Which cases of a time would have gone elsewhere under another version."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from routing.domain import Decision, Snapshot, assign_station
from routing.store import StoredDecision


@dataclass(frozen=True, slots=True)
class Move:
    before: StoredDecision
    after: Decision


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`unknown` counts cases whose place is sealed or erased: they can not be compared."""

    compared: int
    unknown: int
    moves: tuple[Move, ...]

    def table(self) -> Iterable[str]:
        """From, to and how many, most first."""
        count = Counter((move.before.event.station.name, move.after.office.name) for move in self.moves)
        yield f"{'from':<36} {'to':<36} cases"
        for (before, after), number in sorted(count.items(), key=lambda item: (-item[1], item[0])):
            yield f"{before:<36} {after:<36} {number}"
        yield f"{len(self.moves)} of {self.compared} cases would move; {self.unknown} could not be compared"

    def geojson(self) -> Mapping[str, Any]:
        """The moved cases as points. No case id: the file is for a map that people pass around."""
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"from": move.before.event.station.code, "to": move.after.office.code},
                    "geometry": {"type": "Point", "coordinates": [round(point.lon, 3), round(point.lat, 3)]},
                }
                for move in self.moves
                for point in [move.before.filing.point]
                if point is not None
            ],
        }


def what_if(decisions: Iterable[StoredDecision], snapshot: Snapshot) -> WhatIf:
    """Compares first assignments: where a case was handed to afterwards is people's decision, not the version's."""
    compared = unknown = 0
    moves = []
    for stored in decisions:
        if stored.event.assignment_no != 1:
            continue
        if stored.filing.point is None and (stored.sealed is not None or not _has_place(stored)):
            unknown += 1
            continue
        compared += 1
        after = assign_station(snapshot, stored.filing)
        if after.office.code != stored.event.station.code:
            moves.append(Move(stored, after))
    return WhatIf(compared, unknown, tuple(moves))


def _has_place(stored: StoredDecision) -> bool:
    filing = stored.filing
    return bool(filing.named_station or filing.district or filing.pincode)
