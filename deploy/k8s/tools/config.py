"""From the code's settings to the cluster's configuration: env files, and references to the secrets."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from deploy.k8s.tools.services import Setting

HEADER = "# Written by deploy/k8s/generate.py from the settings' classes and deploy/k8s/values.py; change those.\n"
_NONE: Mapping[str, str] = MappingProxyType({})


def env_file(settings: Iterable[Setting], values: Mapping[str, str], reasons: Mapping[str, str] = _NONE) -> str:
    """One line for each open setting; what is not set stands as a comment, so that an operator sees that it exists."""
    lines = [HEADER.rstrip()]
    for setting in settings:
        value = values.get(setting.name, setting.default)
        lines += [f"# {text}" for text in (setting.description, reasons.get(setting.name)) if text]
        lines.append(f"# {setting.name} is not set" if value is None else f"{setting.name}={value}")
    return "\n".join(lines) + "\n"


def secret_example(service: str, secrets: Iterable[Setting]) -> str:
    lines = [
        f"# What the Secret {service!r} must hold. Copy to a file outside the repository, fill in, then:",
        f"# kubectl -n janseva create secret generic {service} --from-env-file=FILE",
    ]
    for setting in secrets:
        if setting.description:
            lines.append(f"# {setting.description}")
        lines.append(f"{setting.name}=")
    return "\n".join(lines) + "\n"


def secret_patch(service: str, kind: str, secrets: Iterable[Setting]) -> dict[str, Any]:
    """A patch that names each secret key, so that a pod without it doesn't start and says which is missing."""
    env = [
        {"name": setting.name, "valueFrom": {"secretKeyRef": {"name": service, "key": setting.name}}}
        for setting in secrets
    ]
    pod = {"template": {"spec": {"containers": [{"name": "service", "env": env}]}}}
    job = kind == "CronJob"
    return {
        "apiVersion": "batch/v1" if job else "apps/v1",
        "kind": kind,
        "metadata": {"name": "every-workload-of-the-service"},
        "spec": {"jobTemplate": {"spec": pod}} if job else pod,
    }
