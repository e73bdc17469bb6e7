"""Rendered overlays, kept once for all tests of manifests, and the ways in which a test spoils a copy."""

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from deploy.k8s import validate
from deploy.k8s.tools.generated import ROOT
from deploy.k8s.tools.kubectl import render
from deploy.k8s.tools.schema import Object, pod_of

Plant = Callable[[list[Object]], object]


@cache
def rendered(overlay: str) -> list[Object]:
    return render(ROOT / "deploy/k8s/overlays" / overlay)


def faults_with(plant: Plant, overlay: str = "prod") -> list[str]:
    """What the checks find when a fault is planted into an overlay."""
    objects = copy.deepcopy(rendered(overlay))
    plant(objects)
    return list(validate.faults_of(objects))


def one(objects: list[Object], kind: str, name: str) -> Any:
    found = [item for item in objects if item["kind"] == kind and item["metadata"]["name"] == name]
    assert len(found) == 1
    return found[0]


def pod(objects: list[Object], name: str = "intake", kind: str = "Deployment") -> Any:
    return pod_of(one(objects, kind, name))["spec"]


def container(objects: list[Object], name: str = "intake", kind: str = "Deployment") -> Any:
    return pod(objects, name, kind)["containers"][0]


def config(objects: list[Object], name: str) -> Any:
    """The data of the ConfigMap of this name, whose hash is unknown."""
    found = [o for o in objects if o["kind"] == "ConfigMap" and o["metadata"]["name"].startswith(f"{name}-")]
    return min(found, key=lambda item: len(item["metadata"]["name"]))["data"]


def drop(kind: str, name: str) -> Plant:
    return lambda objects: objects.remove(one(objects, kind, name))


def policy(objects: list[Object], name: str) -> Any:
    return one(objects, "NetworkPolicy", name)["spec"]
