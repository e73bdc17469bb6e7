"""The rules of an assignment on the shipped data."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.domain import Decision, Filing, Point, Reason, Snapshot, StationKind, assign_station
from routing.domain.districts import BORDER_DOUBT_M
from tests.routing.routing_places import BASE

SNAPSHOT = Snapshot(BASE)
PATNA_JUNCTION = Point(25.6030, 85.1376)
SHEOHAR_TOWN = Point(26.5163, 85.2962)
KATHMANDU = Point(27.7172, 85.3240)


def decide(
    *,
    emergency: bool = False,
    service_code: str = "e-complaint",
    category: str | None = None,
    point: Point | None = None,
    named_station: str | None = None,
    district: str | None = None,
    pincode: str | None = None,
    against_police: bool = False,
) -> Decision:
    return assign_station(
        SNAPSHOT, Filing(emergency, service_code, category, point, named_station, district, pincode, against_police)
    )


def test_shipped_data_has_every_station_and_district() -> None:
    """The shipped set holds 929 stations with a source row, 44 police districts and 38 outlines."""
    dataset = SNAPSHOT.dataset
    assert sum(1 for station in dataset.stations if station.lat is not None) == 929
    assert len(dataset.police_districts) == 44
    assert len(dataset.outlines) == 38
    assert sum(1 for s in dataset.stations if s.lat is not None and not s.coord_ok) == 29
    assert sum(1 for s in dataset.stations if s.coord_shared) == 48


def test_names_are_cleaned_and_the_source_spelling_is_kept() -> None:
    """A name reads as a name, and what the source wrote is still there."""
    station = SNAPSHOT.stations["5801024"]
    assert (station.name_en, station.name_source) == ("Shyampur Bhataha", "SHYAMPUR BHATAHA")
    assert SNAPSHOT.stations["5140076"].name_en == "SC/ST"


def test_point_inside_a_jurisdiction_goes_to_its_station() -> None:
    """A polygon decides, finally and with the distance to its edge."""
    decision = decide(point=SHEOHAR_TOWN)
    assert decision.office.code == "5801016"
    assert decision.reason is Reason.JURISDICTION
    assert not decision.provisional
    assert decision.distance_to_edge_m is not None
    assert decision.distance_to_edge_m > 500
    assert decision.confidence > 0.95


def test_jurisdiction_without_a_station_point_still_routes() -> None:
    """Hiramma has a polygon and no known point: its ground is still its own."""
    assert decide(point=Point(26.45, 85.30)).office.name == "Hiramma"


def test_without_polygons_the_nearest_station_answers_provisionally() -> None:
    """Where no polygon is loaded, the nearest territorial station of the district answers, with doubt."""
    decision = decide(point=PATNA_JUNCTION)
    assert decision.reason is Reason.NEAREST
    assert decision.provisional
    assert decision.office.police_district == "PATNA"
    assert 0 < decision.confidence < 0.6


def test_place_outside_the_state_goes_to_the_control_room() -> None:
    """The station nearest to the border is not asked about another country."""
    decision = decide(point=KATHMANDU)
    assert decision.reason is Reason.CONTROL_ROOM
    assert decision.office.officer_post == "HQ:control-room"
    assert "zero_fir_at_any_station" in decision.notes


def test_swapped_coordinates_are_understood_and_marked() -> None:
    """Latitude and longitude in the wrong order still find the place, never without a mark."""
    straight, swapped = decide(point=SHEOHAR_TOWN), decide(point=Point(SHEOHAR_TOWN.lon, SHEOHAR_TOWN.lat))
    assert swapped.office == straight.office
    assert swapped.provisional
    assert "coordinates_swapped" in swapped.notes
    assert swapped.confidence < straight.confidence


@pytest.mark.parametrize(
    "point",
    [Point(math.nan, 85.0), Point(math.inf, 0), Point(900.0, 85.0), Point(-90.0, 180.0), Point(90.0, 0.0), Point(0, 0)],
)
def test_nonsense_coordinates_go_to_the_control_room(point: Point) -> None:
    """Poles, infinities and numbers off the globe are no place of ours."""
    assert decide(point=point, emergency=True).reason is Reason.CONTROL_ROOM


def test_emergency_without_a_place_goes_to_the_control_room() -> None:
    """An emergency that says nothing about its place reaches people who can ask."""
    decision = decide(emergency=True, service_code="emergency-112")
    assert decision.office.officer_post == "HQ:control-room"
    assert decision.provisional


def test_emergency_with_only_a_district_goes_to_its_control_room() -> None:
    """A district's name is enough for that district's control room, and too little for a station."""
    decision = decide(emergency=True, district="gaya")
    assert decision.reason is Reason.CONTROL_ROOM
    assert decision.office.police_district == "GAYA"


def test_complaint_with_only_a_district_begins_at_its_headquarters() -> None:
    """A complaint that names only its district starts at the station of the district's seat."""
    decision = decide(district="Gaya")
    assert decision.office.police_district == "GAYA"
    assert decision.provisional
    assert decision.confidence <= 0.1


def test_pin_code_gives_a_district() -> None:
    """A PIN code is never more than a district."""
    assert decide(pincode="800001").office.police_district == "PATNA"


def test_named_station_is_used_for_complaints_only() -> None:
    """A citizen may choose the station of a complaint; an emergency goes where the place is."""
    chosen = decide(point=SHEOHAR_TOWN, named_station="5140003")
    assert (chosen.office.code, chosen.reason) == ("5140003", Reason.NAMED)
    assert chosen.territorial_station is not None
    assert chosen.territorial_station.code == "5801016"
    emergency = decide(point=SHEOHAR_TOWN, named_station="5140003", emergency=True)
    assert emergency.office.code == "5801016"
    assert "named_station_not_for_emergencies" in emergency.notes


def test_offence_at_another_station_is_a_zero_fir() -> None:
    """An offence reported at a station that is not the place's own is recorded there as a zero FIR."""
    assert decide(service_code="e-fir", point=SHEOHAR_TOWN, named_station="5140003").reason is Reason.ZERO_FIR
    assert decide(service_code="e-fir", point=SHEOHAR_TOWN, named_station="5801016").reason is Reason.NAMED


def test_unknown_named_station_is_ignored_and_noted() -> None:
    """A station nobody knows does not lose the complaint."""
    decision = decide(point=SHEOHAR_TOWN, named_station="42")
    assert decision.office.code == "5801016"
    assert "named_station_unknown" in decision.notes


def test_specialist_unit_of_the_police_district() -> None:
    """A matter of women goes to the mahila station of the police district, and to the territorial one without it."""
    decision = decide(category="crime_against_women", point=PATNA_JUNCTION)
    assert (decision.office.code, decision.reason) == ("5117089", Reason.SPECIALIST)
    gopalganj = decide(category="crime_against_women", district="Gopalganj")
    assert SNAPSHOT.stations[gopalganj.office.code].kind is StationKind.TERRITORIAL


def test_complaint_against_police_names_no_station_anywhere() -> None:
    """The accused station is neither asked nor named: the superintendent's office answers."""
    decision = decide(category="other", against_police=True, named_station="5801016", point=SHEOHAR_TOWN)
    assert decision.office.officer_post == "SP:SHEOHAR"
    assert decision.reason is Reason.AGAINST_POLICE
    assert decision.territorial_station is None
    assert decision.ambiguous_with == ()


def test_complaint_against_a_superintendent_goes_above() -> None:
    """A superintendent does not judge a complaint about the superintendent."""
    assert decide(against_police=True, named_station="SHEOHAR").office.officer_post == "DIG:bihar"


def test_the_ground_of_an_outpost_is_its_parents() -> None:
    """An outpost has no case desk: its parent station answers, and the note names the outpost."""
    dataset = SNAPSHOT.dataset
    stations = tuple(
        replace(station, kind=StationKind.OUTPOST, parent="5801011") if station.code == "5801016" else station
        for station in dataset.stations
    )
    snapshot = Snapshot(replace(dataset, stations=stations))
    decision = assign_station(snapshot, Filing(emergency=False, point=SHEOHAR_TOWN))
    assert decision.office.code == "5801011"
    assert "outpost:5801016" in decision.notes


def test_a_station_decides_only_in_the_days_of_its_work() -> None:
    """Before its first and after its last day a station gets nothing, and its code is still known."""
    dataset, day = SNAPSHOT.dataset, date(2026, 12, 1)
    stations = tuple(
        replace(station, valid_from=day, valid_to=day) if station.code == "5801016" else station
        for station in dataset.stations
    )
    dated = replace(dataset, stations=stations)
    answers = {
        on: assign_station(Snapshot(dated, on), Filing(emergency=False, point=SHEOHAR_TOWN)).office.code == "5801016"
        for on in (date(2026, 11, 30), day, date(2026, 12, 2))
    }
    assert list(answers.values()) == [False, True, False]
    assert "5801016" in Snapshot(dated, date(2027, 1, 1)).stations
    assert [Snapshot(dated, on).valid_until for on in answers] == [date(2026, 11, 30), day, None]


def test_many_points_at_once_get_the_stations_of_each_alone() -> None:
    """The bulk answer names the same station and the same rivals as the single one."""
    index = SNAPSHOT.boundaries
    random = np.random.default_rng(3)
    lat, lon = random.uniform(26.3, 26.7, 3_000), random.uniform(85.1, 85.5, 3_000)
    for one, y, x in zip(index.find_all(lat, lon), lat.tolist(), lon.tolist(), strict=True):
        alone = index.find(y, x)
        assert (one is None) == (alone is None)
        if one is not None and alone is not None:
            assert (one.station, one.others, one.in_gap) == (alone.station, alone.others, alone.in_gap)


def test_the_short_way_to_a_district_gives_the_long_ones_answer() -> None:
    """Deep inside a district no border is measured; a doubt a millimetre wider measures them all and agrees."""
    random = np.random.default_rng(5)
    points = zip(random.uniform(24.2, 27.6, 2_000).tolist(), random.uniform(83.2, 88.4, 2_000).tolist(), strict=True)
    for lat, lon in points:
        assert SNAPSHOT.districts.find(lat, lon) == SNAPSHOT.districts.find(lat, lon, BORDER_DOUBT_M + 0.001)


@given(
    lat=st.floats(24.2, 27.6),
    lon=st.floats(83.2, 88.4),
    accuracy=st.one_of(st.none(), st.floats(0, 1e6)),
    emergency=st.booleans(),
)
def test_any_point_has_one_territorial_answer(lat: float, lon: float, accuracy: float | None, emergency: bool) -> None:
    """Every point gives the same full answer each time; by distance only trusted territorial stations answer."""
    point = Point(lat, lon, accuracy)
    decision = decide(point=point, emergency=emergency)
    assert decision == decide(point=point, emergency=emergency)
    assert 0 <= decision.confidence <= 1
    if decision.reason is Reason.NEAREST:
        station = SNAPSHOT.stations[decision.office.code]
        assert station.kind is StationKind.TERRITORIAL
        assert station.coord_ok
        assert decision.provisional
    if decision.reason is Reason.CONTROL_ROOM:
        assert decision.provisional
    assert decision.office.code not in decision.ambiguous_with


def test_a_secret_tip_goes_to_its_districts_superintendent() -> None:
    """Whatever station is near or named: no station reads one."""
    decision = decide(service_code="secret-tip", category="liquor", district="Araria", named_station="5140003")
    assert (decision.office.officer_post, decision.reason) == ("SP:ARARIA", Reason.SPECIALIST)
    assert decision.territorial_station is None


@pytest.mark.parametrize("district", ["Araria", None, "Atlantis"])
def test_a_tip_about_the_police_goes_above_the_district(district: str | None) -> None:
    """To the office over the districts, which names no station of theirs."""
    decision = decide(service_code="secret-tip", category="corrupt_police", district=district)
    assert decision.office.officer_post == "DIG:bihar"
    assert decision.reason is Reason.AGAINST_POLICE
    assert decision.territorial_station is None
    assert decision.ambiguous_with == decision.notes == ()


def test_a_tip_from_no_known_district_goes_above_the_districts() -> None:
    """It is read, though nobody knows yet whose it is."""
    decision = decide(service_code="secret-tip", category="arms")
    assert (decision.office.officer_post, decision.confidence) == ("DIG:bihar", 0.0)
