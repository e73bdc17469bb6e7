"""The calls between services that the configuration asks for, against the network policies that must let them pass."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from deploy.k8s.tools.schema import Object, name_of, pod_of

NAME = "app.kubernetes.io/name"


def edge_faults(objects: list[Object]) -> Iterator[str]:
    """A service whose URL is configured must be allowed to be called, at both ends."""
    policies = [item["spec"] for item in objects if item["kind"] == "NetworkPolicy"]
    services = {item["metadata"]["name"] for item in objects if item["kind"] == "Service"}
    for workload, caller, called in _calls(objects, services):
        if caller == called:
            continue
        if not any(_admits(policy, "egress", "to", caller, called) for policy in policies):
            yield f"{name_of(workload)}: no network policy lets it call {called}"
        if not any(_admits(policy, "ingress", "from", called, caller) for policy in policies):
            yield f"{name_of(workload)}: no network policy lets {called} be called by it"


def _calls(objects: list[Object], services: set[str]) -> Iterator[tuple[Object, str, str]]:
    configs = {item["metadata"]["name"]: item.get("data", {}) for item in objects if item["kind"] == "ConfigMap"}
    for workload in objects:
        if workload["kind"] not in {"Deployment", "StatefulSet", "CronJob"}:
            continue
        for container in pod_of(workload)["spec"]["containers"]:
            for source in container.get("envFrom", []):
                for value in configs.get(source.get("configMapRef", {}).get("name"), {}).values():
                    host = (urlsplit(value).hostname or "").partition(".")[0] if value.startswith("http") else ""
                    if host in services:
                        yield workload, workload["metadata"]["labels"][NAME], host


def _admits(policy: dict[str, Any], direction: str, peers: str, subject: str, other: str) -> bool:
    return _covers(policy["podSelector"], subject) and any(
        "podSelector" in peer and "namespaceSelector" not in peer and _covers(peer["podSelector"], other)
        for rule in policy.get(direction, [])
        for peer in rule.get(peers, [])
    )


def _covers(selector: dict[str, Any], service: str) -> bool:
    """By the service's name; a selector that asks for anything else is none of these."""
    if selector.get("matchLabels", {}).get(NAME) == service:
        return True
    return any(
        expression["key"] == NAME and expression["operator"] == "In" and service in expression["values"]
        for expression in selector.get("matchExpressions", [])
    )
