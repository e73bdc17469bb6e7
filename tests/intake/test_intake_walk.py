"""Everything that people may do with a case, walked for every family and role."""

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.case import past
from intake.case.command import CommandBody
from intake.case.faults import CommandFault
from intake.case.model import HearingRecord
from intake.case.situation import valid_certificates
from intake.case.states import CASE_FAMILIES, DONE, Role, State
from intake.commands.table import TABLE, Act
from intake.fir import domain as information
from intake.hearings import domain as hearings
from tests.intake.desk_walk import (
    ABOVE,
    World,
    accepted,
    bodies,
    commanded,
    filed,
    heard,
    is_accepted,
    listed,
    running_but_statutory,
)

STARTS: Mapping[str, Callable[[], World]] = {
    "emergency": lambda: filed("emergency-112", kinds=("police", "fire")),
    "complaint": lambda: filed("e-complaint"),
    "sensitive complaint": lambda: filed("e-complaint", sensitive=True),
    "report": lambda: filed("lost-property"),
    "certificate": lambda: filed("character-certificate"),
    "visit": lambda: filed("hearing"),
    "e-fir": lambda: filed("e-fir"),
    "verification": lambda: filed("tenant-verification"),
    "registration": lambda: filed("event-permission"),
    "help": lambda: filed("help-request", attributes={"kind": "elder"}),
    "missing child": lambda: filed("missing-person", attributes={"child": True}),
    "tip": lambda: filed("secret-tip"),
}
ROLES = tuple(role for role in Role if role is not Role.SYSTEM)
# So many rounds show every rule; more of them, or a second hearing beside the first, repeat what is known.
MAX_ROUNDS = 2
NEW_HEARINGS = frozenset({Act.CHECK_IN, Act.SCHEDULE_HEARING, Act.START_HEARING})

# What these lead to is the same whether or not a citizen waits to be heard.
INFORMATION = frozenset({Act.SIGN_INFORMATION, Act.REGISTER_FIR, Act.DECLINE_FIR, Act.START_PRELIMINARY_ENQUIRY})


@dataclass
class Walk:
    """Every situation that can be reached, and which follow it."""

    worlds: dict[Hashable, World] = field(default_factory=dict)
    following: dict[Hashable, set[Hashable]] = field(default_factory=dict)

    def leading_to_an_end(self) -> set[Hashable]:
        before: dict[Hashable, set[Hashable]] = {}
        for here, there in self.following.items():
            for one in there:
                before.setdefault(one, set()).add(here)
        found = {key for key, world in self.worlds.items() if world.ended}
        queue = deque(found)
        while queue:
            fresh = before.get(queue.popleft(), set()) - found
            found |= fresh
            queue += fresh
        return found


def situation_of(world: World) -> Hashable:
    """What the rules can distinguish: times, numbers and ids left out."""
    case, situation = world.case, world.situation
    clocks = sorted((one.clock, one.clock_id[-2:], situation.is_paused(one)) for one in situation.rounds)
    return (
        case.state,
        case.round,
        past.decision(case),
        past.verification(case),
        past.kinds_out(case),
        past.kinds_on_the_way(case),
        tuple(sorted(record.status for record in _alive(world))),
        tuple((clock, "" if clock == "hearing" else number, paused) for clock, number, paused in clocks),
        frozenset(name.split(":")[0] for name in world.running),
        len(valid_certificates(case)),
        information.registered(case) is not None,
        information.is_zero(information.registered(case)),
        information.may_sign(situation),
        information.may_decline(situation),
        information.barred(situation),
        "withdrawal_requested" in case.flags,
    )


def _alive(world: World) -> list[HearingRecord]:
    return [*hearings.waiting(world.case), *hearings.under_way(world.case)]


def steps(world: World, acts: frozenset[Act]) -> Iterator[World]:
    for act in sorted(acts):
        if act is Act.REOPEN and world.case.round >= MAX_ROUNDS:
            continue
        if act in NEW_HEARINGS and _alive(world) and not (act is Act.START_HEARING and hearings.waiting(world.case)):
            continue
        if act in INFORMATION and (not _in_the_open(world) or (world.case.sensitive and act is not Act.REGISTER_FIR)):
            continue
        if act is Act.PAUSE_CLOCK and (_alive(world) or world.case.round > 1):
            continue
        for body in bodies(world, act):
            following = _accepted(world, act, body)
            if following is not None:
                yield following


def _in_the_open(world: World) -> bool:
    """Nobody waits to be heard, nothing is paused or asked to be withdrawn: none of it changes what an FIR does."""
    busy = _alive(world) or world.situation.paused or "withdrawal_requested" in world.case.flags
    return not busy and world.case.round == 1 and not past.kinds_out(world.case)[1:]


def _accepted(world: World, act: Act, body: CommandBody, *, lag: bool = False) -> World | None:
    try:
        return commanded(world, act, body, lag=lag)
    except CommandFault:
        return None


@cache
def walked(family: str) -> Walk:
    """Every situation from the filing on. `allowed` is compared on the way, which saves to work out twice what is."""
    walk, start = Walk(), STARTS[family]()
    queue = deque([start])
    walk.worlds[situation_of(start)] = start
    while queue:
        world = queue.popleft()
        acts = accepted(world)
        check_list(world, acts)
        here = situation_of(world)
        walk.following[here] = set()
        for following in steps(world, acts):
            there = situation_of(following)
            walk.following[here].add(there)
            if there not in walk.worlds:
                walk.worlds[there] = following
                queue.append(following)
    return walk


def check_list(world: World, acts: frozenset[Act]) -> None:
    for role in ROLES:
        mine = frozenset(act for act in acts if role in TABLE[act].roles)
        # Who verified neither decides an objection to it nor approves the paper.
        mine -= {act for act in mine & ABOVE.keys() if not is_accepted(world, act, f"{role.upper()}:X")}
        assert listed(world, role) == mine, (role, situation_of(world))


def test_every_family_is_walked() -> None:
    """A family of cases without a walk would be one that nobody has brought to an end."""
    assert {start().case.family for start in STARTS.values()} == CASE_FAMILIES


@pytest.mark.parametrize("family", STARTS)
def test_what_is_listed_is_what_is_accepted(family: str) -> None:
    """In every situation and for every role; and no service refuses what intake accepted (`take` asks them)."""
    # Nobody who gave a secret tip is called in: without hearings there is less to walk.
    assert len(walked(family).worlds) > (5 if family == "tip" else 20)


@pytest.mark.parametrize("family", STARTS)
def test_every_open_case_can_be_brought_to_an_end(family: str) -> None:
    """No situation that can be reached is a dead end."""
    walk = walked(family)
    assert [*walk.worlds.keys() - walk.leading_to_an_end()] == []


@pytest.mark.parametrize("family", STARTS)
def test_a_decided_case_has_no_running_clock(family: str) -> None:
    """By the monitor's own rules, but for those of the law that an FIR carries; and intake knows the same to run."""
    for world in walked(family).worlds.values():
        if world.case.state in DONE:
            assert running_but_statutory(world) == frozenset(), situation_of(world)
        assert {one.clock_id for one in world.situation.rounds} == world.running, situation_of(world)


@pytest.mark.parametrize("family", STARTS)
def test_a_reopened_case_can_be_decided_like_the_first_time(family: str) -> None:
    """Nothing of the first round's decision is left, and whatever decided that round can decide the second."""
    worlds = walked(family).worlds.values()
    assert all(past.decision(world.case) is None for world in worlds if world.case.state is State.REOPENED)
    decided = {
        number: {past.decision(world.case) for world in worlds if world.case.round == number} for number in (1, 2)
    }
    assert decided[1] == decided[2] or not decided[2]


@pytest.mark.parametrize("family", STARTS)
def test_a_clock_that_runs_can_be_ended(family: str) -> None:
    """Each clock that runs in some situation is ended by some command of that situation or of one that follows it."""
    walk = walked(family)
    for name in {clock.split(":")[0] for world in walk.worlds.values() for clock in world.running}:
        with_it = {key for key, world in walk.worlds.items() if name in {one.split(":")[0] for one in world.running}}
        free = walk.worlds.keys() - with_it
        ends = {key for key in with_it if walk.following[key] & free}
        assert ends, name


@pytest.mark.parametrize("family", STARTS)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_it_holds_too_while_intake_has_not_heard_of_the_clocks(family: str, data: st.DataObject) -> None:
    """A close right after the filing ends the clock, though its start has not come back from the monitor."""
    world = replace(STARTS[family](), late=())
    world = replace(world, case=replace(world.case, clocks={}))
    for _ in range(data.draw(st.integers(1, 12))):
        acts = accepted(world)
        check_list(world, acts)
        acts -= {Act.REOPEN}
        if not acts:
            break
        act = data.draw(st.sampled_from(sorted(acts)))
        following = _accepted(world, act, data.draw(st.sampled_from([*bodies(world, act)])), lag=True)
        world = world if following is None else following
        if data.draw(st.integers(0, 9)) == 0:
            world = heard(world)
        # What another service's event ended runs for intake until it hears of it; to end it again changes nothing.
        assert {one.clock_id for one in world.situation.rounds} >= world.running
        if world.ended:
            assert running_but_statutory(world) == frozenset()
