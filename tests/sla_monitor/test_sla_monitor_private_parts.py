"""What the Faust adapter uses of others' private parts is listed, is there, and was read in the installed versions."""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import sla_monitor
from sla_monitor.faust_adapter import app, recovery, table, transport
from sla_monitor.faust_adapter.private_parts import PRIVATE_PARTS, READ_IN, PrivatePart

ROOM: tuple[ModuleType, ...] = (app, recovery, table, transport)
SERVICE = Path(sla_monitor.__file__).parent


def is_part_of(owner: Any, name: str) -> bool:
    """A method or attribute of the class itself, or one that its own code sets."""
    return name in vars(owner) or bool(re.search(rf"\bself\.{name}\b *[:=]", inspect.getsource(owner)))


def foreign_bases(cls: type) -> list[type]:
    return [base for base in cls.__mro__ if base.__module__.split(".")[0] in {"faust", "mode", "aiokafka"}]


def private_names(module: ModuleType) -> Iterator[str]:
    """Private names that a module reaches for, or overrides, and that are not its own."""
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = foreign_bases(getattr(module, node.name))
            inner = [*ast.walk(node)]
            names = {one.name for one in inner if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
            names |= {one.attr for one in inner if isinstance(one, ast.Attribute) and _is_self(one.value)}
            yield from (name for name in names if _private(name) and any(is_part_of(base, name) for base in bases))
        elif isinstance(node, ast.Attribute) and _private(node.attr) and not _is_self(node.value):
            yield node.attr


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


@pytest.mark.parametrize("distribution", sorted(READ_IN))
def test_the_private_parts_were_read_in_the_installed_version(distribution: str) -> None:
    """After an upgrade, read each part again in the new version, then change READ_IN."""
    assert version(distribution) == READ_IN[distribution]


@pytest.mark.parametrize("part", PRIVATE_PARTS, ids=lambda part: f"{part.owner}.{part.name}")
def test_a_private_part_is_where_it_was(part: PrivatePart) -> None:
    """The class that owns it still defines it."""
    module, _, owner = part.owner.partition(":")
    assert is_part_of(getattr(importlib.import_module(module), owner), part.name)


def test_the_list_is_what_the_code_uses() -> None:
    """No private part is used unlisted, none is listed unused."""
    used = {name for module in ROOM for name in private_names(module)}
    assert used == {part.name for part in PRIVATE_PARTS}
    files = {path.stem for path in (SERVICE / "faust_adapter").glob("*.py")} - {"__init__", "private_parts"}
    assert files == {module.__name__.rpartition(".")[2] for module in ROOM}


def test_no_other_room_reaches_into_private_parts() -> None:
    """Outside of the adapter the service uses what its libraries offer."""
    found = [
        f"{path.relative_to(SERVICE)}:{node.lineno}: {node.attr}"
        for path in sorted(SERVICE.rglob("*.py"))
        if path.parent.name != "faust_adapter"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8")))
        if isinstance(node, ast.Attribute) and _private(node.attr) and not _is_self(node.value)
        if ast.unparse(node) != "os._exit"  # documented in spite of its name
    ]
    assert found == []
