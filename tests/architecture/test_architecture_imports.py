"""Who may import whom, and that each package's own list of dependencies is complete."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from deploy.k8s.tools.services import SERVICES, package_of

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PACKAGES = {"event-schemas": "event_schemas", "chassis": "chassis", "janseva-cli": "janseva_cli"} | {
    name: package_of(name) for name in SERVICES
}
# Programs: their parts that import the most. The others are imported by their name.
PARTS = {
    "janseva-cli": ("command_line", "status", "topics", "keys"),
    "chassis": ("command_line", "commands"),
    **dict.fromkeys(SERVICES, ("app", "__main__", "command_line")),
}


def _lint_imports(config: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [BIN / "lint-imports", "--config", config, "--no-cache"]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def test_the_import_contracts_hold() -> None:
    """Services don't know each other, and clients of Kafka and MongoDB are imported in the chassis alone."""
    result = _lint_imports(ROOT / "pyproject.toml")
    assert result.returncode == 0, result.stdout


def test_a_broken_import_contract_is_found(tmp_path: Path) -> None:
    """A contract the code does not keep fails the check."""
    broken = tmp_path / "contracts.toml"
    broken.write_text(
        '[tool.importlinter]\nroot_packages = ["chassis", "event_schemas"]\n'
        '[[tool.importlinter.contracts]]\nname = "x"\ntype = "forbidden"\n'
        'source_modules = ["chassis"]\nforbidden_modules = ["event_schemas"]\n',
        encoding="utf8",
    )
    assert _lint_imports(broken).returncode == 1


@pytest.mark.isolated
@pytest.mark.timeout(600)
@pytest.mark.parametrize("distribution", PACKAGES)
def test_a_package_lists_its_own_dependencies(distribution: str, tmp_path: Path) -> None:
    """With nothing installed but what it names, each package imports."""
    package = PACKAGES[distribution]
    modules = [package, *(f"{package}.{part}" for part in PARTS.get(distribution, ()))]
    # A folder of its own: the modules on the repository's path must not help.
    environment = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    command: list[str | Path] = [
        BIN / "uv",
        "run",
        "--isolated",
        "--frozen",
        "--no-dev",
        "--no-editable",
        "--project",
        ROOT,
    ]
    # uv would take its last build of a workspace member, whatever has changed since.
    command += [f"--reinstall-package={name}" for name in PACKAGES]
    command += ["--package", distribution, "python", "-c", f"import {', '.join(modules)}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    assert result.returncode == 0, result.stderr
