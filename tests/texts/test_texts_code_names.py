"""Every code that a person can meet has its words, in both languages."""

import re

import pytest

from chassis.sentences import CodeNames
from chassis.sentences.code_names import DEFAULT_PATH as NAMES_PATH
from chassis.settings import load_yaml
from event_schemas import values
from event_schemas.open_enum import OpenEnum
from event_schemas.policies import DEFAULT_PATH, read
from event_schemas.services import SERVICE_CODES
from intake.case.situation import WITHDRAWAL_REQUESTED
from intake.case.states import State
from intake.commands.survivors import JOINED
from intake.commands.table import Act
from intake.desk.api import IDENTITY_CONFLICT
from intake.desk.likeness import FLOOD_SUSPECTED
from intake.filing.notices import DOUBTFUL, ENTERED_LATE, HELPER_UNREACHED, NOTICES, PERSON_TO_ASK
from intake.handoff.domain import HANDED_FROM, HANDED_OFF
from intake.reopening.rules import APPEAL_OF, APPEALED
from intake.verifying.domain import DISPUTED

CODE_NAMES = CodeNames.load()
EDITIONS = read(DEFAULT_PATH, load_yaml).editions
# Which group of words holds an enumeration's members.
SHOWN: dict[type[OpenEnum], tuple[str, ...]] = {
    values.ResponderKind: ("responder_kinds",),
    values.EmergencyOutcome: ("emergency_outcomes",),
    values.HearingMode: ("hearing_modes",),
    values.WindowKind: ("window_kinds",),
    values.VerificationOutcome: ("verification_outcomes",),
    values.Finding: ("findings",),
    values.ReopeningReason: ("reopening_reasons",),
    values.Post: ("posts", "offices"),
    values.AssignmentReason: ("assignment_reasons",),
    values.Visitor: ("visitors",),
    values.VisitOutcome: ("visit_outcomes",),
    values.HelperKind: ("helpers",),
    values.DisputeDecision: ("dispute_decisions",),
    values.SubRequestMode: ("sub_request_modes",),
}
# No reader meets these: they choose a text, or are for services and officers' screens.
NOT_SHOWN = {
    values.Audience, values.ClockEnding, values.ClockOwner, values.ClockState, values.Confirmation,
    values.FilingChannel, values.FixSource, values.HearingParty, values.IdentityMethod, values.IdentityOutcome,
    values.InvestigationLimit, values.Lane, values.Language, values.MessageChannel, values.Presence, values.Priority,
    values.PublicationPortal, values.SignatureMethod,
}  # fmt: skip


def test_every_enumeration_is_shown_by_names_or_not_at_all() -> None:
    """A new enumeration of the events must be put to one or the other."""
    there = {one for one in vars(values).values() if isinstance(one, type) and issubclass(one, OpenEnum)} - {OpenEnum}
    assert set(SHOWN) | NOT_SHOWN == there
    for kind, groups in SHOWN.items():
        for group in groups:
            assert {member.value for member in kind.known()} <= set(CODE_NAMES.names(group)), group


def test_clocks_services_and_reasons_of_a_pause_have_names() -> None:
    """All clocks and pause reasons of every edition in force, and all services, have names of their own."""
    policies = [policy for edition in EDITIONS for policy in edition.clocks]
    assert {policy.clock for policy in policies} <= set(CODE_NAMES.names("clocks"))
    assert {reason for policy in policies for reason in policy.pause_reasons} <= set(CODE_NAMES.names("pause_reasons"))
    assert set(CODE_NAMES.names("services")) >= SERVICE_CODES


def test_a_code_is_named_in_one_place() -> None:
    """What is defined elsewhere is named there: the file of all other codes has the common names of these alone."""
    written = load_yaml(NAMES_PATH)
    assert [list(written[group]) for group in ("services", "clocks", "certificates")] == [["default"]] * 3


def test_every_state_and_act_of_a_case_has_a_name() -> None:
    """What a problem says of a case, and what a desk's button is called."""
    assert {state.value for state in State} <= set(CODE_NAMES.names("case_states"))
    assert {act.value for act in Act} <= set(CODE_NAMES.names("acts"))


def test_every_flag_of_a_case_has_a_name() -> None:
    """What a desk reads of a case, from the way in, from a command and from the cases beside it."""
    marks = {mark.rstrip(":") for mark in (JOINED, DOUBTFUL, APPEALED, APPEAL_OF, HANDED_OFF, HANDED_FROM)}
    flags = {
        *NOTICES,
        ENTERED_LATE,
        HELPER_UNREACHED,
        PERSON_TO_ASK,
        WITHDRAWAL_REQUESTED,
        FLOOD_SUSPECTED,
        IDENTITY_CONFLICT,
        DISPUTED,
    } | marks
    assert flags == CODE_NAMES.names("flags").keys() - {"default"}


@pytest.mark.parametrize("group", sorted(CODE_NAMES.root))
def test_names_are_names(group: str) -> None:
    """Hindi in Devanagari, English without codes, both there."""
    for code, label in CODE_NAMES.names(group).items():
        if group == "weekdays" and code == "default":
            continue
        assert label.hi, code
        assert label.en, code
        assert not re.search(r"[A-Za-z]", label.hi.replace("{name}", "")), label.hi
        assert not re.search(r"[a-z]_[a-z]|[\u0900-\u097f]", label.en), label.en


@pytest.mark.parametrize("group", sorted(CODE_NAMES.root))
def test_an_unknown_code_is_never_shown(group: str) -> None:
    """A code nobody named is called by the group's common name."""
    for language in ("hi", "en"):
        assert "not_yet_invented" not in CODE_NAMES.name(group, "not_yet_invented", language)
