"""Each program's app as its composition root makes it, with stand-ins for secrets; nothing connects."""

import importlib
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from unittest import mock

from deploy.k8s.tools.services import package_of, settings_class, settings_of
from deploy.k8s.tools.settings_lint import stand_in
from fastapi import FastAPI

from chassis.clock import Clock
from chassis.http.access import Access
from chassis.http.app import add_routes
from chassis.settings import load_yaml
from event_schemas import policies
from sla_monitor.ledger import api as ledger_api
from sla_monitor.ledger.report import By, Report, ReportBuilder, RoundFilter, Window
from sla_monitor.worker import api as worker_api


class NoPartitions:
    """The table of a worker that owns nothing."""

    def partition(self, number: int) -> Mapping[bytes, bytes]:
        raise KeyError(number)


class EmptyLedger:
    """A ledger of no cases, complete up to the clock's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def as_of(self) -> datetime:
        return self._clock.now()

    async def all(self) -> dict[Any, Any]:
        return {}

    async def location(self, _case_id: str) -> None:
        return None

    async def open(self, _wanted: Any, _limit: int) -> list[Any]:
        return []

    async def report(self, by: By, window: Window, _scope: Any, wanted: RoundFilter) -> Report:
        return ReportBuilder(by, window, wanted).build()


def program_app(program: str, clock: Clock, access: Access) -> FastAPI:
    cls = settings_class(program)
    secrets = {
        name: stand_in(name) for name, setting in settings_of(cls).items() if setting.secret and setting.required
    }
    with mock.patch.dict(os.environ, secrets, clear=True):
        settings = cls()
    app = importlib.import_module(f"{package_of(program)}.app").create_app(settings)
    assert isinstance(app, FastAPI)
    # What these two read exists when they have started, so that they add their routes then.
    if program == "sla-monitor":
        add_routes(app, worker_api.create_router(_shipped(), NoPartitions(), set, clock, access, emergency=True))
    if program == "sla-ledger":
        empty = cast("Any", EmptyLedger(clock))
        add_routes(app, ledger_api.create_router(empty, empty, _shipped(), clock, access))
    return app


def _shipped() -> policies.PolicySet:
    return policies.load(load_yaml(policies.DEFAULT_PATH))
