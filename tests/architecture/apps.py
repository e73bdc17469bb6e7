"""The five apps as their composition roots make them, with stand-ins for secrets; nothing connects yet."""

import importlib
import os
from unittest import mock

from deploy.k8s.tools.services import package_of, settings_class, settings_of
from deploy.k8s.tools.settings_lint import stand_in
from fastapi import FastAPI


def app_of(service: str) -> FastAPI:
    cls = settings_class(service)
    secrets = {
        name: stand_in(name) for name, setting in settings_of(cls).items() if setting.secret and setting.required
    }
    with mock.patch.dict(os.environ, secrets, clear=True):
        settings = cls()
    app = importlib.import_module(f"{package_of(service)}.app").create_app(settings)
    assert isinstance(app, FastAPI)
    return app
