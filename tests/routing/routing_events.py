"""Events as intake writes them, for routing's tests."""

from collections.abc import Mapping
from datetime import UTC, datetime

from event_schemas import (
    CaseId,
    ComplaintFiled,
    FilingChannel,
    Lane,
    Language,
    Location,
    PersonalDataErased,
    PostId,
    StationCode,
    TransferRequested,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SHEOHAR = Location(lat=26.5163, lon=85.2962)


def filed(
    case_id: str = "c_01ROUTING",
    *,
    location: Location | None = SHEOHAR,
    lane: Lane = Lane.ROUTINE,
    service_code: str = "e-complaint",
    category: str | None = None,
    named_station: str | None = None,
    attributes: Mapping[str, bool | str] | None = None,
    sealed: str | None = None,
    at: datetime = NOW,
) -> ComplaintFiled:
    return ComplaintFiled(
        case_id=CaseId(case_id),
        occurred_at=at,
        case_seq=1,
        tracking_number="JS-26-0000-0000-0",
        service_code=service_code,
        lane=lane,
        category=category,
        location=location,
        named_station=StationCode(named_station) if named_station else None,
        channel=FilingChannel.WEB,
        language=Language.HI,
        attributes=dict(attributes or {}),
        sealed=sealed,
    )


def transfer(
    case_id: str = "c_01ROUTING", *, no: int, to: str | None = None, by: str = "SHO:5801016", at: datetime = NOW
) -> TransferRequested:
    return TransferRequested(
        case_id=CaseId(case_id),
        occurred_at=at,
        case_seq=no,
        assignment_no=no,
        to_station=StationCode(to) if to else None,
        reason_code="jurisdiction",
        by_post=PostId(by),
    )


def erased(case_id: str = "c_01ROUTING") -> PersonalDataErased:
    return PersonalDataErased(case_id=CaseId(case_id), occurred_at=NOW, case_seq=9)
