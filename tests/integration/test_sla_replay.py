"""Real requests and random ones through the real worker: exactly what was late is emitted as late."""

import asyncio
import csv
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from event_schemas import (
    ComplaintFiled,
    ComplaintWithdrawn,
    Envelope,
    Event,
    EvidenceAdded,
    InquiryCompleted,
    SLAClockAdjusted,
    SLAClockStarted,
    SLAClockStopped,
)
from janseva_local.folder import ROOT
from tests.integration.sla_worker import Bench, breaches, open_bench, revocations
from tests.integration.test_sla_worker import completed, envelope, filed, now

SAMPLE = ROOT.parent / "shared" / "geo" / "nyc_311_sla_sample.csv"
MS = timedelta(milliseconds=1)


async def play(bench: Bench, timeline: list[tuple[datetime, Envelope]]) -> None:
    """Put each envelope when its time comes."""
    waiting = sorted(timeline, key=lambda one: one[0])
    while waiting:
        due = [one for at, one in waiting if at <= now()]
        waiting = waiting[len(due) :]
        if due:
            await bench.put(*due)
        await asyncio.sleep(0.05)


def standing(emitted: list[Envelope]) -> set[str]:
    """The cases whose breach was emitted and not revoked."""
    revoked = revocations(emitted)
    return {breach.case_id for breach_id, breach in breaches(emitted).items() if breach_id not in revoked}


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample of NYC's 311 requests lies beside the project")
async def test_sla_real_requests_are_late_if_and_only_if_they_were(kafka_bootstrap: str, tmp_path: Path) -> None:
    """751 requests with a due and a closing time, each compressed to four seconds: the 109 late ones, no other."""
    target = timedelta(seconds=4)
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["due_date"] and row["closed_date"]]
    async with open_bench(kafka_bootstrap, tmp_path, target_s=4) as bench, bench.start_worker() as worker:
        await worker.ready()
        start, late = now() + timedelta(seconds=1), set()
        timeline: list[tuple[datetime, Envelope]] = []
        for number, row in enumerate(rows):
            created, due, closed = (datetime.fromisoformat(row[f"{n}_date"]) for n in ("created", "due", "closed"))
            at = start + timedelta(milliseconds=10 * number)
            case, end = filed(at), at + max(timedelta(0), target * min(2.0, (closed - created) / (due - created)))
            # What lies a second beside the due time after weeks stays on its side of it.
            end = max(end, at + target + MS) if closed > due else min(end, at + target)
            timeline += [
                (at, case),
                (end, completed(case, datetime.fromisoformat(end.isoformat(timespec="milliseconds")))),
            ]
            if closed > due:
                late.add(case.subject)
        assert (len(rows), len(late)) == (751, 109)
        await play(bench, timeline)
        emitted = await bench.wait_for(
            lambda emitted: sum(isinstance(e.data, SLAClockStopped) for e in emitted) >= len(rows)
        )
        assert standing(emitted) == late
        states = {one.data.case_id: one.data.state for one in emitted if isinstance(one.data, SLAClockStopped)}
        assert {case for case, state in states.items() if state == "breached"} == late


# The reference: what a clerk would say of one case, knowing everything.
def outcome(events: list[Event], target: timedelta) -> tuple[str, bool]:
    """(state of the inquiry's clock, whether its breach stands), once the due time has passed."""
    (filing,) = (one for one in events if isinstance(one, ComplaintFiled))
    due = filing.occurred_at + target
    ends = [(e.occurred_at, isinstance(e, ComplaintWithdrawn)) for e in events if isinstance(e, ENDS)]
    if not ends:
        return "running", True
    at, withdrawn = min(ends)
    return ("breached", True) if at > due else ("cancelled" if withdrawn else "met", False)


ENDS = (InquiryCompleted, ComplaintWithdrawn)


@pytest.mark.parametrize("seed", [1, 2])
async def test_sla_random_streams_end_as_a_clerk_would_decide(kafka_bootstrap: str, tmp_path: Path, seed: int) -> None:
    """Events in any order, doubled, delayed, with ends before and after the due time; the worker killed on the way."""
    dice, target = random.Random(seed), timedelta(seconds=3)
    async with open_bench(kafka_bootstrap, tmp_path, target_s=3) as bench:
        start = now()
        cases: dict[str, list[Event]] = {}
        timeline: list[tuple[datetime, Envelope]] = []
        for _ in range(120):
            case = filed(start + timedelta(milliseconds=dice.randrange(-5_000, 5_000)))
            events = [case, *_others(dice, case, target)]
            cases[case.subject] = [one.data for one in events]
            doubled = dice.sample(events, dice.randrange(len(events)))
            timeline += [(start + timedelta(milliseconds=dice.randrange(9_000)), one) for one in [*events, *doubled]]
        async with bench.start_worker() as worker:
            playing = asyncio.create_task(play(bench, timeline))
            await worker.ready()
            await asyncio.sleep(1)
            await worker.kill()
        async with bench.start_worker() as worker:
            await worker.ready()
            await playing
            wanted = {case: outcome(events, target) for case, events in cases.items()}

            def settled(emitted: list[Envelope]) -> bool:
                return _emitted(emitted) == wanted

            emitted = await bench.wait_for(settled, within=45)
            assert len({one.event_id for one in emitted if isinstance(one.data, SLAClockStarted)}) == len(cases)


def _others(dice: random.Random, case: Envelope, target: timedelta) -> list[Envelope]:
    """A few events that may end the clock, at times around the due time, and some that touch nothing."""
    found: list[Envelope] = []
    for kind in dice.choices((InquiryCompleted, ComplaintWithdrawn, EvidenceAdded), k=dice.randrange(4)):
        at = case.data.occurred_at + timedelta(milliseconds=dice.randrange(1, 2 * target // MS))
        fields: dict[str, Any] = {"case_id": case.subject, "occurred_at": at, "case_seq": 2}
        if kind is InquiryCompleted:
            fields["finding"] = "substantiated"
        elif kind is EvidenceAdded:
            fields |= {"evidence_id": "e1", "media_type": "image/png", "bytes": 1, "sha256": "0" * 64}
        found.append(envelope(kind.model_validate(fields)))
    return found


def _emitted(emitted: list[Envelope]) -> dict[str, tuple[str, bool]]:
    """By case: the state that was emitted last (highest rev), and whether a breach stands."""
    types = (SLAClockStarted, SLAClockAdjusted, SLAClockStopped)
    last: dict[str, tuple[int, str]] = {}
    for one in emitted:
        if isinstance(one.data, types):
            last[one.subject] = max(last.get(one.subject, (0, "")), (one.data.rev, str(one.data.state)))
    late = standing(emitted)
    return {case: (state, case in late) for case, (_rev, state) in last.items()}
