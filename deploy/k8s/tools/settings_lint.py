"""Each workload's environment against the settings its code reads: nothing missing, unknown or invalid."""

import base64
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from unittest import mock

from deploy.k8s.tools.objects import configuration, direct, plain, program_of, programs
from deploy.k8s.tools.schema import Object, name_of
from deploy.k8s.tools.services import HIDDEN, PROGRAMS, settings_class, settings_of
from pydantic import ValidationError

from chassis.settings import ServiceSettings


def settings_faults(objects: list[Object], withheld: Mapping[str, frozenset[str]]) -> Iterator[str]:
    configs = configuration(objects)
    for workload, container in programs(objects):
        program = program_of(workload)
        if program not in PROGRAMS:
            yield f"{name_of(workload)}: {program!r} is no program of the suite"
            continue
        yield from environment_faults(
            name_of(workload),
            settings_class(program),
            plain(configs, container),
            direct(container),
            withheld.get(program, frozenset()),
        )


def environment_faults(
    where: str,
    cls: type[ServiceSettings],
    from_configs: Mapping[str, str],
    own: Mapping[str, str | None],
    withheld: frozenset[str],
) -> Iterator[str]:
    """`own` holds the pod's own `env`; None stands for a reference (a Secret's key, the pod's name)."""
    settings = settings_of(cls)
    for name in sorted({*from_configs, *own} - settings.keys()):
        yield f"{where}: {name} is no setting of {cls.__name__}"
    for name, setting in settings.items():
        if setting.secret:
            if name in from_configs or own.get(name) is not None:
                yield f"{where}: {name} is a secret and stands in the open"
            if name not in own and name not in withheld:
                yield f"{where}: the secret {name} is not referred to"
        elif (setting.required or setting.default is not None) and name not in from_configs and name not in own:
            yield f"{where}: the setting {name} is not set"
    yield from _invalid(where, cls, {**from_configs, **{name: value or stand_in(name) for name, value in own.items()}})


def _invalid(where: str, cls: type[ServiceSettings], environment: Mapping[str, str]) -> Iterator[str]:
    """The settings' own validators read the values as the pod would."""
    with mock.patch.dict(os.environ, environment, clear=True):
        try:
            cls()
        except ValidationError as fault:
            for error in fault.errors(include_url=False, include_input=False):
                yield f"{where}: {'.'.join(map(str, error['loc']))}: {error['msg']}"


def stand_in(name: str) -> str:
    """A well-formed value for what only the cluster's Secret knows."""
    if name in HIDDEN:
        return "mongodb://mongo/?replicaSet=rs0"
    key = base64.b64encode(hashlib.sha256(f"stand-in {name}".encode()).digest()).decode()
    return json.dumps({"2026-11": key}) if name.endswith("_KEYS") else key
