"""Count missed, doubled, untrue and late breaches: log, ledger and breaches are held against each other."""

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chassis.clock import Clock, SystemClock
from chassis.commands import run_command
from chassis.kafka.offsets import TopicOffsets
from chassis.mongo.client import Mongo
from chassis.policy_file import PoliciesRefused, load_policies
from chassis.settings import load
from sla_monitor.commands.audit_page import as_json, as_text
from sla_monitor.ledger.app import SERVICE
from sla_monitor.ledger.audit import Audit, AuditResult, LogRange
from sla_monitor.ledger.audit_ledger import LedgerView
from sla_monitor.ledger.settings import LedgerSettings
from sla_monitor.ledger.watermarks import WatermarkStore

EVERY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """Seconds that a worker may take to emit, seconds to wait for the ledger, and whether to leave it aside."""

    grace: float = 15.0
    wait: float = 30.0
    log_only: bool = False


def main(given: Mapping[str, str | None], options: AuditOptions, *, as_document: bool) -> int:
    """0: nothing was found; 1: something was, or it could not be done; 2: the settings won't do.

    `given`: settings that an option names, by field; None leaves one to the environment.
    """

    def act() -> int:
        settings = load(LedgerSettings, **{name: value for name, value in given.items() if value is not None})
        result = run(settings, options)
        if as_document:
            sys.stdout.write(json.dumps(as_json(result)) + "\n")
        else:
            sys.stdout.writelines(f"{line}\n" for line in as_text(result))
        return 0 if result.clean else 1

    return run_command(SERVICE, act, refusals=(PoliciesRefused,))


def run(settings: LedgerSettings, options: AuditOptions) -> AuditResult:
    return asyncio.run(audit(settings, options, SystemClock()))


async def audit(settings: LedgerSettings, options: AuditOptions, clock: Clock) -> AuditResult:
    """Wait for the ledger, then judge. A ledger that does not catch up in time is not compared, as stderr states."""
    mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="sla-audit")
    positions = TopicOffsets(settings.kafka_bootstrap, [*settings.cases_topics.values()])
    try:
        log_range = LogRange(clock.now(), await positions.starts(), await positions.ends())
        # Watermarks past this time show that the ledger has consumed all of the range.
        read_at = clock.now()
        ready = not options.log_only and await _caught_up(
            WatermarkStore(mongo), len(log_range.ends), read_at, options.wait
        )
        run = Audit(
            bootstrap=settings.kafka_bootstrap,
            policies=load_policies(settings),
            grace=timedelta(seconds=options.grace),
            progress=_Progress(),
            ledger=LedgerView(mongo, read_at) if ready else None,
        )
        return await run.run(log_range)
    finally:
        await positions.close()
        mongo.close()


async def _caught_up(watermarks: WatermarkStore, expected: int, now: datetime, wait_s: float) -> bool:
    deadline = time.monotonic() + wait_s
    while True:
        known = [at for at in (await watermarks.all()).values() if at is not None and at >= now]
        if len(known) >= expected:
            return True
        if time.monotonic() > deadline:
            sys.stderr.write(f"audit: the ledger has {len(known)} of {expected} partitions up to now; not compared\n")
            return False
        await asyncio.sleep(0.2)


class _Progress:
    """A line on stderr every two seconds of a long read."""

    def __init__(self) -> None:
        self._next = time.monotonic() + EVERY_S

    def __call__(self, done: int, total: int) -> None:
        if done % 1000 == 0 and time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY_S
            sys.stderr.write(f"audit: {done:,} of {total:,} records read\n")
            sys.stderr.flush()
