"""Explains what a change of a schema breaks. Within a version only optional fields may be added.

Both directions count: old records must be read by new code, and new records by old code that still runs. What the
check doesn't know how to judge is an error too, never a pass.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from event_schemas.generate import JSON_FOLDER

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, at a JSON path below the record, with why it does or does not matter."""

    path: str
    text: str
    breaking: bool

    def __str__(self) -> str:
        return f"{'BREAKING' if self.breaking else 'fine'}: {self.path}: {self.text}"


class UnclassifiedChangeError(Exception):
    """A keyword differs that this check has no rule for: add the rule, or make a new version."""


def compare(old: Schema, new: Schema) -> tuple[Change, ...]:
    """Every change from one schema of a record to the next of the same version. Raises UnclassifiedChangeError."""
    if old.get("$id") != new.get("$id"):
        raise ValueError(f"{old.get('$id')} and {new.get('$id')} are not one version of one record")
    return tuple(_Comparison(old, new).schemas(old, new, str(new.get("title", "record"))))


def compare_all(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> tuple[Change, ...]:
    """The changes of a whole folder of schemas, by file name."""
    changes = [
        Change(name, "the record is gone: its old records stay in the log and must be read", breaking=True)
        for name in sorted(old.keys() - new.keys())
    ]
    changes += [
        Change(name, "a new record, or a new version", breaking=False) for name in sorted(new.keys() - old.keys())
    ]
    for name in sorted(old.keys() & new.keys()):
        changes.extend(compare(old[name], new[name]))
    return tuple(changes)


def read_folder(folder: Path = JSON_FOLDER) -> dict[str, Schema]:
    """The schemas of a folder."""
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def read_revision(revision: str, folder: Path = JSON_FOLDER) -> dict[str, Schema]:
    """The schemas as a git revision has them. Raises subprocess.CalledProcessError if git knows no such revision."""
    names = _git(folder, "ls-tree", "--name-only", revision, "./").split()
    return {
        Path(name).name: json.loads(_git(folder, "show", f"{revision}:./{Path(name).name}"))
        for name in names
        if name.endswith(".json")
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m event_schemas.compatibility", description=__doc__)
    parser.add_argument("--base", default="HEAD", help="the git revision to compare the committed schemas with")
    parser.add_argument("--folder", type=Path, default=JSON_FOLDER)
    options = parser.parse_args(arguments)
    changes = compare_all(read_revision(options.base, options.folder), read_folder(options.folder))
    sys.stdout.writelines(f"{change}\n" for change in changes)
    broken = sum(change.breaking for change in changes)
    sys.stdout.write(f"{len(changes)} changes since {options.base}, {broken} of them breaking\n")
    return 1 if broken else 0


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout  # noqa: S603


# Words for people: they change nothing in what is written or read.
_HARMLESS: Final = frozenset({"title", "description", "examples", "$comment", "$defs", "$schema", "x-producer"})
# Each bounds what may be written: for these a greater value is the stricter one, for those a smaller one.
_LOWER_BOUNDS: Final = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_UPPER_BOUNDS: Final = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_FIXED: Final = {
    "type": "the type",
    "const": "the constant",
    "format": "the format",
    "pattern": "the pattern",
    "uniqueItems": "whether items are unique",
    "multipleOf": "the step",
}
_STRUCTURE: Final = frozenset(
    {"properties", "required", "enum", "anyOf", "oneOf", "items", "additionalProperties", "default"}
)
_ABSENT: Final = object()


class _Comparison:
    """Walks two schemas side by side; each knows its own ``$defs``."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self._old_defs: Schema = old.get("$defs", {})
        self._new_defs: Schema = new.get("$defs", {})

    def schemas(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        old, new = _resolved(old, self._old_defs), _resolved(new, self._new_defs)
        for keyword in sorted(old.keys() | new.keys()):
            before, after = old.get(keyword, _ABSENT), new.get(keyword, _ABSENT)
            if keyword in _STRUCTURE or before == after or keyword in _HARMLESS:
                continue
            yield self._keyword(keyword, before, after, path)
        yield from _default(old, new, path)
        yield from _enum(old, new, path)
        yield from self._properties(old, new, path)
        for keyword in ("anyOf", "oneOf"):
            yield from self._branches(old.get(keyword, ()), new.get(keyword, ()), path)
        for keyword, below in (("items", "[]"), ("additionalProperties", ".*")):
            yield from self._nested(keyword, old.get(keyword, True), new.get(keyword, True), path + below)

    def _keyword(self, keyword: str, before: object, after: object, path: str) -> Change:
        if keyword in _FIXED:
            return Change(path, f"{_FIXED[keyword]} changed from {_shown(before)} to {_shown(after)}", breaking=True)
        if keyword in _LOWER_BOUNDS | _UPPER_BOUNDS:
            return Change(path, _bound(keyword, before, after), breaking=True)
        raise UnclassifiedChangeError(f"{path}: no rule for {keyword}: {_shown(before)} became {_shown(after)}")

    def _properties(self, old: Schema, new: Schema, path: str) -> Iterator[Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(before.keys() - after.keys()):
            yield Change(f"{path}.{name}", "the field was removed", breaking=True)
        for name in sorted(after.keys() - before.keys()):
            if name in needed_after:
                yield Change(f"{path}.{name}", "a new field is required: old records lack it", breaking=True)
            else:
                yield Change(f"{path}.{name}", "an optional field was added", breaking=False)
        for name in sorted(before.keys() & after.keys()):
            below = f"{path}.{name}"
            if name in needed_after - needed_before:
                yield Change(below, "the field became required: old records may lack it", breaking=True)
            if name in needed_before - needed_after:
                yield Change(below, "the field became optional: old readers need it", breaking=True)
            yield from self.schemas(before[name], after[name], below)

    def _branches(self, before: Sequence[Schema], after: Sequence[Schema], path: str) -> Iterator[Change]:
        if len(before) > len(after):
            yield Change(path, "a kind of value was removed: old records may hold it", breaking=True)
        elif len(before) < len(after):
            yield Change(path, "a kind of value was added: old readers refuse it", breaking=True)
        else:
            for number, (old, new) in enumerate(zip(before, after, strict=True)):
                yield from self.schemas(old, new, f"{path}|{number}")

    def _nested(self, keyword: str, before: bool | Schema, after: bool | Schema, path: str) -> Iterator[Change]:
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from self.schemas(before, after, path)
        elif before != after:
            yield Change(path, f"{keyword} changed from {_shown(before)} to {_shown(after)}", breaking=True)


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    name = str(schema["$ref"]).removeprefix("#/$defs/")
    if name not in definitions:
        raise UnclassifiedChangeError(f"the reference {schema['$ref']} leads out of the schema")
    beside = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
    return {**_resolved(definitions[name], definitions), **beside}


def _default(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    before, after = old.get("default", _ABSENT), new.get("default", _ABSENT)
    if before != after:
        text = f"the default changed from {_shown(before)} to {_shown(after)}: records without the field change meaning"
        yield Change(path, text, breaking=True)


def _enum(old: Schema, new: Schema, path: str) -> Iterator[Change]:
    if ("enum" in old) != ("enum" in new):
        yield Change(path, "the field became an enumeration, or ceased to be one", breaking=True)
        return
    before, after = old.get("enum", ()), new.get("enum", ())
    for value in before:
        if value not in after:
            yield Change(path, f"the value {_shown(value)} was removed: old records may hold it", breaking=True)
    for value in after:
        if value not in before:
            yield Change(path, f"the value {_shown(value)} was added: old readers take it as unknown", breaking=False)


def _bound(keyword: str, before: object, after: object) -> str:
    text = f"{keyword} changed from {_shown(before)} to {_shown(after)}"
    if before is _ABSENT or (after is not _ABSENT and _stricter(keyword, before, after)):
        return f"{text}: old records may lie outside"
    return f"{text}: old readers refuse what is allowed now"


def _stricter(keyword: str, before: Any, after: Any) -> bool:
    return bool(after > before if keyword in _LOWER_BOUNDS else after < before)


def _shown(value: object) -> str:
    return "nothing" if value is _ABSENT else json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
