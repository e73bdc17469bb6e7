"""The ledger's rounds as MongoDB documents and back. Times are BSON dates: an auditor can query them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from event_schemas.times import time_of
from sla_monitor.domain.times import epoch_ms
from sla_monitor.ledger.model import Expected, Pause, Round, Share


def round_document(one: Round) -> dict[str, Any]:
    """All fields but the key and those of the store (`v`, `check_at`, topic and partition)."""
    return {
        "case_id": one.case_id,
        "clock_id": one.clock_id,
        "clock": one.clock,
        "owner": one.owner,
        "service_code": one.service_code,
        "state": one.state,
        "reason": one.reason,
        "open": one.is_open,
        "started_at": time_of(one.started),
        "due_at": time_of(one.due),
        "target_ms": one.target,
        "ended_at": None if one.ended is None else time_of(one.ended),
        "decided_at": time_of(one.decided),
        "elapsed_ms": None if one.ended is None else one.elapsed(one.ended),
        "pauses": [{"begin": time_of(p.begin), "end": time_of(p.end), "reason": p.reason} for p in one.pauses],
        "shares": [_share_document(share) for share in one.shares],
        "expects": [{"level": e.level, "at": time_of(e.at), "breach_id": e.breach_id} for e in one.expects],
        "station": one.station,
        "district": one.district,
        "police_district": one.police_district,
    }


def round_of(document: Mapping[str, Any]) -> Round:
    """The inverse of `round_document`."""
    return Round(
        case_id=document["case_id"],
        clock_id=document["clock_id"],
        clock=document["clock"],
        owner=document["owner"],
        service_code=document["service_code"],
        state=document["state"],
        reason=document["reason"],
        started=epoch_ms(document["started_at"]),
        due=epoch_ms(document["due_at"]),
        target=document["target_ms"],
        ended=_millis(document["ended_at"]),
        pauses=tuple(Pause(epoch_ms(p["begin"]), epoch_ms(p["end"]), p["reason"]) for p in document["pauses"]),
        shares=tuple(_share(share) for share in document["shares"]),
        expects=tuple(Expected(e["level"], epoch_ms(e["at"]), e["breach_id"]) for e in document["expects"]),
        station=document["station"],
        district=document["district"],
        police_district=document["police_district"],
    )


def _share_document(share: Share) -> dict[str, Any]:
    return {
        "assignment_no": share.assignment_no,
        "station": share.station,
        "district": share.district,
        "police_district": share.police_district,
        "begin": time_of(share.begin),
        "end": None if share.end is None else time_of(share.end),
    }


def _share(document: Mapping[str, Any]) -> Share:
    return Share(
        assignment_no=document["assignment_no"],
        station=document["station"],
        district=document["district"],
        police_district=document["police_district"],
        begin=epoch_ms(document["begin"]),
        end=_millis(document["end"]),
    )


def _millis(time: datetime | None) -> int | None:
    return None if time is None else epoch_ms(time)
