"""Where a case goes when a station hands it on, and when that must stop: a citizen is not sent around in circles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from routing.domain.model import STATE_CONTROL_ROOM, Decision, Filing, Office, Reason
from routing.domain.rules import DESK_NOT_ONLINE, assign_station, desk_notes
from routing.domain.snapshot import Snapshot
from routing.domain.territory import find_territory

# The third hand-over in a row is the superintendent's to decide.
MAX_HOPS: Final = 2
SUPERIORS: Final = ("SP:", "DIG:", "HQ:")


@dataclass(frozen=True, slots=True)
class Hop:
    """An office the case has been at, in order."""

    code: str
    police_district: str


@dataclass(frozen=True, slots=True)
class TransferRequest:
    to_station: str | None
    by_post: str


def transfer_case(snapshot: Snapshot, filing: Filing, chain: Sequence[Hop], request: TransferRequest) -> Decision:
    """The next office: the one asked for, else the next by rule; back to an earlier one or a third hop, the SP."""
    visited = {hop.code for hop in chain}
    by_superior = request.by_post.startswith(SUPERIORS)
    asked = _office(snapshot, request.to_station)
    notes = _asked_notes(snapshot, request.to_station) if asked is None else ()
    decision = _asked(snapshot, asked) if asked is not None else _next_by_rule(snapshot, filing, visited)
    why_not = _obstacle(snapshot, filing, chain, visited, decision, by_superior=by_superior)
    if decision is None or why_not is not None:
        decision = _superintendent(snapshot, chain, decision)
        if _is_accused(snapshot, filing, decision.office):
            decision = _asked(snapshot, snapshot.control_room())
        notes = (*notes, why_not or "no_other_station")
    return decision._replace(
        reason=Reason.TRANSFER,
        previous_station=chain[-1].code if chain else None,
        notes=(*decision.notes, *notes),
    )


def _obstacle(
    snapshot: Snapshot,
    filing: Filing,
    chain: Sequence[Hop],
    visited: set[str],
    decision: Decision | None,
    *,
    by_superior: bool,
) -> str | None:
    if decision is None:
        return None
    if _is_accused(snapshot, filing, decision.office):
        return "accused_station"
    if by_superior:
        return None
    if decision.office.code in visited:
        return "transfer_loop"
    return "third_transfer" if len(chain) > MAX_HOPS else None


def _is_accused(snapshot: Snapshot, filing: Filing, office: Office) -> bool:
    """The office is the accused one or under it. Where none was named, that may be the station of the place."""
    if not filing.against_police:
        return False
    accused = snapshot.office_code(filing.named_station)
    if accused is None:
        station = find_territory(snapshot, filing).station
        return station is not None and office.code == station.code
    return snapshot.answers_to(office, accused)


def _asked(snapshot: Snapshot, office: Office) -> Decision:
    return Decision(
        office,
        Reason.TRANSFER,
        provisional=False,
        confidence=1.0,
        boundary_version=snapshot.version,
        notes=desk_notes(snapshot, office.code),
    )


def _next_by_rule(snapshot: Snapshot, filing: Filing, visited: set[str]) -> Decision | None:
    """What the rules decide without the named station; if the case was there already, the likeliest of the rest."""
    unnamed = filing if filing.against_police else filing._replace(named_station=None)
    decision = assign_station(snapshot, unnamed)
    if decision.office.code not in visited:
        return decision
    for code in decision.ambiguous_with:
        if code not in visited:
            office = snapshot.station_office(snapshot.stations[code])
            notes = (*(note for note in decision.notes if note != DESK_NOT_ONLINE), *desk_notes(snapshot, code))
            return decision._replace(office=office, provisional=True, confidence=decision.confidence / 2, notes=notes)
    return None


def _superintendent(snapshot: Snapshot, chain: Sequence[Hop], decision: Decision | None) -> Decision:
    """The SP over the office that has the case; an SP's own case goes up to the range."""
    if chain:
        last = chain[-1]
        office = snapshot.superintendent(last.police_district)
        if office.code == last.code:
            office = snapshot.range_office()
    elif decision is not None:
        office = snapshot.superintendent(decision.office.police_district)
    else:
        office = snapshot.range_office()
    return _asked(snapshot, office)


def _asked_notes(snapshot: Snapshot, code: str | None) -> tuple[str, ...]:
    """Why the office that was asked for can't have the case."""
    if not code:
        return ()
    return ("to_station_not_open",) if code in snapshot.stations else ("to_station_unknown",)


def _office(snapshot: Snapshot, code: str | None) -> Office | None:
    """A station's code, a police district's name (its SP), an SDPO's office or a control room by its code.

    None also for a station that is not open today.
    """
    if not code:
        return None
    station = snapshot.stations.get(code)
    if station is not None:
        return snapshot.station_office(station) if code in snapshot.at_work else None
    if code in snapshot.police_districts:
        return snapshot.superintendent(code)
    if code in snapshot.sub_divisions.by_code:
        return snapshot.sub_divisions.by_code[code].office
    return next((office for office in _control_rooms(snapshot) if office.code == code), None)


def _control_rooms(snapshot: Snapshot) -> list[Office]:
    rooms = [snapshot.control_room(), *(snapshot.control_room(name) for name in snapshot.police_districts)]
    return [room for room in rooms if room.code.startswith(STATE_CONTROL_ROOM)]
