"""A station that is not open on a day gets no case on it, however it is asked for."""

from dataclasses import replace
from datetime import date

import pytest

from routing.domain import Filing, Point, Reason, Snapshot, StationKind, assign_station
from routing.domain.transfers import Hop, TransferRequest, transfer_case
from tests.routing.routing_places import BASE as SHIPPED

TOWN = Point(26.5163, 85.2962)
PLACE, NEXT, LATER = "5801016", "5801011", "5801019"
TODAY = date(2026, 11, 23)


def changed(code: str, **fields: object) -> Snapshot:
    """The shipped data of today with another row for one station."""
    stations = tuple(replace(row, **fields) if row.code == code else row for row in SHIPPED.stations)  # type: ignore[arg-type]
    return Snapshot(replace(SHIPPED, stations=stations), TODAY)


CLOSED = (changed(NEXT, valid_from=date(2027, 1, 1)), changed(NEXT, valid_to=date(2026, 11, 22)))


@pytest.mark.parametrize("snapshot", CLOSED, ids=["not yet open", "closed"])
def test_a_named_station_that_is_not_open_is_ignored_and_noted(snapshot: Snapshot) -> None:
    """The rules go on without it, also where a specialist unit or a control room decides, and say why."""
    named = Filing(emergency=False, point=TOWN, named_station=NEXT)
    for filing, reason in (
        (named, Reason.JURISDICTION),
        (named._replace(category="crime_against_women", point=Point(25.6030, 85.1376)), Reason.SPECIALIST),
        (named._replace(point=None), Reason.CONTROL_ROOM),
    ):
        decision = assign_station(snapshot, filing)
        without = assign_station(snapshot, filing._replace(named_station=None))
        assert decision == without._replace(notes=("named_station_not_open", *without.notes))
        assert decision.reason is reason


def test_a_named_station_is_asked_on_the_days_of_its_work() -> None:
    """Its first and its last day are days of its work."""
    snapshot = changed(NEXT, valid_from=TODAY, valid_to=TODAY)
    decision = assign_station(snapshot, Filing(emergency=False, point=TOWN, named_station=NEXT))
    assert (decision.office.code, decision.reason) == (NEXT, Reason.NAMED)


@pytest.mark.parametrize("by", ["SHO:5140003", "SP:SHEOHAR"])
@pytest.mark.parametrize("snapshot", CLOSED, ids=["not yet open", "closed"])
def test_a_case_is_not_handed_to_a_station_that_is_not_open(snapshot: Snapshot, by: str) -> None:
    """Whoever asks: the case goes on as if nobody knew the station, and the note says why."""
    filing, chain = Filing(emergency=False, point=TOWN), [Hop("5140003", "PATNA")]
    decision = transfer_case(snapshot, filing, chain, TransferRequest(NEXT, by))
    unknown = transfer_case(snapshot, filing, chain, TransferRequest("nowhere", by))
    assert decision.office.code == PLACE
    assert decision == unknown._replace(notes=(*unknown.notes[:-1], "to_station_not_open"))
    assert unknown.notes[-1] == "to_station_unknown"


def test_the_ground_of_an_outpost_stays_its_own_while_its_parent_is_not_open() -> None:
    """The parent gets no case before its first day, by its outpost neither."""
    fields = {"kind": StationKind.OUTPOST, "parent": NEXT}
    outpost = changed(PLACE, **fields)
    assert assign_station(outpost, Filing(emergency=False, point=TOWN)).office.code == NEXT
    stations = tuple(
        replace(row, valid_from=date(2027, 1, 1)) if row.code == NEXT else row for row in outpost.dataset.stations
    )
    closed = Snapshot(replace(outpost.dataset, stations=stations), TODAY)
    assert assign_station(closed, Filing(emergency=False, point=TOWN)).office.code == PLACE


def with_outposts(**parents: str | None) -> Snapshot:
    """The shipped data with these stations as outposts: `_5801016=parent`."""
    named = {code.removeprefix("_"): parent for code, parent in parents.items()}
    stations = tuple(
        replace(row, kind=StationKind.OUTPOST, parent=named[row.code]) if row.code in named else row
        for row in SHIPPED.stations
    )
    return Snapshot(replace(SHIPPED, stations=stations))


@pytest.mark.parametrize(
    ("snapshot", "office"),
    [
        (with_outposts(_5801016=NEXT, _5801011=LATER), LATER),
        (with_outposts(_5801016=NEXT, _5801011=LATER, _5801019=PLACE), PLACE),
        (with_outposts(_5801016=PLACE), PLACE),
        (with_outposts(_5801016=NEXT, _5801011=None), PLACE),
        (with_outposts(_5801016="nowhere"), PLACE),
    ],
    ids=["an outpost's outpost", "a circle", "its own parent", "no parent above", "an unknown parent"],
)
def test_the_first_above_an_outpost_that_is_none_answers(snapshot: Snapshot, office: str) -> None:
    """However many outposts lie between; where there is none, it keeps its own cases."""
    decision = assign_station(snapshot, Filing(emergency=False, point=TOWN))
    assert decision.office.code == office
    assert ("outpost:5801016" in decision.notes) == (office != PLACE)
