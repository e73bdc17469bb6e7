"""The audit trail: every act and reading of a case, chained; what is done to it afterwards is found."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from event_schemas import AuditHead
from intake.case.keys import Keys
from intake.case.model import ActedBy
from intake.case.trail.domain import EntryKind, FindingKind, TrailEntry, findings
from intake.commands.table import DESK_COMMANDS
from tests.intake.intake_rig import ASHA, COMPLAINT, HQ, RAVI, SHO, SP, Rig, settings

SIGN = Keys(settings().receipt_key).trail
Entries = Sequence[TrailEntry]


async def worked_on(intake: Rig) -> str:
    """A case that was read, acknowledged, revealed and inquired."""
    case_id = str((await intake.filed(COMPLAINT))["case_id"])
    await intake.assign(case_id)
    for call in (
        intake.get(f"/v1/desk/cases/{case_id}", by=SHO),
        intake.command(case_id, "acknowledge"),
        intake.post(f"/v1/desk/cases/{case_id}/reveal", {"reason": "call back"}, by=SP),
        intake.command(case_id, "complete-inquiry", {"finding": "substantiated", "fir_recommended": False}),
    ):
        answer = await call
        assert answer.status_code in (200, 202), answer.text
        intake.clock.advance(timedelta(minutes=1))
    return case_id


async def found(intake: Rig, case_id: str, entries: Entries | None = None, **more: Any) -> set[tuple[FindingKind, str]]:
    kept = await intake.trail.entries(case_id) if entries is None else entries
    heads: list[AuditHead] = more.get("heads", intake.trails.heads(case_id))
    history = more.get("history", intake.store.cases[case_id].history)
    return {(one.kind, one.where) for one in findings(case_id, kept, heads, history, SIGN)}


async def test_acts_and_readings_stand_in_one_chain(intake: Rig) -> None:
    """In their order, with who and why; the trail is whole, and its newest head says how far it goes."""
    case_id = await worked_on(intake)
    entries = await intake.trail.entries(case_id)
    assert [(one.kind, one.what, one.post, one.actor) for one in entries] == [
        (EntryKind.LOOK, "opened", SHO.post, SHO.sub),
        (EntryKind.ACT, "ComplaintAcknowledged", SHO.post, SHO.sub),
        (EntryKind.LOOK, "call back", SP.post, SP.sub),
        (EntryKind.ACT, "InquiryCompleted", SHO.post, SHO.sub),
    ]
    # The first answers for the filing too.
    covered = {one.partition(" ")[0] for entry in entries for one in entry.covers}
    assert covered == {entry.event_id for entry in intake.store.cases[case_id].history}
    assert [head.seq for head in intake.trails.heads(case_id)] == [1, 2, 3, 4]
    assert await found(intake, case_id) == set()


def altered(entries: Entries) -> Entries:
    return [*entries[:2], replace(entries[2], what="for fun"), *entries[3:]]


def another_officer(entries: Entries) -> Entries:
    return [*entries[:2], replace(entries[2], actor="dev-sho"), *entries[3:]]


def forgotten(entries: Entries) -> Entries:
    """As an owner's erasure does; an officer's name is never erased."""
    return [*entries[:2], replace(entries[2], actor="erased", salt=""), *entries[3:]]


def removed(entries: Entries) -> Entries:
    return [*entries[:1], *entries[2:]]


def closed_up(entries: Entries) -> Entries:
    """The entry behind the removed one takes its number and place, as far as one can without the key."""
    moved = replace(entries[2], seq=2, previous=entries[0].link)
    return [entries[0], moved, replace(entries[3], seq=3, previous=moved.link)]


def swapped(entries: Entries) -> Entries:
    return [entries[0], replace(entries[2], seq=2), replace(entries[1], seq=3), entries[3]]


def cut(entries: Entries) -> Entries:
    return entries[:2]


def emptied(_entries: Entries) -> Entries:
    return []


@pytest.mark.parametrize(
    ("change", "kind", "where"),
    [
        (altered, FindingKind.ALTERED, "entry 3"),
        (another_officer, FindingKind.ALTERED, "entry 3"),
        (forgotten, FindingKind.ALTERED, "entry 3"),
        (removed, FindingKind.REMOVED, "entry 2"),
        (closed_up, FindingKind.REORDERED, "entry 2"),
        (swapped, FindingKind.REORDERED, "entry 2"),
        (cut, FindingKind.CUT, "entries 3 to 4"),
        (emptied, FindingKind.CUT, "entries 1 to 4"),
    ],
)
async def test_what_was_done_to_a_trail_is_found(
    intake: Rig, change: Callable[[Entries], Entries], kind: FindingKind, where: str
) -> None:
    """Altered, removed, moved, cut: each by its name and place."""
    case_id = await worked_on(intake)
    assert (kind, where) in await found(intake, case_id, change(await intake.trail.entries(case_id)))


async def test_who_has_the_key_is_found_by_the_heads(intake: Rig) -> None:
    """A trail written anew from its second entry on is a good chain, and not the one whose heads Kafka has."""
    case_id = await worked_on(intake)
    case, kept = intake.store.cases[case_id], await intake.trail.entries(case_id)
    intake.trails.kept[case_id] = [*kept[:1]]
    await intake.trail.act(case, another_by(kept[1]), case.history[1:])
    forged = await intake.trail.entries(case_id)
    heads = intake.trails.heads(case_id)[:4]
    assert await found(intake, case_id, forged, heads=[]) == set()
    assert await found(intake, case_id, forged, heads=heads) == {
        (FindingKind.REWRITTEN, "entry 2"),
        (FindingKind.CUT, "entries 3 to 4"),
    }
    # Put between those that were there, it is a good entry in a chain that does not go on from it.
    spliced = await found(intake, case_id, [kept[0], forged[1], *kept[2:]], heads=[])
    assert (FindingKind.REORDERED, "entry 3") in spliced


def another_by(entry: TrailEntry) -> ActedBy:
    return ActedBy("SHO:5140012", entry.actor)


async def test_a_head_that_is_not_ours_proves_nothing(intake: Rig) -> None:
    """Who can write the topic alone is found out, and cuts no trail by it."""
    case_id = await worked_on(intake)
    forged = intake.trails.heads(case_id)[-1].model_copy(update={"seq": 9})
    assert await found(intake, case_id, heads=[forged]) == {(FindingKind.FORGED_HEAD, "head 9")}


async def test_an_act_without_an_entry_is_found(intake: Rig) -> None:
    """What somebody writes into the case's history himself, and what he changes there."""
    case_id = await worked_on(intake)
    history = intake.store.cases[case_id].history
    put_in = replace(history[-1], event_id="00000000-0000-7000-8000-000000000000", event="ComplaintClosed")
    (one,) = await found(intake, case_id, history=(*history, put_in))
    assert one == (FindingKind.UNRECORDED, f"ComplaintClosed {put_in.event_id}")
    changed = replace(history[-1], params={**history[-1].params, "finding": "unsubstantiated"})
    (other,) = await found(intake, case_id, history=(*history[:-1], changed))
    assert other == (FindingKind.CHANGED_ACT, f"InquiryCompleted {changed.event_id}")


async def test_a_refused_act_and_a_strangers_reading_leave_no_entry(intake: Rig) -> None:
    """What was not done and not shown is not in the trail; an act that another write came before changes no history."""
    case_id = str((await intake.filed(COMPLAINT))["case_id"])
    await intake.assign(case_id)
    assert (await intake.get(f"/v1/desk/cases/{case_id}", by=RAVI)).status_code == 403
    for act in DESK_COMMANDS:
        if act != "acknowledge":
            assert (await intake.command(case_id, act, {"never": 1}, by=HQ)).status_code in (403, 409, 422)
    assert await intake.trail.entries(case_id) == ()


async def test_an_owners_name_can_be_erased_without_a_finding(intake: Rig) -> None:
    """That the owner had his data copied stays; who he was does not, and the trail is whole."""
    case_id = str((await intake.filed(COMPLAINT))["case_id"])
    assert (await intake.get("/v1/me/export", by=ASHA)).status_code == 200
    (look,) = await intake.trail.looks(case_id)
    assert look.actor == ASHA.sub
    await intake.trail.forget_owner(case_id)
    (look,) = await intake.trail.looks(case_id)
    assert (look.actor, look.salt, look.what) == ("erased", "", "export")
    assert await found(intake, case_id) == set()
