"""What a change touches, rehearsed: CONTRIBUTING's diffs are counted, applied to a copy, and do what they are for."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# What the diffs touch; copied, and found before the packages that are installed.
COPIED = ("schemas", "services/intake", "services/notifier")
HEADING = re.compile(r"^### (?P<what>.+): (?P<files>\d) files?$", re.MULTILINE)
DIFF = re.compile(r"```diff\n(.*?)```", re.DOTALL)
MOST = {
    "A new service for citizens": 1,
    "A new desk command": 2,
    "A new event": 2,
    "A new clock": 1,
    "A new template": 1,
    "A new field on a complaint": 3,
}


@dataclass(frozen=True)
class Walk:
    """A section of the page: how many files it promises, and its diff."""

    files: int
    diff: str

    @property
    def touched(self) -> set[str]:
        return set(re.findall(r"^\+\+\+ b/(.+)$", self.diff, re.MULTILINE))


def walks(text: str) -> dict[str, Walk]:
    heads = list(HEADING.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    parts = {head["what"]: (head, text[head.end() : end]) for head, end in zip(heads, ends, strict=True)}
    return {what: Walk(int(head["files"]), "".join(DIFF.findall(part))) for what, (head, part) in parts.items()}


WALKS = walks((ROOT / "CONTRIBUTING.md").read_text(encoding="utf8"))
# What the copy is asked after the change: an assertion that fails on today's code.
ASKED = {
    "A new service for citizens": """
from intake.catalogue import load_catalogue
service = {one.code: one for one in load_catalogue()}["bicycle-registration"]
assert "frame_number" in service.attributes["properties"] and service.example is not None
assert service.called.en == "bicycle registration"
""",
    "A new desk command": """
from intake.commands.table import DESK_COMMANDS, TABLE, Act
row = DESK_COMMANDS[Act("inform-family")]
assert row.event.type == "ProgressInformed" and TABLE[Act("inform-family")] is row
assert row.body(outcome="family_informed").outcome == "family_informed"
""",
    "A new event": """
import json, pathlib, event_schemas
from event_schemas import EVENT_CLASSES, topics
from event_schemas.generate import texts
event = EVENT_CLASSES["DiaryRead"]
(example,) = pathlib.Path("schemas/examples/DiaryRead.v1").glob("*.json")
assert event.model_validate(json.loads(example.read_text())).reason_code == "supervision"
assert "DiaryRead.v1.json" in texts()
assert all("DiaryRead" in one.events for one in topics.TOPICS if one.name.startswith("cases."))
""",
    "A new clock": """
from chassis.policy_file import read_policies
from event_schemas.policies import DEFAULT_PATH
from sla_monitor.domain.facts import relevant_types
policies = read_policies(DEFAULT_PATH)
assert policies.clock("feedback").called.en == "second look"
assert "ComplaintReopened" in relevant_types(policies)
""",
    "A new template": """
from notifier.lint import lint
from notifier.rules import RULES
from notifier.templates import DEFAULT_PATH
assert "reopened_again" in {one.id for one in lint(DEFAULT_PATH).templates}
assert "reopened_again" in {rule.template for rule in RULES.messages}
""",
    "A new field on a complaint": """
from intake.case.model import Case
from intake.case.store.documents import codec_of
from intake.filing.bodies import ComplaintBody
from intake.filing.domain import Submission
assert ComplaintBody(service_code="e-complaint", landmark="a well").landmark == "a well"
assert "landmark" in Case.__dataclass_fields__ and "landmark" in Submission.__dataclass_fields__
codec_of(Case)
""",
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages that the diffs touch, as they are."""
    for part in COPIED:
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return tmp_path


def ask(copy: Path, question: str) -> subprocess.CompletedProcess[str]:
    found = os.pathsep.join(str(copy / part) for part in COPIED)
    return subprocess.run(
        [sys.executable, "-c", question],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": found, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def apply(copy: Path, diff: str) -> None:
    """Add the lines of each hunk at its context, wherever that stands now: other lines around it may have changed."""
    for part in re.split(r"^--- .+\n", diff, flags=re.MULTILINE)[1:]:
        name, body = part.removeprefix("+++ b/").split("\n", 1)
        path = copy / name
        text = path.read_text(encoding="utf8") if path.exists() else ""
        for hunk in re.split(r"^@@ .+ @@\n", body, flags=re.MULTILINE)[1:]:
            text = added(text, hunk)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")


def added(text: str, hunk: str) -> str:
    """The text with the hunk's new lines. At the end, if none follows in the hunk.

    ValueError if neither line beside them stands in the text exactly once.
    """
    found = re.fullmatch(r"((?: .*\n)*)((?:\+.*\n)+)((?: .*\n)*)", hunk)
    if found is None:
        raise ValueError(f"a hunk that does more than add:\n{hunk}")
    before, new, after = ("".join(line[1:] + "\n" for line in part.splitlines()) for part in found.groups())
    for anchor, place in ((before + after, before + new + after), (after, new + after), (before, before + new)):
        if anchor and f"\n{text}".count(f"\n{anchor}") == 1:
            return f"\n{text}".replace(f"\n{anchor}", f"\n{place}")[1:]
    if not after:
        return text + new
    raise ValueError(f"nowhere to add:\n{hunk}")


def test_every_count_of_the_page_is_kept() -> None:
    """The page promises no more files than the counts that are to be kept, and each diff has as many as it promises."""
    assert {what: walk.files for what, walk in WALKS.items()} == MOST
    assert {what: len(walk.touched) for what, walk in WALKS.items()} == MOST


@pytest.mark.parametrize("what", sorted(MOST))
def test_a_change_does_what_it_is_for(copy: Path, what: str) -> None:
    """Without the diff the question fails; with the files of the diff alone, and no other, it is answered."""
    before = ask(copy, ASKED[what])
    assert before.returncode == 1
    assert not re.search("ImportError|ModuleNotFoundError|SyntaxError", before.stderr), before.stderr
    apply(copy, WALKS[what].diff)
    after = ask(copy, ASKED[what])
    assert after.returncode == 0, after.stderr


def test_a_diff_of_more_files_than_promised_is_found() -> None:
    """The counts are read from the page, heading and diff each."""
    page = "### A new thing: 1 file\n```diff\n--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n x\n+y\n--- a/z\n+++ b/z\n```\n"
    assert {what: (walk.files, len(walk.touched)) for what, walk in walks(page).items()} == {"A new thing": (1, 2)}


@pytest.mark.parametrize(
    ("hunk", "text"),
    [
        (" a\n+x\n b\n", "a\nx\nb\nc\nb\n"),
        (" a\n+x\n c\n", "a\nb\nx\nc\nb\n"),
        (" a\n+x\n z\n", "a\nx\nb\nc\nb\n"),
        (" b\n+x\n", "a\nb\nc\nb\nx\n"),
        (" b\n+x\n z\n", None),
        (" a\n-b\n+x\n", None),
    ],
)
def test_lines_are_added_at_their_context(hunk: str, text: str | None) -> None:
    """Between both neighbours, else beside the one that stands there once; else the page has grown old."""
    if text is None:
        with pytest.raises(ValueError, match=r"nowhere|more than add"):
            added("a\nb\nc\nb\n", hunk)
    else:
        assert added("a\nb\nc\nb\n", hunk) == text
