"""The breaking-change check explains each change, and fails when it can't judge one."""

import json
import os
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from event_schemas import compatibility
from event_schemas.compatibility import Change, UnclassifiedChangeError, compare, compare_all
from event_schemas.generate import JSON_FOLDER, schemas

Planted = Callable[[dict[str, Any]], object]
COMMITTED = compatibility.read_folder()


def committed(name: str = "ComplaintFiled.v1.json") -> dict[str, Any]:
    return deepcopy(dict(COMMITTED[name]))


def changes_by(plant: Planted, name: str = "ComplaintFiled.v1.json") -> tuple[Change, ...]:
    new = committed(name)
    plant(new)
    return compare(committed(name), new)


def test_code_is_compatible_with_the_committed_schemas() -> None:
    """Whoever changes an event so that old records or old readers break hears of it before anything is generated."""
    assert [str(change) for change in compare_all(COMMITTED, schemas()) if change.breaking] == []


def test_schemas_are_compatible_with_the_base_revision() -> None:
    """Against SCHEMAS_BASE, or the last commit: regenerating hides nothing."""
    base = os.environ.get("SCHEMAS_BASE", "HEAD")
    try:
        old = compatibility.read_revision(base)
    except subprocess.CalledProcessError:
        pytest.skip(f"no git revision {base} here")
    assert [str(change) for change in compare_all(old, schemas()) if change.breaking] == []


def prop(schema: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema["properties"][name]
    return found


BREAKING: dict[str, Planted] = {
    "the field was removed": lambda s: s["properties"].pop("district"),
    "a new field is required": lambda s: (
        s["properties"].update(mood={"type": "string"}),
        s["required"].append("mood"),
    ),
    "the field became required": lambda s: s["required"].append("assignment_no"),
    "the field became optional": lambda s: s["required"].remove("lane"),
    "the type changed from": lambda s: prop(s, "case_seq").update(type="string"),
    "the format changed from": lambda s: prop(s, "occurred_at").update(format="date"),
    "the pattern changed from": lambda s: prop(s, "case_id").update(pattern="^x"),
    'the value "emergency" was removed': lambda s: prop(s, "lane")["enum"].remove("emergency"),
    "ceased to be one": lambda s: prop(s, "lane").pop("enum"),
    "records without the field change meaning": lambda s: prop(s, "anonymous").update(default=True),
    "a kind of value was removed": lambda s: prop(s, "sealed")["anyOf"].pop(),
    "a kind of value was added": lambda s: prop(s, "sealed")["anyOf"].append({"type": "integer"}),
    "additionalProperties changed from": lambda s: s.update(additionalProperties=True),
    "old records may lie outside": lambda s: prop(s, "case_seq").update(minimum=2),
    "old readers refuse what is allowed now": lambda s: prop(s, "case_seq").update(minimum=0),
    "maximum changed from 90": lambda s: s["$defs"]["Location"]["properties"]["lat"].update(maximum=89),
    "old readers need it": lambda s: s["$defs"]["Location"].update(required=["lat"]),
    'the value "fire" was removed': lambda s: prop(s, "kinds")["items"]["enum"].remove("fire"),
    "from nothing to": lambda s: prop(s, "attributes").update(maxProperties=3),
    "maxLength changed from 80 to nothing": lambda s: [
        branch.pop("maxLength", None) for branch in prop(s, "attributes")["additionalProperties"]["anyOf"]
    ],
}


@pytest.mark.parametrize("message", BREAKING)
def test_a_breaking_change_is_found_and_explained(message: str) -> None:
    """Each planted change is breaking, alone, and explained."""
    found = changes_by(BREAKING[message])
    assert [change.breaking for change in found] == [True]
    assert message in found[0].text


FINE: dict[str, Planted] = {
    "an optional field was added": lambda s: s["properties"].update(mood={"type": "string", "default": "calm"}),
    'the value "express" was added': lambda s: prop(s, "lane")["enum"].append("express"),
}


@pytest.mark.parametrize("message", FINE)
def test_a_change_within_the_law_passes_and_is_reported(message: str) -> None:
    """Optional fields and enum values may be added: readers leave out the one and take the other as unknown."""
    found = changes_by(FINE[message])
    assert [change.breaking for change in found] == [False]
    assert message in found[0].text


def test_texts_for_people_are_no_change() -> None:
    """A better description is free."""
    assert changes_by(lambda s: s.update(description="better", title="ComplaintFiled")) == ()


@pytest.mark.parametrize(
    "plant",
    [
        lambda s: prop(s, "case_seq").update({"not": {"const": 7}}),
        lambda s: s.update({"if": {}, "then": {}}),
        lambda s: prop(s, "location")["anyOf"][0].update({"$ref": "https://elsewhere.example/Location"}),
    ],
    ids=["not", "if", "foreign reference"],
)
def test_what_the_check_can_not_judge_fails(plant: Planted) -> None:
    """An unknown keyword is an error, never a pass."""
    with pytest.raises(UnclassifiedChangeError):
        changes_by(plant)


def test_a_record_that_is_gone_breaks_and_a_new_version_does_not() -> None:
    """Old records stay in the log; the class of their version must stay in the code."""
    old = {"A.v1.json": committed(), "B.v1.json": committed()}
    new = {"B.v1.json": committed(), "B.v2.json": committed()}
    assert [(change.path, change.breaking) for change in compare_all(old, new)] == [
        ("A.v1.json", True),
        ("B.v2.json", False),
    ]


def test_two_records_are_not_compared() -> None:
    """A comparison of different events would prove nothing."""
    with pytest.raises(ValueError, match="not one version"):
        compare(committed(), committed("SLATick.v1.json"))


def test_the_command_compares_with_a_git_revision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A commit that breaks an event is found from its base, and the command fails."""
    path = tmp_path / "ComplaintFiled.v1.json"
    path.write_text(json.dumps(committed()))
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "base"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    assert compatibility.main(["--base", "HEAD", "--folder", str(tmp_path)]) == 0
    broken = committed()
    del broken["properties"]["district"]
    path.write_text(json.dumps(broken))
    assert compatibility.main(["--base", "HEAD", "--folder", str(tmp_path)]) == 1
    assert "BREAKING: ComplaintFiled.district: the field was removed" in capsys.readouterr().out


def test_the_committed_schemas_are_where_the_command_looks() -> None:
    """The default folder is the committed one."""
    assert JSON_FOLDER.joinpath("ComplaintFiled.v1.json").is_file()
