"""`python -m intake import-register`: what the command does."""

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from chassis.clock import Clock, SystemClock
from chassis.importing.report import ImportRefused, Report
from chassis.mongo.client import Mongo
from chassis.sealing import KeyRing
from chassis.settings import ServiceSettings
from intake.evidence.store import MongoFileStore
from intake.evidence.workshop import Workshop
from intake.offices.directory import read_offices
from intake.offices.domain import Offices
from intake.registers.importing import RegisterImport
from intake.registers.kinds import load_registers
from intake.registers.photos import Photos
from intake.registers.store import MongoEntryStore

PROGRESS_EVERY = 10_000
SHOWN_FINDINGS = 200


class ImportSettings(ServiceSettings):
    """Where the entries are kept, and the keys that seal photos."""

    needs: ClassVar[frozenset[str]] = frozenset()
    reads_officers: ClassVar[bool] = False

    http_port: int = 0
    mongo_database: str = "janseva_intake"


class NoDirectory(Exception):
    """Kafka does not give the directory of offices."""


class UnknownRegister(Exception):
    """There is no such register."""


def import_register(
    settings: ImportSettings, register: str, file: Path, *, by: str, dry: bool = False, report_to: Path | None = None
) -> int:
    """0 if every row is an entry now; 1 if some were rejected: the others are."""
    registers = load_registers()
    kind = registers.get(register)
    if kind is None:
        raise UnknownRegister(f"there is no register {register}; there are: {', '.join(one.kind for one in registers)}")
    report, clock = Report(), SystemClock()

    async def act() -> int:
        offices = await _offices(settings, clock, report)
        mongo = Mongo(settings.mongo_uri, settings.mongo_database, app_name="import-register")
        try:
            store, files = MongoEntryStore(mongo), MongoFileStore(mongo)
            if not dry:
                await store.ensure_indexes()
                await files.ensure_indexes()
            ring = KeyRing.from_json(settings.sealing_keys)
            work = RegisterImport(
                registers,
                kind,
                store,
                clock,
                report,
                by,
                Photos(files, Workshop(), ring, clock),
                dry,
                offices,
                _progress,
            )
            done = await work.run(file)
        finally:
            mongo.close()
        _print([*_shown(report), _summary(done.rows, done.accepted, kind.kind, dry=dry)])
        return 0 if done.rows == done.accepted else 1

    try:
        return asyncio.run(act())
    except ImportRefused:
        _print(_shown(report))
        raise
    finally:
        if report_to is not None:
            report_to.write_text(json.dumps(report.to_document(), indent=1, ensure_ascii=False), "utf-8")


async def _offices(settings: ImportSettings, clock: Clock, report: Report) -> Offices:
    """By which the stations' codes are checked; the report says so if nothing is known of any office."""
    try:
        directory = await read_offices(settings.kafka_bootstrap, clock)
    except TimeoutError:
        raise NoDirectory(
            "not done: Kafka does not give the directory of offices, by which stations are checked"
        ) from None
    if directory.is_empty:
        report.suspect("stations_not_checked", "-", "the directory of offices is empty: routing has published none yet")
    return directory


def _summary(rows: int, accepted: int, kind: str, *, dry: bool) -> str:
    what = "would be entries" if dry else "are entries"
    return f"{accepted} of {rows} rows {what} of {kind}; {rows - accepted} rejected"


def _shown(report: Report) -> Iterable[str]:
    """The figures and the first findings; --report writes all."""
    lines = [*report.lines()]
    if len(lines) <= SHOWN_FINDINGS:
        return lines
    return [*lines[:SHOWN_FINDINGS], f"... and more; --report FILE writes all {len(report.findings)}", lines[-1]]


def _progress(done: int, of: int) -> None:
    if done % PROGRESS_EVERY == 0:
        print(f"{done} of {of} rows ...", file=sys.stderr, flush=True)  # noqa: T201


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)  # noqa: T201
