"""A service that is started with a development key in production ends at once and says why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from deploy.k8s.tools.services import PROGRAMS, package_of

from tests.architecture.test_architecture_production import environment

COMMANDS = {"sla-monitor": ["worker", "--lane", "emergency"], "sla-ledger": ["ledger"]}


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_process_refuses_in_a_sentence(program: str, tmp_path: Path) -> None:
    """A development key is named on standard error, and the process ends: no traceback, no value."""
    secret = "janseva-development-service-tokn"
    planted = environment(program) | {"SERVICE_TOKEN": secret, "PATH": os.environ["PATH"]}
    if "PYTHONPATH" in os.environ:
        planted["PYTHONPATH"] = os.environ["PYTHONPATH"]
    module = "sla_monitor" if program.startswith("sla-") else package_of(program)
    ended = subprocess.run(
        [sys.executable, "-m", module, *COMMANDS.get(program, [])],
        env=planted,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 2, ended.stderr
    assert "SERVICE_TOKEN is a text, not a key drawn at random" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert secret not in ended.stdout + ended.stderr
