"""Writes each program's OpenAPI document, which frontends read without a running service.

python deploy/openapi/generate.py [--check]
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s.tools.generated import ROOT, main
from deploy.k8s.tools.services import PROGRAMS

from tests.architecture.apps import app_of


def files() -> dict[Path, str]:
    return {ROOT / f"docs/openapi/{program}.json": _text(program) for program in PROGRAMS}


def _text(program: str) -> str:
    return json.dumps(app_of(program).openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(files(), sys.argv[1:]))
