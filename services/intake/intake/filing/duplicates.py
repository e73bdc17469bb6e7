"""How the desk finds emergencies that may be one, and floods of them: by keys kept with each case.

They are read at the desk alone: nothing here is asked when a case is filed, so no answer and no time of an answer
shows that another case exists.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from event_schemas import Lane, Location
from intake.case.model import Case, Trace
from intake.filing.geo import distance_m
from intake.filing.reading.place_finder import SAME_PLACE_M

# Of one accident many call within minutes; a call later than that is more likely another.
WINDOW = timedelta(minutes=15)
MAX_SHOWN = 20
# Cells no narrower than the distance within which places count as one, up to the north of India.
CELL_LAT, CELL_LON = 0.0046, 0.006
# More than these within about a window from one source or under one number is marked.
FLOOD = {"source": 20, "number": 5}


def desk_keys(
    filed_at: datetime,
    *,
    contact: str | None,
    location: Location | None,
    source: str | None,
    linked: Iterable[str] = (),
) -> tuple[str, ...]:
    """The keys of an emergency: claimed number, source and cell of the place, each with its stretch of time."""
    stretch = _stretch(filed_at)
    groups = (group for group in (number_group(contact), source_group(source)) if group)
    keys = (f"{group}:{stretch}" for group in groups)
    cells = () if location is None else cell_keys(location, filed_at)
    return (*keys, *cells, *(f"case:{case_id}" for case_id in linked))


def cell_keys(location: Location, filed_at: datetime) -> tuple[str, ...]:
    y, x = _cell(location)
    return (f"cell:{y}:{x}:{_stretch(filed_at)}",)


def number_group(contact: str | None) -> str | None:
    return None if contact is None else f"number:{contact.rpartition(':')[2][:16]}"


def source_group(source: str | None) -> str | None:
    return None if source is None else f"source:{source}"


def like_keys(case: Case) -> frozenset[str]:
    """The keys under which an emergency's possible duplicates stand."""
    if case.lane is not Lane.EMERGENCY:
        return frozenset()
    stretches = _stretches(case.filed_at)
    number = number_group(case.contact)
    keys = {f"{number}:{stretch}" for stretch in stretches} if number else set()
    keys |= {key for key in case.desk_keys if key.startswith("case:")} | {f"case:{case.case_id}"}
    if case.location is not None:
        y, x = _cell(case.location)
        keys |= {
            f"cell:{y + up}:{x + right}:{stretch}" for stretch in stretches for up in (-1, 0, 1) for right in (-1, 0, 1)
        }
    return frozenset(keys)


def possible_duplicates(case: Case, traces: Iterable[Trace]) -> tuple[str, ...]:
    """Ids of other emergencies of the same caller, number or place at about the time; the nearest in time first."""
    keys = like_keys(case)
    found = [trace for trace in traces if trace.case_id != case.case_id and _is_like(case, keys, trace)]
    found.sort(key=lambda trace: (abs(trace.filed_at - case.filed_at), trace.case_id))
    linked = (key.removeprefix("case:") for key in case.desk_keys if key.startswith("case:"))
    return tuple(dict.fromkeys((*linked, *(trace.case_id for trace in found))))[:MAX_SHOWN]


def flood_keys(case: Case) -> Mapping[str, tuple[str, ...]]:
    """The groups of an emergency with the keys to count, those of the stretches around it."""
    stretches = _stretches(case.filed_at)
    groups = {key.rpartition(":")[0] for key in case.desk_keys if key.partition(":")[0] in FLOOD}
    return {group: tuple(f"{group}:{stretch}" for stretch in stretches) for group in sorted(groups)}


def is_flood(group: str, count: int) -> bool:
    return count > FLOOD[group.partition(":")[0]]


def _is_like(case: Case, keys: frozenset[str], trace: Trace) -> bool:
    shared = keys & trace.keys
    if any(key.startswith("case:") for key in shared):
        return True
    if abs(trace.filed_at - case.filed_at) > WINDOW:
        return False
    if any(key.startswith("number:") for key in shared):
        return True
    if case.location is None or trace.location is None:
        return False
    return distance_m(case.location, trace.location) <= SAME_PLACE_M


def _stretch(moment: datetime) -> int:
    return int(moment.timestamp() // WINDOW.total_seconds())


def _stretches(moment: datetime) -> Sequence[int]:
    stretch = _stretch(moment)
    return (stretch - 1, stretch, stretch + 1)


def _cell(location: Location) -> tuple[int, int]:
    return int(location.lat // CELL_LAT), int(location.lon // CELL_LON)
