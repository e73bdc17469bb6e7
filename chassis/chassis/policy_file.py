"""Read the policies of POLICIES_FILE, one file or a folder of editions, and name each fault by file, edition, clock."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chassis.settings import NotYaml, ServiceSettings, load_yaml
from event_schemas import policies
from event_schemas.policies import PolicySet


class PoliciesRefused(Exception):
    """Policies that can't be used. Its text has a line for each fault: file, edition and clock, what is wrong."""

    def __init__(self, path: Path, faults: Sequence[str]) -> None:
        super().__init__("\n".join(f"{path}: {fault}" for fault in faults))


def load_policies(settings: ServiceSettings) -> PolicySet:
    """The policies of POLICIES_FILE, or the shipped ones. Raises PoliciesRefused."""
    return read_policies(settings.policies_file or policies.DEFAULT_PATH)


def read_policies(path: Path) -> PolicySet:
    """The policies of a file, or of a folder of editions. Raises PoliciesRefused."""
    try:
        return policies.read(path, load_yaml)
    except ValidationError as refused:
        document = None if path.is_dir() else load_yaml(path)
        faults = [fault for fault in refused.errors() if not _follows(fault, refused.errors())]
        sentences = [f"{_location(document, fault['loc'])}{_without_prefix(fault['msg'])}" for fault in faults]
        raise PoliciesRefused(path, sentences) from None
    except (OSError, NotYaml) as error:
        raise PoliciesRefused(path, [str(error)]) from None


def _follows(fault: Mapping[str, Any], all_faults: Sequence[Mapping[str, Any]]) -> bool:
    """True for a list called too short because one of its members was refused: the member's fault is enough."""
    depth = len(fault["loc"])
    deeper = (other for other in all_faults if len(other["loc"]) > depth and other["loc"][:depth] == fault["loc"])
    return fault["type"] == "too_short" and any(deeper)


def _location(document: Any, loc: tuple[int | str, ...]) -> str:
    """Where the fault lies: editions and clocks by their names, all else by its keys in the file."""
    if isinstance(document, Mapping) and "editions" not in document:
        document = {"editions": [document]}
    named: list[str] = []
    for part in loc:
        try:
            document = document[part]
        except (KeyError, IndexError, TypeError):
            document = None
        name = document.get("version" if named == ["editions"] else "clock") if isinstance(document, Mapping) else None
        named.append(str(part if name is None or not isinstance(part, int) else name))
    named_parts = [name for name in named if name not in {"editions", "clocks"}] or named
    return f"{' > '.join(named_parts)}: " if named_parts else ""


def _without_prefix(message: str) -> str:
    return message.removeprefix("Value error, ")
