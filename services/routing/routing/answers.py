"""The answer to a case as it is published: a decision written as AssignedToStation.

Its JSON is written straight from the decision: to make the event's model first costs more than to decide. What comes
from the data is checked where its JSON is kept for all answers, the rest is the rules' own, and tests hold every kind
of answer to the model.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

import orjson

from chassis.kafka.consumer import Outgoing, Received
from chassis.telemetry.tracing import mark
from event_schemas import (
    AssignedToStation,
    ComplaintFiled,
    Station,
    StationCode,
    TransferRequested,
    WireRecord,
    ids,
    record_of,
)
from routing.domain import Decision, Filing, Snapshot, StationRecord
from routing.domain.rules import DESK_NOT_ONLINE
from routing.domain.territory import nearest_units
from routing.store import StoredDecision

SOURCE: Final = "routing"


class Asked(NamedTuple):
    """What the rules look at, the seal to keep (None when the place is in clear), and notes."""

    filing: Filing
    sealed: str | None
    notes: tuple[str, ...]


def answer_of(snapshot: Snapshot, item: Received, asked: Asked, decision: Decision, now: datetime) -> StoredDecision:
    """The decision on `item` as it is stored and published."""
    cause = cast("ComplaintFiled | TransferRequested", item.data)
    notes = (*asked.notes, *decision.notes)
    value = orjson.dumps(_body(snapshot, item, asked, decision, notes, now), option=orjson.OPT_UTC_Z)
    record = _record(item, value, cause.assignment_no, now, decision.reason.value)
    # A place that travelled sealed is kept sealed.
    kept = asked.filing if asked.sealed is None else asked.filing._replace(point=None, pincode=None)
    return StoredDecision(cause.case_id, cause.assignment_no, value.decode(), kept, notes, now, asked.sealed, record)


def outgoing(item: Received, decision: StoredDecision) -> Outgoing:
    """What was decided now, or the same again for what had been decided before, behind the event that asked."""
    return Outgoing(item.topic, decision.record or _repeated(item, decision), item.partition)


def _repeated(item: Received, decision: StoredDecision) -> WireRecord:
    event = decision.event
    return _record(item, decision.json.encode(), event.assignment_no, event.occurred_at, event.reason.value)


def _record(item: Received, value: bytes, assignment_no: int, at: datetime, reason: str) -> WireRecord:
    case_id = item.data.case_id
    return record_of(
        AssignedToStation,
        value,
        case_id,
        event_id=ids.assignment_id(case_id, assignment_no),
        source=SOURCE,
        at=at,
        traceparent=mark("assign_station", parent=item.envelope.traceparent, reason=reason),
    )


def _body(
    snapshot: Snapshot, item: Received, asked: Asked, decision: Decision, notes: tuple[str, ...], now: datetime
) -> dict[str, Any]:
    cause = cast("ComplaintFiled | TransferRequested", item.data)
    office, territorial = decision.office, decision.territorial_station
    offline = DESK_NOT_ONLINE in notes
    body: dict[str, Any] = {
        "case_id": cause.case_id,
        "occurred_at": now,
        "cause_id": item.envelope.event_id,
        "assignment_no": cause.assignment_no,
        "station": _station(office.code, office.name, office.district, office.police_district, office.name_hi),
        "officer_post": ids.post_id(office.post, office.code),
        "reason": decision.reason.value,
        "provisional": decision.provisional,
        "confidence": round(decision.confidence, 3),
        "ambiguous_with": decision.ambiguous_with,
        "boundary_version": decision.boundary_version,
        "nearest_stations": _nearest(snapshot, asked, decision) if asked.filing.emergency else (),
        "desk_online": not offline,
        # Nobody at a desk sees the case: the district's control room hears of it beside the station's own post.
        "also_inform": (snapshot.control_room(office.police_district).officer_post,) if offline else (),
        "notes": notes,
    }
    if territorial is not None:
        body["territorial_station"] = _station_of(territorial)
    if decision.distance_to_edge_m is not None:
        body["distance_to_edge_m"] = round(decision.distance_to_edge_m, 1)
    if decision.previous_station:
        body["previous_station"] = decision.previous_station
    return body


def _station_of(station: StationRecord) -> orjson.Fragment:
    return _station(station.code, station.name_en, station.district, station.police_district, station.name_hi)


@lru_cache(maxsize=4_096)
def _station(code: str, name: str, district: str, police_district: str, name_hi: str) -> orjson.Fragment:
    """Its JSON, checked by the model."""
    station = Station(
        code=StationCode(code),
        name=name,
        name_hi=name_hi or None,
        district=district,
        police_district=police_district,
    )
    return orjson.Fragment(station.model_dump_json(exclude_none=True))


def _nearest(snapshot: Snapshot, asked: Asked, decision: Decision) -> Sequence[str]:
    if asked.sealed is not None:
        return ()
    return [unit.station.code for unit in nearest_units(snapshot, asked.filing, decision.notes)]
