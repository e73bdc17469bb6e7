"""The examples are the contract: every one decodes with today's code, none is ever edited."""

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from event_schemas import decode, decode_head, decode_post, decode_tick, decode_window, encode
from event_schemas.base import Event, Record
from event_schemas.events import EVENT_CLASSES
from event_schemas.events.sla import SLABreached
from event_schemas.generate import RECORD_CLASSES
from event_schemas.records import AuditHead, DirectoryPost, SLATick, WindowRecord

EXAMPLES = Path(__file__).resolve().parents[2] / "schemas" / "examples"
MANIFEST = EXAMPLES / "MANIFEST"
FILES = sorted(path for path in EXAMPLES.rglob("*") if path.is_file() and path != MANIFEST)
BY_VERSION = {record.dataschema(): record for record in RECORD_CLASSES.values()}


def name_of(path: Path) -> str:
    return path.relative_to(EXAMPLES).as_posix()


def manifest_lines(text: str) -> dict[str, str]:
    return {name: digest for digest, name in (line.split("  ", 1) for line in text.splitlines())}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_example_decodes_and_is_written_again_with_the_same_content(path: Path) -> None:
    """What was written once is read today, and what today's code makes of it says the same."""
    example = json.loads(path.read_text(encoding="utf-8"))
    record = read(BY_VERSION[path.parent.name], example, path.read_bytes())
    event_id = record.breach_id if isinstance(record, SLABreached) else "example"
    written = encode(record, event_id=event_id, source=record.producer)
    again = json.loads(written.value)
    assert {name: again[name] for name in example} == example
    assert read(type(record), again, written.value) == record


def read(
    record: type[Record], content: dict[str, Any], value: bytes
) -> Event | DirectoryPost | SLATick | AuditHead | WindowRecord:
    """As a consumer reads it."""
    headers = [
        ("ce_id", b"example"),
        ("ce_type", record.type.encode()),
        ("ce_source", record.producer.encode()),
        ("ce_specversion", b"1.0"),
        ("ce_time", b"2026-11-03T00:00:00Z"),
        ("ce_subject", content.get("case_id", "none").encode()),
        ("ce_dataschema", record.dataschema().encode()),
    ]
    if record is DirectoryPost:
        return decode_post(headers, value)
    if record is AuditHead:
        return decode_head(headers, value)
    if issubclass(record, WindowRecord):
        return decode_window(headers, value)
    if record is SLATick:
        return decode_tick(headers, value)
    return decode(headers, value).data


def test_no_example_was_edited() -> None:
    """The manifest holds the digest of every example, as it was when it was added."""
    recorded = manifest_lines(MANIFEST.read_text(encoding="utf-8"))
    edited = [name_of(path) for path in FILES if recorded.get(name_of(path)) != digest(path)]
    assert not edited, f"edited, or without a line in the manifest: {edited}"


def test_no_line_of_the_manifest_lost_its_example() -> None:
    """An example that was removed is missed."""
    recorded = manifest_lines(MANIFEST.read_text(encoding="utf-8"))
    assert recorded.keys() <= {name_of(path) for path in FILES}


def test_the_manifest_only_grows() -> None:
    """Against the base revision (SCHEMAS_BASE, or the last commit): every line of then is still there."""
    then = base_manifest(os.environ.get("SCHEMAS_BASE", "HEAD"))
    if then is None:
        pytest.skip("the base revision has no manifest")
    now = manifest_lines(MANIFEST.read_text(encoding="utf-8"))
    assert {name: now.get(name) for name in then} == then


def base_manifest(revision: str) -> dict[str, str] | None:
    command = ["git", "-C", str(EXAMPLES), "show", f"{revision}:./MANIFEST"]
    shown = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    return manifest_lines(shown.stdout) if shown.returncode == 0 else None


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("record", RECORD_CLASSES.values(), ids=lambda record: str(record.type))
def test_every_record_has_a_minimal_and_a_full_example(record: type[Record]) -> None:
    """No event without examples: one has the required fields alone, and together they show every field."""
    examples = [
        json.loads(path.read_text(encoding="utf-8")) for path in FILES if path.parent.name == record.dataschema()
    ]
    required = {name for name, field in record.model_fields.items() if field.is_required()}
    assert len(examples) >= 2
    assert any(example.keys() == required for example in examples)
    shown = {name for example in examples for name in example}
    assert record.model_fields.keys() - shown <= never_shown(record)


def never_shown(record: type[Record]) -> set[str]:
    """A clock that runs has not stopped."""
    return {"stopped_at"} if record.type in {"SLAClockStarted", "SLAClockAdjusted"} else set()


def test_no_example_belongs_to_no_record() -> None:
    """No orphans: a folder of examples is named after a class that exists, and holds nothing but JSON."""
    assert {path.parent.name for path in FILES} == BY_VERSION.keys()
    assert {path.suffix for path in FILES} == {".json"}
    assert EVENT_CLASSES.keys() <= RECORD_CLASSES.keys()
