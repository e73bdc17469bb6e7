"""The five apps as their composition roots make them, with stand-ins for secrets; nothing connects yet."""

import importlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from unittest import mock

from deploy.k8s.tools.services import package_of, settings_class, settings_of
from deploy.k8s.tools.settings_lint import stand_in
from fastapi import FastAPI

from chassis.clock import ManualClock
from chassis.settings import load_yaml
from event_schemas import policies
from sla_monitor.api import create_router


class NoPartitions:
    """The table of a worker that owns nothing."""

    def partition(self, number: int) -> Mapping[bytes, bytes]:
        raise KeyError(number)


@cache
def app_of(service: str) -> FastAPI:
    cls = settings_class(service)
    secrets = {
        name: stand_in(name) for name, setting in settings_of(cls).items() if setting.secret and setting.required
    }
    with mock.patch.dict(os.environ, secrets, clear=True):
        settings = cls()
    app = importlib.import_module(f"{package_of(service)}.app").create_app(settings)
    assert isinstance(app, FastAPI)
    if service == "sla-monitor":
        # Its worker brings the table its routes read, so it adds them when it has started.
        shipped = policies.load(load_yaml(policies.DEFAULT_PATH))
        app.include_router(create_router(shipped, NoPartitions(), set, ManualClock(datetime(2026, 11, 1, tzinfo=UTC))))
    return app
