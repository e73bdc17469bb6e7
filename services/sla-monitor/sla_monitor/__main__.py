"""``python -m sla_monitor worker --lane emergency|routine``: one worker until SIGTERM; ``ledger``; ``audit``."""

import argparse
import os
import sys

from chassis.logs import configure_logging
from chassis.run import serve
from chassis.tracing import Tracing
from sla_monitor.app import create_app
from sla_monitor.ledger import app as ledger
from sla_monitor.ledger import audit_command
from sla_monitor.processor import SERVICE
from sla_monitor.settings import PORTS, Settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="sla_monitor", description="SLA monitor")
    commands = parser.add_subparsers(dest="command", required=True)
    worker = commands.add_parser("worker", help="run a worker of one lane")
    worker.add_argument("--lane", required=True, choices=sorted(PORTS))
    commands.add_parser("ledger", add_help=False, help="keep the ledger, reconcile, answer for reports")
    commands.add_parser("audit", add_help=False, help="hold log, ledger and breaches against each other")
    options, rest = parser.parse_known_args()
    if options.command == "ledger":
        return ledger.main(rest)
    if options.command == "audit":
        return audit_command.main(rest)
    lane = parser.parse_args().lane
    os.environ["LANE"] = lane
    settings = Settings()
    configure_logging(SERVICE, settings.log_level)
    Tracing.configure(SERVICE, settings.otlp_endpoint)
    return serve(create_app(settings), settings)


if __name__ == "__main__":
    sys.exit(main())
