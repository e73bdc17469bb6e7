"""`python -m sla_monitor worker --lane emergency|routine`, `ledger`: until SIGTERM; and the operator's commands."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from fastapi import FastAPI

from chassis.policy_file import PoliciesRefused
from chassis.program import loaded, run_commands
from chassis.run import start
from chassis.telemetry.tracing import Tracing
from sla_monitor.settings import PORTS, Settings

SERVICE: Final = "sla-monitor"


def main(arguments: Sequence[str]) -> int:
    """Each imports what it needs: a worker is back sooner without the ledger's database and plots, and typer's help."""
    match [*arguments]:
        case ["worker", "--lane", lane] if lane in PORTS:
            return work(lane)
        case ["ledger"]:
            return int(loaded("sla_monitor.ledger.app:serve")())
    return run_commands(arguments, prog="python -m sla_monitor", commands="sla_monitor.command_line:app")


def work(lane: str) -> int:
    """Run a worker of the lane until SIGTERM. The exit status."""
    os.environ["LANE"] = lane
    return start(SERVICE, Settings, _worker, refusals=(PoliciesRefused,))


def _worker(settings: Settings) -> FastAPI:
    Tracing.configure(SERVICE, settings.otlp_endpoint)
    app: FastAPI = import_module("sla_monitor.app").create_app(settings)
    return app


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
