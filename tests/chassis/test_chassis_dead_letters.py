"""The operator's command for dead letters, apart from Kafka: its words, its selection, what the pages say of it."""

import re
import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from deploy.prometheus.alerts import ALERTS

from chassis.__main__ import main
from chassis.dead_letters.command_line import app
from chassis.dead_letters.log import DeadLetter, letter_of
from chassis.dead_letters.selection import RecordPosition, Selection
from chassis.kafka.invalid import SourceRecord, dead_letter
from chassis.kafka.readers import LogRecord
from event_schemas import WireRecord
from tests.command_lines import understood

ROOT = Path(__file__).resolve().parents[2]
AT = datetime(2026, 11, 22, 4, 10, tzinfo=UTC)
LETTER = DeadLetter(
    RecordPosition(0, 12),
    AT,
    "routing",
    "schema",
    "ComplaintFiled",
    "cases.routine",
    RecordPosition(2, 4711),
    None,
    None,
)
ANY = Selection()


def test_every_command_of_the_page_is_understood() -> None:
    """What the runbook has an operator type has no argument that the command doesn't know, and the alert names it."""
    page = (ROOT / "docs/runbooks/JansevaDeadLetters.md").read_text(encoding="utf-8").replace("\\\n", " ")
    typed = re.findall(r"janseva (dead-letters [^`\n]+)", page)
    assert {understood(app, shlex.split(arguments)).path for arguments in typed} == {
        "dead-letters list",
        "dead-letters show",
        "dead-letters replay",
    }
    (alert,) = [alert for alert in ALERTS if alert.name == "JansevaDeadLetters"]
    assert "janseva dead-letters" in alert.description


@pytest.mark.parametrize(
    "arguments", ["replay --topic t", "replay --topic t --at 0:1 --yes --by HQ", "show --topic t --at 1"]
)
def test_a_careless_command_is_refused(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A replay of everything, one without a reason, a place that is none: status 2, and Kafka is not asked."""
    assert main(["dead-letters", "--bootstrap", "127.0.0.1:1", *shlex.split(arguments)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err.startswith("not understood: ")) == ("", 1, True)


def test_a_time_is_by_indias_clock() -> None:
    """Without a zone a time is India's, five and a half hours ahead of UTC; `until` is not in the selection itself."""
    arguments = ["dead-letters", "list", "--since", "2026-11-22T09:40", "--until", "2026-11-22T04:11:00Z"]
    given = understood(app, arguments).values
    assert given["since"] == AT
    wanted = replace(ANY, since=given["since"], until=given["until"])
    assert wanted.holds(LETTER)
    assert not wanted.holds(replace(LETTER, at=AT - timedelta(seconds=1)))
    assert not wanted.holds(replace(LETTER, at=given["until"]))


@pytest.mark.parametrize(
    "wanted",
    [
        replace(ANY, service="notifier"),
        replace(ANY, reason="unknown_version"),
        replace(ANY, type="ComplaintAcknowledged"),
        replace(ANY, positions=frozenset({RecordPosition(12, 0)})),
    ],
)
def test_each_part_of_a_selection_narrows_it(wanted: Selection) -> None:
    """One thing that is not as asked for leaves a dead letter out."""
    assert ANY.holds(LETTER)
    assert not wanted.holds(LETTER)


@pytest.mark.parametrize("topic", ["directory.posts", "sla.ticks.routine"])
def test_what_describes_the_present_is_not_replayed(topic: str) -> None:
    """An old post or tick would stand above the newer ones."""
    record = dead_letter(SourceRecord(topic, 0, 5, b"k", b"{}", (("ce_type", b"DirectoryPost"),)), "schema", "notifier")
    found = letter_of(LogRecord(f"{topic}.dlq", 0, 0, 0, record))
    assert found is not None
    assert "would undo a newer one" in (found.cannot or "")


@pytest.mark.parametrize("broken", [("dlq_service", b"\xff"), ("dlq_offset", b"x"), ("dlq_replay_of", b"1")])
def test_a_foreign_record_is_no_dead_letter(broken: tuple[str, bytes]) -> None:
    """A record whose place or service can't be read is counted, not trusted."""
    record = dead_letter(SourceRecord("cases.routine", 0, 5, b"k", b"{}", ()), "schema", "notifier")
    headers = (*((name, value) for name, value in record.headers if name != broken[0]), broken)
    assert letter_of(LogRecord("cases.routine.dlq", 0, 0, 0, record)) is not None
    assert letter_of(LogRecord("cases.routine.dlq", 0, 0, 0, WireRecord(b"k", b"{}", headers))) is None
