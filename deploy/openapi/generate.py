"""Writes each program's OpenAPI document, which frontends read without a running service.

python deploy/openapi/generate.py [--check]
"""

import json
import os
import sys
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s.tools.generated import ROOT, main
from deploy.k8s.tools.services import PROGRAMS
from deploy.openapi.apps import program_app

from chassis.clock import SystemClock
from chassis.http.access import Access, IssuerKeys
from chassis.settings import LOCAL_ISSUER, OFFICER_AUDIENCE


def files() -> dict[Path, str]:
    return {ROOT / f"docs/openapi/{program}.json": _text(program) for program in PROGRAMS}


def _text(program: str) -> str:
    # Nobody calls: no key is read.
    keys = IssuerKeys(file=Path(os.devnull), url=None, clock=SystemClock(), http=httpx.AsyncClient())
    access = Access(keys, issuer=LOCAL_ISSUER, audience=OFFICER_AUDIENCE, token="")
    return json.dumps(program_app(program, SystemClock(), access).openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(files(), sys.argv[1:]))
