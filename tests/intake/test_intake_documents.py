"""A case and its document, written and read by the types of its fields: a new field needs no line of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime

import pytest

from event_schemas import Lane, Location, Station
from event_schemas.values import StationCode
from intake.case.clocks import Breach, ClockRecord, ClockView, Due
from intake.case.model import (
    BY_OWNER,
    Assignment,
    Case,
    CaseHelper,
    CaseIdentity,
    CaseLink,
    CaseUpdate,
    CertificateRecord,
    CommandMark,
    CounterFiling,
    EvidenceRecord,
    FIRRecord,
    HearingRecord,
    Idempotency,
    IdentityState,
    Join,
    Message,
    Relation,
    Scan,
    TimelineEntry,
    Writer,
)
from intake.case.numbers import CaseId, TrackingNumber
from intake.case.officers import Investigator, Note
from intake.case.states import Family, State
from intake.case.store.documents import codec_of, from_document, to_document
from intake.case.store.updates import command_update

AT = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
ENTRY = TimelineEntry("e1", "c_1", AT, "ComplaintFiled", {"kind": "police"})
STATION = Station(code=StationCode("5140003"), name="Araria", district="Araria", police_district="ARARIA")
FULL = Case(
    case_id=CaseId("c_1"),
    tracking_number=TrackingNumber("JS-26-WNX3-D03V-B"),
    service_code="e-complaint",
    family=Family.COMPLAINT,
    lane=Lane.ROUTINE,
    state=State.ASSIGNED,
    filed_at=AT,
    channel="web",
    language="hi",
    priority="normal",
    anonymous=False,
    sensitive=False,
    sealed="sealed",
    due=(Due("inquiry", "inquiry:1", "police", 60, AT),),
    version=2,
    changes=3,
    case_seq=2,
    assignment_no=2,
    category="theft",
    kinds=("police",),
    owner="owner",
    contact="contact",
    receipts=("receipt",),
    idempotency=Idempotency("scope", "body"),
    repeat_slot="slot",
    marks=("mark",),
    call_received_at=AT,
    location=Location(lat=26.1, lon=87.4),
    named_station="5140003",
    accused="",
    district="Araria",
    attributes={"item": {"deep": [1, "two"]}},
    flags=("in_danger",),
    desk_keys=("number:1",),
    joins=(Join(AT), Join(AT, ("note",), "scope", "body")),
    assignment=Assignment(2, STATION, "SHO:5140003", "jurisdiction", provisional=False),
    clocks={
        "inquiry:1": ClockView(
            ClockRecord("inquiry", "inquiry:1", 1, "police", "running", 60, AT), {"b.1": Breach("b.1", 0, revoked=True)}
        )
    },
    ended=("inquiry:0",),
    certificates={"p.1": CertificateRecord("p.1", revoked=True)},
    hearings={"h_1": HearingRecord("h_1", "5140003", "in_person", "booked", AT)},
    evidence={"v_1": EvidenceRecord("v_1", AT, "image/jpeg", 5, "ab", Scan.CLEAN)},
    history=(ENTRY,),
    messages=(Message("m_1", AT, Writer.CITIZEN, "sealed"),),
    notes=(Note("n_1", AT, "SHO:5140003", "sealed"),),
    investigator=Investigator("io-1", "SHO:5140003", AT),
    next_due=AT,
    counter=CounterFiling("SHO:5140003", "thumb", "hi", AT, "post"),
    helper=CaseHelper("csc", "thumb", logged_in=True),
    links=(CaseLink(Relation.EMERGENCY, "c_2", "JS-26-1", hidden=True),),
    erased_at=AT,
    asked=("x",),
    fir=FIRRecord("5140003:2026:12", "12/26", "5140003", 2026, AT, "pending"),
    identity=CaseIdentity(IdentityState.HELD, "pan_card", "234F", "claim", "register"),
    sealed_contact="sealed contact",
    feedback=5,
    round=2,
    commands={"scope": CommandMark("body", "e1", 2, State.ASSIGNED)},
)
# What an update does besides setting a field of the case to a value.
ADDED = {
    "note",
    "by",
    "entry",
    "emits",
    "ended",
    "evidence",
    "further",
    "hearing",
    "lapsed",
    "receipt",
    "join",
    "due",
    "command",
    "message",
    "link",
}


def test_every_field_of_a_case_comes_back() -> None:
    """A case whose every field has a value is the same after writing and reading, and no field is left out."""
    document = to_document(FULL)
    assert from_document(document) == FULL
    assert document.keys() == {"_id"} | {one.name for one in fields(Case)} - {"case_id"}


def test_what_is_empty_is_left_out_but_what_others_push_to() -> None:
    """None and empty lists take no room; due times and history are there from the beginning."""
    bare = {
        one.name: getattr(FULL, one.name)
        for one in fields(Case)
        if one.name in Case.__match_args__[:14] and one.name not in ("sealed", "due")
    }
    document = to_document(Case(**bare, sealed=None, due=()))
    assert {name for name, value in document.items() if value in (None, [], {})} == {"due", "history"}
    assert from_document(document) == Case(**bare, sealed=None, due=())


@pytest.mark.parametrize("name", sorted(one.name for one in fields(CaseUpdate) if one.name not in ADDED))
def test_a_field_that_a_command_changes_is_set(name: str) -> None:
    """An update's field that the case has too is written under its name, as the whole case would write it."""
    update = CaseUpdate(**{"state": State.CLOSED, "entry": ENTRY, "by": BY_OWNER, name: getattr(FULL, name)})
    assert command_update(FULL, update)["$set"][name] == to_document(FULL)[name]


def test_a_new_field_needs_no_line_in_the_store() -> None:
    """A record with any of the types that cases are made of is written and read by them; another type is refused."""

    @dataclass(frozen=True)
    class Later:
        later_id: str
        states: tuple[State, ...]
        notes: Mapping[str, str]
        place: Location | None = None

    codec = codec_of(Later)
    later = Later("l_1", (State.HEARD,), {"a": "b"}, FULL.location)
    assert codec.write(later) == {
        "later_id": "l_1",
        "states": ["heard"],
        "notes": {"a": "b"},
        "place": {"lat": 26.1, "lon": 87.4},
    }
    assert codec.read(codec.write(later)) == later
    with pytest.raises(TypeError, match="cannot be kept"):
        codec_of(bytes)
