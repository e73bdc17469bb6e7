"""What the generators of this folder share: write their files, or list which are not current."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]


def main(files: Mapping[Path, str], arguments: Sequence[str]) -> int:
    if "--check" in arguments:
        outdated = stale(files)
        for path in outdated:
            print(f"{_name(path)} is not what its generator writes now")
        return 1 if outdated else 0
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")
        print(_name(path))
    return 0


def stale(files: Mapping[Path, str]) -> list[Path]:
    return [path for path, text in files.items() if not path.is_file() or path.read_text(encoding="utf8") != text]


def as_yaml(document: Any, *, source: str) -> str:
    return f"# Written by {source}; change that.\n" + _dump(document)


def as_yaml_stream(documents: Sequence[Any], *, source: str) -> str:
    return f"# Written by {source}; change that.\n" + "---\n".join(_dump(document) for document in documents)


def _dump(document: Any) -> str:
    return yaml.safe_dump(document, sort_keys=False, width=160, allow_unicode=True)


def _name(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
