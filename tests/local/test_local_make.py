"""The Makefile lists what it can do, and CI runs what `make check` runs."""

import os
import re
import subprocess
import tomllib

import pytest

from janseva_local.folder import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = re.findall(r"^\.PHONY: (\S+)$", MAKEFILE, re.MULTILINE)


def test_help_is_the_default_and_names_every_target() -> None:
    """`make` alone explains the project's commands."""
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^  \x1b\[36m(\S+)", shown, re.MULTILINE)
    assert sorted(listed) == sorted(TARGETS)


@pytest.mark.parametrize("target", [target for target in TARGETS if target != "help"])
def test_every_target_bootstraps_by_itself(target: str) -> None:
    """In a fresh clone any target may be the first: each makes the virtual environment if it must."""
    assert re.search(rf"^{target}: \$\((SYNCED|RUNS)\) ## ", MAKEFILE, re.MULTILINE)


def test_check_holds_all_that_must_be_right() -> None:
    """Lint, types, generated files, manifests and tests are each part of `make check`, within 40 minutes in all."""
    budgets = tomllib.loads((ROOT / "tests" / "budgets.toml").read_text())
    assert {"lint", "types", "generated", "k8s-check", "test"} <= set(budgets["minutes"]) <= set(TARGETS)
    assert sum(budgets["minutes"].values()) <= budgets["limit"] == 40
    assert re.search(r"^check: .*\n\t@exec \$\(PY\) tests/check.py$", MAKEFILE, re.MULTILINE)
    for command in (
        "ruff check .",
        "ruff format --check .",
        "lint-imports",
        "deptry",
        "uv lock --check",
        "mypy",
        "--check",
    ):
        assert command in MAKEFILE


def test_every_generator_is_run_and_checked() -> None:
    """A generate.py that no target runs would let its files grow old."""
    (named,) = re.findall(r"^GENERATORS := (.*)$", MAKEFILE, re.MULTILINE)
    found = [path for top in ("schemas", "deploy", "services", "docs") for path in (ROOT / top).rglob("generate.py")]
    assert len(found) > 5
    assert sorted(named.split()) == sorted(str(path.relative_to(ROOT)) for path in found)


def test_ci_runs_make_check() -> None:
    """What passes here passes there."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text().rstrip().endswith("make check")
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
