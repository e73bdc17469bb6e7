"""The worker on a real Kafka: clocks start, stop and break, and nothing is lost whatever fails."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from event_schemas import (
    ComplaintFiled,
    Envelope,
    Event,
    FilingChannel,
    InquiryCompleted,
    Lane,
    Language,
    SLABreached,
    SLAClockStopped,
    WireRecord,
    ids,
)
from tests.integration.sla_worker import breaches, open_bench, revocations
from tests.issuer import SERVICE, officer_headers


def now() -> datetime:
    """Whole milliseconds, as the monitor reckons."""
    return datetime.fromtimestamp(time.time_ns() // 1_000_000 / 1000, UTC)


def envelope(data: Event) -> Envelope:
    return Envelope(ids.new_event_id(), data.type, "intake", data.occurred_at, data.case_id, None, data)


def filed(at: datetime | None = None, **fields: Any) -> Envelope:
    base: dict[str, Any] = {
        "case_id": ids.new_case_id(),
        "occurred_at": at or now(),
        "case_seq": 1,
        "tracking_number": "JS-26-0000-0000-0",
        "service_code": "e-complaint",
        "lane": Lane.ROUTINE,
        "channel": FilingChannel.WEB,
        "language": Language.HI,
        "district": "Araria",
    }
    return envelope(ComplaintFiled.model_validate(base | fields))


def completed(case: Envelope, at: datetime) -> Envelope:
    data = {"case_id": case.subject, "occurred_at": at, "case_seq": 2, "finding": "substantiated"}
    return envelope(InquiryCompleted.model_validate(data))


async def test_sla_clocks_start_stop_and_break_once(kafka_bootstrap: str, tmp_path: Path) -> None:
    """One case is met, one breaks at its due time and is emitted once, within a second; the API and metrics agree."""
    async with open_bench(kafka_bootstrap, tmp_path) as bench, bench.start_worker() as worker:
        await worker.ready()
        met, broken = filed(), filed()
        await bench.put(met, broken, completed(met, now()))
        await bench.wait_for(lambda emitted: len(breaches(emitted)) == 1)
        await asyncio.sleep(1)
        emitted = await bench.emitted()
        types = {case.subject: [e.type for e, _ in emitted if e.subject == case.subject] for case in (met, broken)}
        assert types[met.subject] == ["SLAClockStarted", "SLAClockStopped"]
        assert types[broken.subject] == ["SLAClockStarted", "SLABreached"]
        breach, appended = next((e.data, at) for e, at in emitted if e.type == "SLABreached")
        assert isinstance(breach, SLABreached)
        assert breach.due_at == broken.data.occurred_at + timedelta(seconds=2)
        assert 0 <= appended / 1000 - breach.due_at.timestamp() < 1.0
        async with httpx.AsyncClient(base_url=worker.url, headers=SERVICE) as client:
            case = (await client.get(f"/v1/sla/cases/{broken.subject}")).json()
            assert case["clocks"][0]["breached_levels"] == [0]
            listed = (await client.get("/v1/sla/open", params={"district": "Araria", "over": 0})).json()
            assert [clock["case_id"] for clock in listed["items"]] == [broken.subject]
            assert (await client.get("/v1/sla/cases/c_nobody")).status_code == 404
            place = f"/v1/sla/cases/{broken.subject}"
            assert (await client.get(place, headers={"authorization": ""})).status_code == 401
            nobody = officer_headers("sho", "SHO:9", station="9")
            assert (await client.get(place, headers=nobody)).status_code == 404
            assert (await client.get("/v1/sla/open", headers=nobody)).json()["items"] == []
            dispatcher = officer_headers("dispatcher", "HQ:control-room")
            hq = officer_headers("hq", "HQ:control-room")
            assert (await client.get(place, headers=hq)).status_code == 200
            assert (await client.get(place, headers=dispatcher)).status_code == 404
            assert (await client.get("/v1/policies")).json()["version"] == "test"
            metrics = (await client.get("/metrics")).text
        assert 'janseva_sla_breaches_total{clock="inquiry",district="Araria",level="0"} 1.0' in metrics
        assert 'janseva_sla_clocks_stopped_total{clock="inquiry",district="Araria",outcome="met"} 1.0' in metrics


async def test_sla_a_late_stop_revokes_the_breach(kafka_bootstrap: str, tmp_path: Path) -> None:
    """A completion that happened in time but arrives after the breach revokes it."""
    async with open_bench(kafka_bootstrap, tmp_path) as bench, bench.start_worker() as worker:
        await worker.ready()
        case = filed()
        await bench.put(case)
        emitted = await bench.wait_for(lambda emitted: len(breaches(emitted)) == 1)
        await bench.put(completed(case, case.data.occurred_at + timedelta(seconds=1)))
        emitted = await bench.wait_for(lambda emitted: bool(revocations(emitted)))
        assert revocations(emitted) == set(breaches(emitted))


async def test_sla_a_restart_does_not_break_what_was_met_meanwhile(kafka_bootstrap: str, tmp_path: Path) -> None:
    """While no worker runs the deadline passes and the stop waits in the log: met, and no breach is ever emitted."""
    async with open_bench(kafka_bootstrap, tmp_path, target_s=15) as bench:
        async with bench.start_worker() as worker:
            await worker.ready()
            # Filed now: had the start taken from their time, a worker killed behind it would have left a true breach.
            cases = [filed() for _ in range(40)]
            await bench.put(*cases)
            await bench.wait_for(lambda emitted: len({e.subject for e in emitted}) == len(cases))
            await worker.kill()
        await bench.put(*[completed(case, case.data.occurred_at + timedelta(seconds=1)) for case in cases])
        await asyncio.sleep(max(0, (cases[-1].data.occurred_at - now()).total_seconds() + 16))
        restarted = now().timestamp() * 1000
        async with bench.start_worker() as again:
            await again.ready()
            emitted = await bench.wait_for(lambda emitted: len({e.subject for e in emitted if _ended(e)}) == len(cases))
            await asyncio.sleep(1)
        assert {e.data.state for e in emitted if isinstance(e.data, SLAClockStopped)} == {"met"}
        assert breaches([e for e, at in await bench.emitted() if at > restarted]) == {}


async def test_sla_a_backlog_breaks_nothing_that_was_met(kafka_bootstrap: str, tmp_path: Path) -> None:
    """All deadlines passed long ago, every stop in time waits further down the log: all met, not one breach emitted."""
    async with open_bench(kafka_bootstrap, tmp_path) as bench:
        cases = [filed(now() - timedelta(minutes=1)) for _ in range(1000)]
        await bench.put(*cases)
        await bench.put(*[completed(case, case.data.occurred_at + timedelta(seconds=1)) for case in cases])
        async with bench.start_worker() as worker:
            await worker.ready()
            await bench.wait_for(
                lambda emitted: len({e.subject for e in emitted if _ended(e)}) == len(cases), within=60
            )
            await asyncio.sleep(1)
        assert Counter(e.type for e, _ in await bench.emitted()) == {"SLAClockStarted": 1000, "SLAClockStopped": 1000}


def _ended(one: Envelope) -> bool:
    return isinstance(one.data, SLAClockStopped)


async def test_sla_garbage_goes_to_the_dead_letters(kafka_bootstrap: str, tmp_path: Path) -> None:
    """No JSON, no headers, no value, a broken tick: each a dead letter, and the next event is handled."""
    async with open_bench(kafka_bootstrap, tmp_path) as bench, bench.start_worker() as worker:
        await worker.ready()
        good = filed()
        headers = [("ce_id", b"x"), ("ce_type", b"ComplaintFiled")]
        garbage = [
            WireRecord(b"c_x", b"{no json", tuple(headers)),
            WireRecord(b"c_x", b"\xff\xfe", ()),
            WireRecord(None, b"", ()),
            WireRecord(b"c_x", b"{}", (("ce_type", b"\xff"),)),
        ]
        for record in garbage:
            await bench.producer.send(bench.cases, record, partition=0)
            await bench.producer.send(f"{bench.prefix}sla.ticks.routine", record, partition=1)
        await bench.put(good)
        await bench.wait_for(lambda emitted: any(e.subject == good.subject for e in emitted))
        for topic in (bench.cases, f"{bench.prefix}sla.ticks.routine"):
            letters = await bench.log(f"{topic}.dlq")
            assert [one.record.value for one in letters] == [record.value for record in garbage]
            assert all(dict(one.record.headers)["dlq_service"] == b"sla-monitor" for one in letters)
        assert not worker.ended


async def test_sla_a_refusing_sink_leaves_nothing_committed(kafka_bootstrap: str, tmp_path: Path) -> None:
    """If Kafka takes no SLA event the process ends with status 1, and the input is still to be read."""
    async with open_bench(kafka_bootstrap, tmp_path) as bench:
        await bench.put(*[filed() for _ in range(20)])
        await bench.refuse_records()
        async with bench.start_worker() as worker:
            assert await worker.status(timedelta(seconds=30)) == 1
        assert "worker_dies" in worker.log()
        assert await bench.committed() == {}


async def test_sla_a_lost_changelog_leaves_nothing_committed(kafka_bootstrap: str, tmp_path: Path) -> None:
    """If Kafka refuses the table's history the process ends with status 1 before the input is committed."""
    async with open_bench(kafka_bootstrap, tmp_path) as bench:
        await bench.make_changelog(**{"max.message.bytes": "100"})
        async with bench.start_worker() as worker:
            await worker.ready()
            await bench.put(*[filed() for _ in range(20)])
            assert await worker.status(timedelta(seconds=30)) == 1
        assert "changelog_write_failed" in worker.log()
        assert await bench.committed() == {}


async def test_sla_a_second_worker_of_one_name_replaces_the_first(kafka_bootstrap: str, tmp_path: Path) -> None:
    """Whoever is thrown out of the group ends at once and says why: two never answer for the same partitions."""
    async with open_bench(kafka_bootstrap, tmp_path) as bench, bench.start_worker("same") as first:
        await first.ready()
        async with bench.start_worker("same") as second:
            assert await first.status(timedelta(seconds=40)) == 1
            assert "thrown_out_of_the_group" in first.log() or "group_refuses_this_worker" in first.log()
            await second.ready()
            case = filed()
            await bench.put(case)
            emitted = await bench.wait_for(lambda emitted: bool(breaches(emitted)))
            assert [e.type for e in emitted if e.subject == case.subject] == ["SLAClockStarted", "SLABreached"]
            assert not second.ended


async def test_sla_of_two_workers_of_one_name_that_join_at_once_one_stays(kafka_bootstrap: str, tmp_path: Path) -> None:
    """The broker lets one in and refuses the other by FENCED_INSTANCE_ID: that one ends, none hangs silently."""
    async with (
        open_bench(kafka_bootstrap, tmp_path) as bench,
        bench.start_worker("same") as first,
        bench.start_worker("same") as second,
    ):
        ending = {asyncio.create_task(one.status(timedelta(seconds=60))): one for one in (first, second)}
        done, pending = await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
        assert [task.result() for task in done] == [1]
        (task,) = pending
        await ending[task].ready()
        case = filed()
        await bench.put(case)
        await bench.wait_for(lambda emitted: bool(breaches(emitted)))
        task.cancel()


async def test_sla_kill_in_the_middle_of_deadlines(kafka_bootstrap: str, tmp_path: Path) -> None:
    """Two workers, 400 deadlines over 20 s, one worker killed with -9 and started again: none missed, none doubled."""
    async with open_bench(kafka_bootstrap, tmp_path, target_s=4) as bench:
        async with bench.start_worker("w1") as first, bench.start_worker("w2") as second:
            await asyncio.gather(first.ready(), second.ready())
            start = now()
            cases = [filed(start + timedelta(milliseconds=50 * i)) for i in range(400)]
            met = cases[::5]
            await bench.put(*cases, *[completed(case, case.data.occurred_at) for case in met])
            await asyncio.sleep(12)
            await first.kill()
            await asyncio.sleep(2)
            async with bench.start_worker("w1") as again:
                await again.ready()
                broken = {case.subject for case in cases} - {case.subject for case in met}
                await bench.wait_for(
                    lambda emitted: {b.case_id for b in breaches(emitted).values()} >= broken, within=60
                )
                await asyncio.sleep(2)
                emitted = [e for e, _ in await bench.emitted()]
        found = [breach.case_id for breach in breaches(emitted).values()]
        assert sorted(found) == sorted(broken)
        assert revocations(emitted) == set()
