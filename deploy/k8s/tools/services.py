"""The programs as the cluster knows them, and the settings each one's code declares."""

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import SecretStr, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from chassis.settings import ServiceSettings

SERVICES = ("intake", "routing", "sla-monitor", "notifier", "certificate")
# A package with a second program beside its service, and where that one's parts are.
BESIDE = {"sla-ledger": "sla_monitor.ledger"}
PROGRAMS = (*SERVICES, *BESIDE)

# Not typed as secrets, but what they hold is: a MongoDB URI carries the user's password.
HIDDEN = frozenset({"MONGO_URI"})


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    default: str | None
    """As the environment would spell it; None when there is none."""
    required: bool
    secret: bool
    shared: bool
    description: str


def package_of(program: str) -> str:
    return BESIDE.get(program, program.replace("-", "_"))


def settings_class(program: str) -> type[ServiceSettings]:
    module = importlib.import_module(f"{package_of(program)}.settings")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, ServiceSettings) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise LookupError(f"{module.__name__} must define exactly one ServiceSettings, has {len(found)}")
    return found[0]


@cache
def settings_of(cls: type[ServiceSettings]) -> Mapping[str, Setting]:
    """Every setting of a class by the name of its environment variable."""
    return {setting.name: setting for setting in (_setting(name, field) for name, field in cls.model_fields.items())}


def _setting(name: str, field: FieldInfo) -> Setting:
    inherited = ServiceSettings.model_fields.get(name)
    variable = name.upper()
    return Setting(
        name=variable,
        default=_default(field),
        required=field.is_required(),
        secret=variable in HIDDEN or "SecretStr" in repr(field.annotation),
        # The service's own default makes a setting its own, as its database is.
        shared=inherited is not None and (inherited.default == field.default or name == "http_port"),
        description=field.description or "",
    )


def _default(field: FieldInfo) -> str | None:
    """None for what the code works out when it starts (the host's name), and for a file that is shipped inside it."""
    default = field.default
    if default is None or default is PydanticUndefined or (isinstance(default, Path) and default.is_absolute()):
        return None
    return _spelled(default)


def _spelled(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    spelled = TypeAdapter(type(value)).dump_python(value, mode="json")
    return spelled if isinstance(spelled, str) else json.dumps(spelled)
