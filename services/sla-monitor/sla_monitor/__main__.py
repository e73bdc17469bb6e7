"""``python -m sla_monitor worker --lane emergency|routine`` until SIGTERM; ``ledger``; and the operator's commands."""

import argparse
import os
import sys
from importlib import import_module
from typing import Final

from fastapi import FastAPI

from chassis.policy_file import PoliciesRefused
from chassis.run import start
from chassis.telemetry.tracing import Tracing
from sla_monitor.settings import PORTS, Settings

SERVICE: Final = "sla-monitor"


def main() -> int:
    parser = argparse.ArgumentParser(prog="sla_monitor", description="SLA monitor")
    commands = parser.add_subparsers(dest="command", required=True)
    worker = commands.add_parser("worker", help="run a worker of one lane")
    worker.add_argument("--lane", required=True, choices=sorted(PORTS))
    commands.add_parser("ledger", add_help=False, help="keep the ledger, reconcile, answer for reports")
    commands.add_parser("audit", add_help=False, help="hold log, ledger and breaches against each other")
    commands.add_parser("policies", add_help=False, help="check a policy file and print its promises")
    commands.add_parser("lost-events", add_help=False, help="what Kafka deleted unread, and going on behind it")
    options, rest = parser.parse_known_args()
    # Each command imports what it needs: a worker is back sooner without the ledger's database and plots.
    if options.command == "ledger":
        return int(import_module("sla_monitor.ledger.app").main(rest))
    if options.command == "audit":
        return int(import_module("sla_monitor.commands.audit").main(rest))
    if options.command == "policies":
        return int(import_module("sla_monitor.commands.policies").main(rest))
    if options.command == "lost-events":
        return int(import_module("sla_monitor.commands.lost_events").main(rest))
    lane = parser.parse_args().lane
    os.environ["LANE"] = lane
    return start(SERVICE, Settings, _worker, refusals=(PoliciesRefused,))


def _worker(settings: Settings) -> FastAPI:
    Tracing.configure(SERVICE, settings.otlp_endpoint)
    app: FastAPI = import_module("sla_monitor.app").create_app(settings)
    return app


if __name__ == "__main__":
    sys.exit(main())
