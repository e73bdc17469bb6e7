"""Writes the JSON Schemas of every record and of a policy file into ``schemas/json``; ``--check`` only says which are
not current.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from event_schemas.base import Record
from event_schemas.events import EVENT_CLASSES
from event_schemas.policies import Edition, PolicySet
from event_schemas.records import WINDOW_RECORDS, AuditHead, DirectoryPost, SLATick

JSON_FOLDER: Final = Path(__file__).resolve().parents[1] / "json"

RECORD_CLASSES: Final[Mapping[str, type[Record]]] = {
    **EVENT_CLASSES,
    DirectoryPost.type: DirectoryPost,
    SLATick.type: SLATick,
    AuditHead.type: AuditHead,
    **{record.type: record for record in WINDOW_RECORDS},
}
"""Every class the codec writes, by its type."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m event_schemas.generate", description=__doc__)
    parser.add_argument("--out", type=Path, default=JSON_FOLDER, help="the folder to write to or to check")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is not current")
    options = parser.parse_args(arguments)
    if options.check:
        stale = stale_files(options.out)
        sys.stdout.writelines(f"not current: {name}\n" for name in stale)
        return 1 if stale else 0
    options.out.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (options.out / name).parent.mkdir(exist_ok=True)
        (options.out / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(texts())} schemas in {options.out}\n")
    return 0


def schema_of(record: type[Record]) -> dict[str, Any]:
    """The schema a writer keeps to. Readers go further: they leave out what they don't know."""
    schema = record.model_json_schema()
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:janseva:event:{record.dataschema()}",
        "x-producer": record.producer,
    }
    return head | schema


def policy_file_schema() -> dict[str, Any]:
    """What a policy file may say: one edition, or several under ``editions``."""
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:janseva:policies",
        "title": "Policies",
    }
    return head | TypeAdapter(Edition | PolicySet).json_schema()


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by its file's name. Data files have a folder of their own: events keep to other laws of change."""
    records = {f"{record.dataschema()}.json": schema_of(record) for record in RECORD_CLASSES.values()}
    return records | {"data/policies.json": policy_file_schema()}


def texts() -> dict[str, str]:
    """Every schema as its file reads."""
    return {
        name: json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        for name, schema in schemas().items()
    }


def stale_files(folder: Path = JSON_FOLDER) -> list[str]:
    """Files that differ from what would be written, are missing, or belong to no record."""
    wanted = texts()
    there = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.glob("**/*.json")}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


if __name__ == "__main__":
    sys.exit(main())
