"""Policies, commands and events together: each event of intake's has what writes it, and each clock what ends it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import deploy.local
import pytest

from chassis.settings import load_yaml
from event_schemas import (
    EVENT_CLASSES,
    CertificateIssued,
    ClockEnded,
    ComplaintFiled,
    DocumentsCompleted,
    EvidenceAdded,
    PersonalDataErased,
)
from event_schemas import policies as policy_file
from event_schemas.base import DeskEvent, IntakeEvent
from event_schemas.clock_policy import STATUTORY
from event_schemas.policies import PolicySet
from intake.commands.table import TABLE
from tests.intake.intake_rig import CATALOGUE

DEMO = Path(deploy.local.__path__[0]) / "policies.demo.yaml"
FILES = [policy_file.DEFAULT_PATH, DEMO]
# Events that intake writes without a command, and when.
WITHOUT_A_COMMAND: Final[Mapping[type[IntakeEvent], str]] = {
    ComplaintFiled: "a filing",
    EvidenceAdded: "a file",
    DocumentsCompleted: "the last of the required files",
    ClockEnded: "a closing or a decision, for the rounds that no policy ends",
    PersonalDataErased: "a decision on a request to erase",
}
# Events of the contract that nothing writes yet. The list may only become shorter.
UNWRITTEN: Final = frozenset({"HearingDisputed"})
# What the service behind a command answers by itself.
ANSWERS = {CertificateIssued.type}


def emitted() -> set[str]:
    """The events that filings, files and commands write."""
    return commanded() | {event.type for event in WITHOUT_A_COMMAND}


def commanded() -> set[str]:
    return {command.event.type for command in TABLE.values() if command.event is not None}


def read(path: Path) -> PolicySet:
    return policy_file.read(path, load_yaml)


def test_every_event_of_intake_has_its_command() -> None:
    """A desk event is one of a command's; what is written without one is no officer's act, and has its reason here."""
    own = {name for name, event in EVENT_CLASSES.items() if event.producer == "intake"}
    assert own - emitted() == UNWRITTEN
    assert not [event for event in WITHOUT_A_COMMAND if event.type in commanded()]
    assert [event for event in WITHOUT_A_COMMAND if issubclass(event, DeskEvent)] == [ClockEnded]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_clock_starts_by_what_no_command_can_end(path: Path) -> None:
    """Each clock that a filing or a command starts for a service of the catalogue is stopped by one too."""
    offered = {service.code for service in CATALOGUE if service.live}
    for clock in read(path).clocks:
        starts = {match.event for match in clock.starts_on} & emitted()
        if starts and (clock.services == "*" or offered & set(clock.services)):
            assert {match.event for match in clock.stops_on} & (emitted() | ANSWERS), clock.clock


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_clock_starts_by_an_event_of_intakes_own(path: Path) -> None:
    """So that intake knows of each that runs before the monitor emits it, and a closing ends them all."""
    for clock in read(path).clocks:
        starts = {match.event for match in clock.starts_on}
        assert all(EVENT_CLASSES[name].producer == "intake" for name in starts), clock.clock
        assert starts <= emitted(), clock.clock


def test_the_clocks_of_the_law_are_those_that_nothing_cancels() -> None:
    """The table of the law and the shipped policies agree; and each can be stopped by a command."""
    shipped = {clock.clock: clock for clock in read(policy_file.DEFAULT_PATH).clocks}
    assert {name for name, clock in shipped.items() if not clock.cancels_on} == STATUTORY.keys()
    for name in STATUTORY:
        assert {match.event for match in shipped[name].stops_on} <= emitted()
