"""The reconciler repairs, and the audit finds, what is planted in a real log."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from event_schemas import Envelope, SLABreached, ids
from sla_monitor.__main__ import main
from sla_monitor.commands import audit as audit_command
from sla_monitor.commands.audit_page import as_json, as_text
from sla_monitor.domain.emissions import Emission
from sla_monitor.domain.times import epoch_ms
from sla_monitor.ledger.app import Parts
from sla_monitor.ledger.audit import AuditResult
from sla_monitor.ledger.reconciler import Reconciler
from sla_monitor.ledger.store import TopicPartition
from tests.integration.sla_ledger_rig import LedgerRig, complete_up_to, set_watermark
from tests.manual_clock import ManualClock
from tests.sla_monitor.sla_events import CASE, DAY, MINUTE, T0, assigned, completed, filed, responder

# Thirty days that ended long before the test: every deadline of an emergency filed at T0 has passed.
EVENTS: tuple[Envelope, ...] = (filed(0, "emergency-112"), assigned(5), responder(21 * MINUTE, "police"))
DUE = T0 + timedelta(minutes=20)


def breaches(emitted: list[Emission]) -> list[Emission]:
    return [one for one in emitted if isinstance(one.data, SLABreached)]


def counts(result: AuditResult) -> dict[str, int]:
    return {kind: result.count(kind) for kind in ("missed", "doubled", "untrue")}


async def partition_of(parts: Parts) -> TopicPartition:
    (one,) = await parts.store.rounds.find({"case_id": CASE}).to_list(None)
    return TopicPartition(one["topic"], one["partition"])


async def prepared(ledger_rig: LedgerRig, parts: Parts, *, by_workers: bool) -> tuple[Reconciler, TopicPartition]:
    """A breach that the workers emitted or not, in the ledger; a reconciler whose clock stands at the due time."""
    emitted = ledger_rig.work(EVENTS, datetime.now(UTC))
    await ledger_rig.publish(*EVENTS)
    await ledger_rig.emit(*(one for one in emitted if by_workers or not isinstance(one.data, SLABreached)))
    await complete_up_to(parts, datetime.now(UTC))
    tp = await partition_of(parts)
    # As if all of it had been heard at its time, not today.
    await parts.store.rounds.update_many({}, {"$set": {"check_at": DUE}})
    await parts.store.cases.update_many({}, {"$set": {"changed_at": DUE}})
    return ledger_rig.reconciler(parts, ManualClock(DUE)), tp


async def test_a_missing_breach_is_emitted_under_the_workers_id_and_only_once_it_is_certain(
    ledger_rig: LedgerRig,
) -> None:
    """Not before the watermark is 120 s past the due time; then once, by the worker's id; then the audit is content."""
    (expected,) = breaches(ledger_rig.work(EVENTS, datetime.now(UTC)))
    async with ledger_rig.ledger() as parts:
        reconciler, tp = await prepared(ledger_rig, parts, by_workers=False)
        assert counts(await ledger_rig.audit()) == {"missed": 1, "doubled": 0, "untrue": 0}
        await parts.background.stop()  # the watermarks are the test's from here on
        await parts.watermarks.collection.update_many({}, {"$set": {"at": DUE + timedelta(seconds=120)}})
        assert await reconciler.reconcile() == []
        await set_watermark(parts, tp, DUE + timedelta(seconds=120, milliseconds=1))
        (found,) = await reconciler.reconcile()
        assert (found.kind, found.breach_id) == ("missed", expected.event_id)
    assert (
        ledger_rig.registry.get_sample_value(
            "janseva_sla_reconciler_findings_total", {"kind": "missed", "clock": "dial112_response", "mended": "true"}
        )
        == 1.0
    )
    result = await ledger_rig.audit(log_only=True)
    assert counts(result) == {"missed": 0, "doubled": 0, "untrue": 0}
    assert (result.breaches, result.repeats) == (1, 0)


async def test_what_was_emitted_is_not_emitted_again(ledger_rig: LedgerRig) -> None:
    """A breach that stands in the log satisfies the reconciler, which then has nothing more to look at."""
    async with ledger_rig.ledger() as parts:
        reconciler, _ = await prepared(ledger_rig, parts, by_workers=True)
        assert await reconciler.reconcile() == []
        assert await parts.store.rounds.count_documents({"check_at": {"$exists": True}}) == 0


async def test_a_level_that_was_emitted_does_not_hide_the_next(ledger_rig: LedgerRig) -> None:
    """Level 0 stands; ten minutes later, still nobody there, level 1 is missing: that one is emitted, and it alone."""
    running = EVENTS[:2]
    async with ledger_rig.ledger() as parts:
        await ledger_rig.publish(*running)
        await ledger_rig.emit(*ledger_rig.work(running, DUE + timedelta(seconds=1)))
        await complete_up_to(parts, datetime.now(UTC))
        await parts.background.stop()
        tp = await partition_of(parts)
        await parts.store.rounds.update_many({}, {"$set": {"check_at": DUE}})
        await parts.store.cases.update_many({}, {"$set": {"changed_at": DUE}})
        reconciler = ledger_rig.reconciler(parts, ManualClock(DUE + timedelta(minutes=15)))
        await set_watermark(parts, tp, DUE + timedelta(minutes=3))
        assert await reconciler.reconcile() == []
        await set_watermark(parts, tp, DUE + timedelta(minutes=12, milliseconds=1))
        assert [(found.kind, found.level) for found in await reconciler.reconcile()] == [("missed", 1)]


async def test_behind_its_watermark_the_reconciler_alerts_and_emits_nothing(ledger_rig: LedgerRig) -> None:
    """Overdue by the wall clock, unread by the ledger: perhaps it was met. A metric, no event."""
    running = EVENTS[:2]
    async with ledger_rig.ledger() as parts:
        await ledger_rig.publish(*running)
        await complete_up_to(parts, datetime.now(UTC))
        tp = await partition_of(parts)
    async with ledger_rig.ledger() as parts:
        await parts.background.stop()
        await set_watermark(parts, tp, DUE - timedelta(seconds=1))
        clock = ManualClock(DUE + timedelta(seconds=121))
        assert await ledger_rig.reconciler(parts, clock).reconcile() == []
    undecided = ledger_rig.registry.get_sample_value("janseva_sla_reconciler_undecided", {"topic": ledger_rig.topic()})
    assert undecided == 1.0


async def test_a_breach_that_turned_untrue_is_revoked(ledger_rig: LedgerRig) -> None:
    """Emitted by a worker that has lost its memory since; the stop in time arrives late: the reconciler revokes."""
    events = (EVENTS[0], EVENTS[1], responder(19 * MINUTE, "police"))
    (false,) = breaches(ledger_rig.work(events[:2], DUE + timedelta(seconds=1)))
    async with ledger_rig.ledger() as parts:
        await ledger_rig.publish(*events[:2])
        await ledger_rig.emit(false)
        await ledger_rig.publish(events[2])
        await complete_up_to(parts, datetime.now(UTC))
        assert counts(await ledger_rig.audit()) == {"missed": 0, "doubled": 0, "untrue": 1}
        clock = ManualClock(datetime.now(UTC))
        await parts.store.rounds.update_many({}, {"$set": {"check_at": DUE}})
        await parts.store.cases.update_many({}, {"$set": {"changed_at": DUE}})
        (found,) = await ledger_rig.reconciler(parts, clock).reconcile()
        assert (found.kind, found.breach_id) == ("untrue", false.event_id)
        await complete_up_to(parts, datetime.now(UTC))
        result = await ledger_rig.audit()
    assert counts(result) == {"missed": 0, "doubled": 0, "untrue": 0}
    assert result.revoked == 1


def forged(true: Emission, **changes: object) -> Emission:
    """The same event under another id, or with something else in it."""
    other = ids.new_event_id()
    return replace(true, event_id=other, data=true.data.model_copy(update={"breach_id": other, **changes}))


async def test_the_audit_is_content_with_a_faultless_log(ledger_rig: LedgerRig) -> None:
    """Emitted twice under one id is once; the lateness table and the ledger's agreement are there."""
    emitted = ledger_rig.work(EVENTS, datetime.now(UTC))
    async with ledger_rig.ledger():
        await ledger_rig.publish(*EVENTS, completed(DAY))
        await ledger_rig.emit(*emitted, *breaches(emitted))
        result = await ledger_rig.audit()
    assert (result.clean, result.repeats, result.compared, result.disagreements) == (True, 1, 1, [])
    (late,) = as_json(result)["late"]
    assert (late["clock"], late["breaches"]) == ("dial112_response", 1)
    assert 0 <= late["p50_s"] <= late["p99_s"] <= late["max_s"] < 60
    assert any("all right" in line for line in as_text(result))


@pytest.mark.parametrize("kind", ["missed", "doubled", "untrue"])
async def test_the_audit_finds_what_was_planted(ledger_rig: LedgerRig, kind: str) -> None:
    """One breach left out, emitted twice under two ids, or emitted for a clock that was met."""
    emitted = ledger_rig.work(EVENTS, datetime.now(UTC))
    (true,) = breaches(emitted)
    met: Envelope = filed(0, "emergency-112", kinds=("police", "fire"))
    match kind:
        case "missed":
            planted = [one for one in emitted if one is not true]
        case "doubled":
            planted = [*emitted, forged(true)]
        case _:
            planted = [*emitted, forged(true, clock_id="dial112_response:fire")]
            emitted = ledger_rig.work([met, *EVENTS[1:], responder(60, "fire")], datetime.now(UTC))
    await ledger_rig.publish(*([met, *EVENTS[1:], responder(60, "fire")] if kind == "untrue" else EVENTS))
    await ledger_rig.emit(*planted)
    result = await ledger_rig.audit(log_only=True)
    assert counts(result) == {"missed": 0, "doubled": 0, "untrue": 0} | {kind: 1}
    (finding,) = as_json(result)["findings"]
    assert (finding["kind"], finding["case_id"]) == (kind, CASE)


async def test_a_ledger_that_differs_from_the_log_is_found(ledger_rig: LedgerRig) -> None:
    """A round changed by hand is a disagreement, and the report's source is no longer clean."""
    async with ledger_rig.ledger() as parts:
        await ledger_rig.publish(*EVENTS)
        await ledger_rig.emit(*ledger_rig.work(EVENTS, datetime.now(UTC)))
        await complete_up_to(parts, datetime.now(UTC))
        await parts.store.rounds.update_one({"case_id": CASE}, {"$set": {"state": "met"}})
        result = await ledger_rig.audit()
    assert [one.what for one in result.disagreements] == ["state"]
    assert not result.clean


async def test_where_the_log_has_lost_its_beginning_the_ledger_remembers(ledger_rig: LedgerRig) -> None:
    """A filing and its breach older than the log's retention: neither missed nor untrue, and the audit says so."""
    emitted = ledger_rig.work(EVENTS, datetime.now(UTC))
    async with ledger_rig.ledger() as parts:
        await ledger_rig.publish(*EVENTS)
        await ledger_rig.emit(*emitted)
        await complete_up_to(parts, datetime.now(UTC))
        tp = await partition_of(parts)
        admin = AIOKafkaAdminClient(bootstrap_servers=ledger_rig.settings.kafka_bootstrap)
        await admin.start()
        await admin.delete_records({KafkaPartition(tp.topic, tp.partition): RecordsToDelete(before_offset=-1)})
        await admin.close()
        result = await ledger_rig.audit()
    assert (result.records, result.from_ledger, result.compared) == (0, 1, 1)
    assert result.clean


async def test_the_command_ends_with_1_if_something_is_wrong(
    ledger_rig: LedgerRig, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``python -m sla_monitor audit --json``: a document on stdout, and the status that a CronJob looks at."""
    await ledger_rig.publish(*EVENTS)
    options = audit_command.AuditOptions(log_only=True, grace=0.0)
    result = await audit_command.audit(ledger_rig.settings, options, ManualClock(datetime.now(UTC)))
    monkeypatch.setattr(audit_command, "run", lambda *_: result)
    assert main(["audit", "--json", "--log-only"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert (printed["missed"], printed["findings"][0]["due_at"]) == (1, DUE.isoformat())
    assert epoch_ms(DUE) == epoch_ms(datetime.fromisoformat(printed["findings"][0]["due_at"]))
