"""Which time an investigation has, by sections and category, and what is put online: the FIR, a missing child."""

from dataclasses import replace

import pytest

from event_schemas import FIRPublished, FIRRegistered
from event_schemas.values import InvestigationLimit
from intake.case.faults import FIRNotPublishable
from intake.case.situation import Situation
from intake.commands.allowed import facts_allow
from intake.commands.general import CompleteEnquiry
from intake.commands.table import Act
from intake.fir import commands as fir
from intake.fir import domain as information
from intake.fir.sections import read_section
from intake.fir.time_limits import LIMITS, limit_of
from tests.intake.desk_walk import World, commanded, filed
from tests.intake.intake_rig import POLICIES

GENERAL, TWO_MONTHS, SIXTY_DAYS = (
    InvestigationLimit.GENERAL,
    InvestigationLimit.TWO_MONTHS,
    InvestigationLimit.SIXTY_DAYS,
)


@pytest.mark.parametrize(
    ("sections", "category", "limit"),
    [
        (["303(2)"], "theft", GENERAL),
        (["BNS 64(1)"], "crime_against_women", TWO_MONTHS),
        (["70(2)", "BNS 115(2)"], None, TWO_MONTHS),
        (["POCSO 6"], "child_abuse", TWO_MONTHS),
        (["376AB"], None, GENERAL),
        (["IPC 376DA"], None, TWO_MONTHS),
        (["BNS 74"], "crime_against_women", GENERAL),
        (["BNS 69"], "crime_against_women", GENERAL),
        (["SCST 3(1)(r)"], None, SIXTY_DAYS),
        (["BNS 64", "SCST 3(2)(v)"], None, SIXTY_DAYS),
        (["BNS 115(2)"], "sc_st_atrocity", SIXTY_DAYS),
        ([], None, GENERAL),
    ],
)
def test_the_time_follows_from_sections_and_category(
    sections: list[str], category: str | None, limit: InvestigationLimit
) -> None:
    """Of BNS where no Act is named; a part of a section counts as the section."""
    assert limit_of([read_section(one) for one in sections], category) is limit


def test_each_time_has_its_source_and_is_one_of_the_law() -> None:
    """Written once, in the data."""
    assert [one.limit for one in LIMITS] == [SIXTY_DAYS, TWO_MONTHS]
    assert all(one.source for one in LIMITS)


def registered(world: World, *sections: str) -> World:
    spelt = tuple(read_section(one) for one in sections)
    return commanded(world, Act.REGISTER_FIR, fir.RegisterFIR(fir_number="7/26", sections=spelt))


@pytest.mark.parametrize("sensitive", [False, True])
def test_a_rapes_clock_is_two_months_though_its_sections_are_sealed(sensitive: bool) -> None:
    """The event says the time alone; the clock that runs is that one, and no other of an investigation."""
    world = registered(filed("e-complaint", sensitive=sensitive), "BNS 64(1)")
    assert {name for name in world.running if name.startswith("investigation")} == {"investigation_two_months:1"}
    assert set(world.situation.statutory) == {"investigation_two_months:1", "progress_to_victim:1"}
    ended = commanded(world, Act.COMPLETE_INVESTIGATION, CompleteEnquiry())
    assert not {name for name in ended.running if name.startswith("investigation")}


def test_the_zero_fir_and_its_completion_may_name_different_times() -> None:
    """What the receiving station adds counts from then on; one command ends all."""
    zero = commanded(
        filed("e-complaint"),
        Act.REGISTER_FIR,
        fir.RegisterFIR(fir_number="0/26-3", sections=(read_section("303(2)"),), zero_fir=True),
    )
    both = registered(zero, "SCST 3(1)(r)")
    running = {name for name in both.running if name.startswith("investigation")}
    assert running == {"investigation:1", "investigation_sixty_days:1"}
    done = commanded(both, Act.COMPLETE_INVESTIGATION, CompleteEnquiry())
    assert not {name for name in done.running if name.startswith("investigation")}


def test_a_missing_childs_upload_ends_its_clock() -> None:
    """On the portal for missing children, with its FIR or before it, once; an adult is not put there."""
    child = filed("missing-person", attributes={"child": True})
    assert {"child_upload:1", "child_fir:1"} <= child.running
    uploaded = commanded(child, Act.PUBLISH_FIR, fir.PublishFIR(portal="missing_children"))
    assert "child_upload:1" not in uploaded.running
    assert uploaded.case.state is child.case.state
    for world, portal in ((uploaded, "missing_children"), (child, "fir_online")):
        with pytest.raises(FIRNotPublishable):
            commanded(world, Act.PUBLISH_FIR, fir.PublishFIR(portal=portal))
    adult = filed("missing-person", attributes={"child": False})
    assert not information.publishable(adult.case)
    assert not facts_allow(Act.PUBLISH_FIR, Situation(adult.case, adult.now, POLICIES))


def test_an_fir_is_put_online_but_not_a_sensitive_one() -> None:
    """Youth Bar Association v. Union of India: what is sensitive is withheld."""
    world = registered(filed("e-complaint"), "303(2)")
    assert information.publishable(world.case) == ("fir_online",)
    assert information.publishable(replace(world.case, sensitive=True)) == ()
    there = commanded(world, Act.PUBLISH_FIR, fir.PublishFIR(reference="BR-7"))
    assert information.publishable(there.case) == ()
    assert there.case.history[-1].params == {"portal": "fir_online"}
    assert {FIRPublished.type, FIRRegistered.type} <= {entry.event for entry in there.case.history}
