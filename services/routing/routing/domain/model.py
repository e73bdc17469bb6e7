"""The model of routing: stations, districts, what is asked and what is decided. Frozen, without I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from shapely import Geometry

STATE_CONTROL_ROOM: Final = "control-room"
STATE_OFFICE: Final = "bihar"
# Offices above the districts name the state where a station names its district.
STATE: Final = "Bihar"


class StationKind(StrEnum):
    TERRITORIAL = "territorial"
    OUTPOST = "outpost"
    MAHILA = "mahila"
    SC_ST = "sc_st"
    CYBER = "cyber"
    ECONOMIC_OFFENCES = "economic_offences"
    RAILWAY = "railway"
    TRAFFIC = "traffic"
    PROHIBITION = "prohibition"


class NameOrigin(StrEnum):
    """Where a Hindi name is from: a witness's spelling, known parts, the rule table, an operator's file."""

    WITNESSED = "witnessed"
    PARTS = "parts"
    RULE = "rule"
    IMPORT = "import"


class Reason(StrEnum):
    """Why this office, as AssignedToStation says it."""

    JURISDICTION = "jurisdiction"
    NEAREST = "nearest"
    NAMED = "named"
    SPECIALIST = "specialist"
    TRANSFER = "transfer"
    ZERO_FIR = "zero_fir"
    AGAINST_POLICE = "against_police"
    CONTROL_ROOM = "control_room"


@dataclass(frozen=True, slots=True)
class StationRecord:
    """A police station of one version. Only a point that is `coord_ok` may decide anything by distance."""

    code: str
    name_en: str
    kind: StationKind
    police_district: str
    district: str
    name_hi: str = ""
    name_source: str = ""
    lat: float | None = None
    lon: float | None = None
    coord_ok: bool = False
    coord_shared: bool = False
    parent: str | None = None
    desk_online: bool = True
    sub_division: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    # Of `name_hi`; None without one. The confidence is the share of such names that is right, as far as it is known.
    name_hi_origin: NameOrigin | None = None
    name_hi_confidence: float = 0.0

    def valid(self, on: date | None) -> bool:
        """Whether it works on a day; `valid_to` is its last. None asks for no day in particular."""
        return holds(self.valid_from, self.valid_to, on)

    @property
    def located(self) -> bool:
        return self.coord_ok and self.lat is not None and self.lon is not None


@dataclass(frozen=True, slots=True)
class PoliceDistrict:
    """`district` is the revenue district, None for a railway's. The seat is the headquarters' point."""

    name: str
    code: str
    name_en: str
    district: str | None
    name_hi: str = ""
    seat_lat: float | None = None
    seat_lon: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """The jurisdiction of a station in WGS84 degrees, from its first to its last day (None: no such day)."""

    station: str
    geometry: Geometry
    name: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def valid(self, on: date | None) -> bool:
        """Whether it is in force on a day. None asks for no day in particular."""
        return holds(self.valid_from, self.valid_to, on)


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """Ground that a specialist unit covers along a line, such as a railway's: a line or an area, in WGS84 degrees."""

    station: str
    line: str
    geometry: Geometry


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A revenue district's outline, in WGS84 degrees."""

    district: str
    geometry: Geometry
    name_hi: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """An administrative block of a revenue district, in WGS84 degrees: provisional ground of its stations."""

    name: str
    district: str
    geometry: Geometry


@dataclass(frozen=True, slots=True)
class Specialist:
    """Submissions whose `field` ("service_code" or "category") has this value belong to units of `kind`."""

    field: str
    value: str
    kind: StationKind


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Everything one version consists of. Immutable once it has its name."""

    version: str
    stations: tuple[StationRecord, ...]
    police_districts: tuple[PoliceDistrict, ...]
    outlines: tuple[Outline, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    pin_districts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    specialists: tuple[Specialist, ...] = ()
    corridors: tuple[Corridor, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def dated(self) -> bool:
        """Whether a station or a jurisdiction begins or ends, so that the day of a decision matters."""
        dated: tuple[StationRecord | Boundary, ...] = (*self.stations, *self.boundaries)
        return any(row.valid_from or row.valid_to for row in dated)


class Point(NamedTuple):
    """WGS84 degrees; `accuracy_m` is the radius that the device reported for the fix."""

    lat: float
    lon: float
    accuracy_m: float | None = None


class Filing(NamedTuple):
    """What the rules look at, in the words of intake's catalogue: nothing here says who files."""

    emergency: bool
    service_code: str = ""
    category: str | None = None
    point: Point | None = None
    named_station: str | None = None
    district: str | None = None
    pincode: str | None = None
    against_police: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """Where a case goes: a station, the office of an SDPO or an SP, a control room. `post`:`code` is its officer."""

    code: str
    name: str
    district: str
    police_district: str
    post: str
    name_hi: str = ""

    @property
    def officer_post(self) -> str:
        return f"{self.post}:{self.code}"


class Decision(NamedTuple):
    """The answer with its reason and its doubt. `confidence` is 0 to 1; `notes` are stable codes for people."""

    office: Office
    reason: Reason
    provisional: bool
    confidence: float
    boundary_version: str
    territorial_station: StationRecord | None = None
    distance_to_edge_m: float | None = None
    ambiguous_with: tuple[str, ...] = ()
    previous_station: str | None = None
    notes: tuple[str, ...] = ()


class Territory(NamedTuple):
    """Whose ground a point is, as far as it can be known. `station` is None outside and where nothing is known."""

    station: StationRecord | None
    reason: Reason
    provisional: bool
    confidence: float
    district: str | None = None
    police_district: str | None = None
    distance_to_edge_m: float | None = None
    ambiguous_with: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def holds(first: date | None, last: date | None, on: date | None) -> bool:
    """Whether a day lies between a first and a last one, both included. No day in particular always does."""
    return on is None or ((first is None or first <= on) and (last is None or on <= last))


def as_array(geometries: Sequence[Geometry]) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """An object array that numpy does not try to look into."""
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return array
