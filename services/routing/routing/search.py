"""Finding stations by district, kind and name."""

from routing.domain import Snapshot, StationKind, StationRecord


def search_stations(
    snapshot: Snapshot, *, q: str | None = None, district: str | None = None, kind: StationKind | None = None
) -> list[StationRecord]:
    """All that fit, by code; with words to look for, the best first."""
    wanted = district.strip().casefold() if district else None
    return [
        station
        for station in snapshot.dataset.stations
        if (kind is None or station.kind is kind)
        and (wanted is None or wanted in {station.district.casefold(), station.police_district.casefold()})
        and (q is None or q.casefold() in station.name_en.casefold())
    ]
