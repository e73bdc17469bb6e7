"""What every program's composition root does alike: it closes what it opened, and its version is its package's."""

import ast
from importlib.metadata import version
from pathlib import Path

import pytest
from deploy.k8s.tools.services import package_of

from tests.architecture.apps import app_of

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("intake", "routing", "sla-monitor", "sla-ledger", "notifier", "certificate")
ROOTS = sorted(
    path for path in (ROOT / "services").rglob("app.py") if "def lifespan(" in path.read_text(encoding="utf-8")
)


def unguarded(tree: ast.Module) -> list[int]:
    """Lines of a lifespan's `yield` behind which nothing is closed if the app fails."""
    lifespans = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef) and node.name == "lifespan"]
    guarded = {
        found
        for lifespan in lifespans
        for block in ast.walk(lifespan)
        if isinstance(block, ast.Try) and block.finalbody
        for statement in block.body
        for found in ast.walk(statement)
        if isinstance(found, ast.Yield)
    }
    every = [found for lifespan in lifespans for found in ast.walk(lifespan) if isinstance(found, ast.Yield)]
    return [found.lineno for found in every if found not in guarded]


def test_each_program_has_a_lifespan() -> None:
    """Six programs, six composition roots."""
    assert len(ROOTS) == len(PROGRAMS)


@pytest.mark.parametrize("path", ROOTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lifespan_closes_what_it_opened_whatever_ends_it(path: Path) -> None:
    """Its `yield` stands in a try with a finally."""
    assert unguarded(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_a_yield_without_a_finally_is_found() -> None:
    """The rule can fail."""
    bare = "async def lifespan(app):\n    yield\n    close()\n"
    assert unguarded(ast.parse(bare)) == [2]


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_has_its_package_s_version(program: str) -> None:
    """No app has a version number of its own."""
    assert app_of(program).version == version(package_of(program).partition(".")[0])
