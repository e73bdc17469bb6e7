"""`python -m sla_monitor policies check`: what an operator reads before a file is put to use."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.policy_file import read_policies
from chassis.settings import load_yaml
from event_schemas.policies import DEFAULT_PATH
from sla_monitor.__main__ import main


@pytest.fixture
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = load_yaml(DEFAULT_PATH)
    return loaded


def check(folder: Path, document: dict[str, Any], *more: str) -> int:
    path = folder / "policies.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return main(["policies", "check", str(path), *more])


def test_the_shipped_file_passes_and_its_promises_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """One line a promise, in words; what no rule can refuse is noted."""
    assert main(["policies", "check"]) == 0
    shown = capsys.readouterr().out
    assert "edition 2026-11.2, for clocks that start from 01 November 2026 00:00 (India) on" in shown
    lines = {line.split()[0]: " ".join(line.split()) for line in shown.splitlines() if line.startswith("  ")}
    assert lines["dial112_response"].startswith("dial112_response police 20 minutes 50%, 80% - SHO, SDPO +10 minutes")
    assert lines["efir_signature"] == "efir_signature citizen 3 days to the day's end 67%, 92% - SHO e-fir"
    assert "70 hours of office time" in lines["verification"]
    assert "no holidays are known from 2028 on" in shown


def test_each_fault_is_one_line_with_its_location(
    tmp_path: Path, document: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Edition and clock by their names, the event, field or service that there is not; nothing twice, no traceback."""
    document["clocks"][0]["starts_on"][0]["key"] = "kindz"
    document["clocks"][2]["stops_on"][0]["event"] = "InquiryDone"
    document["clocks"][-1]["services"] = ["secret-tips"]
    assert check(tmp_path, document) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.partition(": ")[2] for line in err.splitlines()] == [
        "2026-11.2 > dial112_response > starts_on > 0: ComplaintFiled has no field 'kindz'",
        "2026-11.2 > inquiry > stops_on > 0 > event: there is no event 'InquiryDone'",
        "2026-11.2 > tip_response > services: unknown services: secret-tips",
    ]


@pytest.mark.parametrize("text", ["{", None, "- a list", "words"])
def test_a_file_that_is_no_policy_is_refused(
    tmp_path: Path, text: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Broken YAML, no file, another document: a message, never a traceback."""
    path = tmp_path / "policies.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert main(["policies", "check", str(path)]) == 1
    assert capsys.readouterr().err.startswith(str(path))


def test_history_is_added_to_and_never_rewritten(
    tmp_path: Path, document: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Against the file in use: a further edition passes, a changed or a missing one does not."""
    in_use = tmp_path / "in-use.yaml"
    in_use.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    against = ("--against", str(in_use))
    following = document | {"version": "2027-01.1", "effective_from": "2027-01-01T00:00:00+05:30"}
    assert check(tmp_path, {"editions": [document, following]}, *against) == 0
    assert check(tmp_path, following, *against) == 1
    assert "edition 2026-11.2 is gone" in capsys.readouterr().err
    document["clocks"][0]["target"] = "PT25M"
    assert check(tmp_path, {"editions": [document, following]}, *against) == 1
    assert "edition 2026-11.2 was changed: add an edition with a later date" in capsys.readouterr().err


def test_the_first_edition_in_force_was_not_touched() -> None:
    """What has been in use stands at the head of the shipped file and the folder that follows it."""
    assert [edition.version for edition in read_policies(DEFAULT_PATH).editions] == [
        "2026-11.2",
        "2026-11.3",
        "2026-11.4",
        "2026-11.5",
        "2026-12.1",
        "2026-12.2",
    ]


def test_office_time_is_called_what_it_is(
    tmp_path: Path, document: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """P2D of office time are 48 hours and not two days; delays and pauses too; working_days are named as such."""
    clocks = {one["clock"]: one for one in document["clocks"]}
    clocks["verification"] |= {"target": "P2D", "pause_cap": "P1D"}
    clocks["certificate"] |= {"working_days": 2}
    del clocks["certificate"]["target"]
    document["office"]["closes"] = "24:00"
    assert check(tmp_path, document) == 0
    shown = capsys.readouterr().out
    lines = {line.split()[0]: " ".join(line.split()) for line in shown.splitlines() if line.startswith("  ")}
    assert "48 hours of office time (about 3.4 working days)" in lines["verification"]
    assert "24 hours of office time" in lines["verification"]
    assert "2 working days (28 hours of office time)" in lines["certificate"]
    assert "10:00 to 24:00" in shown


def test_a_key_given_twice_is_refused_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two targets of one clock: neither is used, and the location is named."""
    path = tmp_path / "policies.yaml"
    path.write_text(DEFAULT_PATH.read_text("utf-8").replace("target: P30D", "target: P30D\n    target: P2D"), "utf-8")
    assert main(["policies", "check", str(path)]) == 1
    assert "the key 'target' stands twice" in capsys.readouterr().err
