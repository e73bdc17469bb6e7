"""What each program connects to and who calls it, by its settings and its API, against the network policies.

A connection without a policy is a fault, and so is a policy without a connection.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from deploy.k8s.tools.generated import ROOT
from deploy.k8s.tools.objects import (
    SERVING,
    configuration,
    environment,
    labels_of,
    of,
    port_of,
    program_of,
    programs,
    selects,
    spec_of,
)
from deploy.k8s.tools.schema import Object, name_of
from deploy.k8s.tools.services import PROGRAMS, settings_class, settings_of

from chassis.settings import ServiceSettings

NAMESPACE = "janseva"
SPACE_NAME = "kubernetes.io/metadata.name"
PRIVATE = frozenset({"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8"})
WORLD = frozenset({"0.0.0.0/0", "::/0"})

# Settings that hold an address to which the program connects, and the port if the address doesn't say.
CONNECTS: Mapping[str, int] = {
    "KAFKA_BOOTSTRAP": 9092,
    "MONGO_URI": 27017,
    "OTLP_ENDPOINT": 4318,
    "OFFICER_JWKS_URL": 443,
    "OFFICER_LOGIN_URL": 443,
    "IDENTITY_REGISTER_URL": 443,
    "ESIGN_URL": 443,
    "VIRUS_SCANNER": 3310,
    "SMS_URL": 13013,
    "NOTIFIER_URL": 80,
    "CERTIFICATE_URL": 80,
    "INTAKE_URL": 80,
    "ROUTING_URL": 80,
    "LEDGER_URL": 80,
}
# Settings that hold an address that is shown to others: the program connects to none of them.
PUBLISHED = frozenset({"PUBLIC_URL", "PAGES_URL", "TIPS_URL", "QUICK_EXIT_URL", "RECEIPTS_URL"})
# What only the cluster's Secret knows is somewhere at a private address.
SECRET = frozenset({"MONGO_URI"})

# Namespaces of others that are known by what they do, not by their name.
ROLES: Mapping[str, Mapping[str, str]] = {
    "monitoring": {"janseva.in/monitoring": "true"},
    "gateway": {"janseva.in/gateway": "true"},
}


@dataclass(frozen=True, slots=True)
class Edge:
    """One peer of a program at one port. `peer` is a program, "@" and a namespace, or a network."""

    peer: str
    port: int

    def __str__(self) -> str:
        return f"{self.peer}, port {self.port}"


@dataclass(frozen=True, slots=True)
class Need:
    """A connection that the code makes: one of `peers` must be let through; any of `also` may be."""

    what: str
    port: int
    peers: frozenset[str]
    also: frozenset[str] = frozenset()
    required: bool = True

    def covers(self, edge: Edge) -> bool:
        return edge.port == self.port and edge.peer in self.peers | self.also


def connection_faults(objects: list[Object]) -> Iterator[str]:
    yield from unknown_addresses()
    world = _World(objects)
    for workload, _ in programs(objects):
        if program_of(workload) not in PROGRAMS:
            continue
        for direction, needs in (("egress", [*world.calls(workload)]), ("ingress", [*world.callers(workload)])):
            opened = world.opened(workload, direction)
            yield from _held(f"{name_of(workload)}: {direction}", needs, opened)


def _held(where: str, needs: list[Need], opened: Mapping[Edge, str]) -> Iterator[str]:
    for need in needs:
        if need.required and not any(edge.port == need.port and edge.peer in need.peers for edge in opened):
            yield f"{where}: no network policy lets {need.what} through at port {need.port}"
    for edge, policy in opened.items():
        if not any(need.covers(edge) for need in needs):
            yield f"{where}: NetworkPolicy/{policy} opens {edge}, which nothing in the code uses"


def unknown_addresses() -> Iterator[str]:
    """A setting that holds an address must be known here, lest its connection be forgotten in the policies."""
    for program in PROGRAMS:
        for name in settings_of(settings_class(program)):
            is_address = name.endswith(("_URL", "_URI", "_ENDPOINT", "_BOOTSTRAP", "_SCANNER", "_ADDRESS"))
            if is_address and name not in CONNECTS and name not in PUBLISHED:
                yield f"{program}: {name} is an address; say in connections.py whether the program connects to it"


class _World:
    """The rendered objects, asked who may talk to whom."""

    def __init__(self, objects: list[Object]) -> None:
        self._configs = configuration(objects)
        self._policies = of(objects, "NetworkPolicy")
        self._pods = [workload for workload, _ in programs(objects) if program_of(workload)]
        self._services = {item["metadata"]["name"]: item["spec"] for item in of(objects, "Service")}
        self._spaces = {
            item["metadata"]["name"]: {SPACE_NAME: item["metadata"]["name"], **item["metadata"].get("labels", {})}
            for item in of(objects, "Namespace")
        }

    def calls(self, workload: Object) -> Iterator[Need]:
        """What the program in the workload connects to."""
        yield Need("the cluster's name server", 53, frozenset({"@kube-system"}))
        cls = settings_class(program_of(workload))
        settings = settings_of(cls)
        reads_officers = issubclass(cls, ServiceSettings) and cls.reads_officers
        [container] = spec_of(workload)["containers"]
        found = environment(self._configs, container)
        for name, usual in CONNECTS.items():
            if name not in settings or (name == "OFFICER_JWKS_URL" and not reads_officers):
                continue
            if name in SECRET:
                yield Need(name, usual, PRIVATE, also=frozenset({"@janseva-mongodb"}))
            elif found.get(name):
                yield self._need(name, found[name], usual)
            else:
                somewhere = frozenset({"@monitoring"}) if name == "OTLP_ENDPOINT" else WORLD
                yield Need(name, usual, somewhere, required=False)

    def callers(self, workload: Object) -> Iterator[Need]:
        """Who connects to the program in the workload."""
        program = program_of(workload)
        if workload["kind"] not in SERVING:
            return
        [container] = spec_of(workload)["containers"]
        found = environment(self._configs, container)
        http, ops = (_number(found.get(name, "")) for name in ("HTTP_PORT", "OPS_PORT"))
        yield Need("Prometheus", ops, frozenset({"@monitoring"}))
        if program in public_programs():
            yield Need("the gateway", http, frozenset({"@gateway"}))
        if "RECEIPTS_URL" in found:
            sender = _space_of(urlsplit(found.get("SMS_URL", "")).hostname or "")
            yield Need("the SMS gateway", http, frozenset({f"@{sender}" if sender else "@gateway"}))
        for other in self._pods:
            if program_of(other) in PROGRAMS and program_of(other) != program:
                for need in self.calls(other):
                    if need.required and program in need.peers:
                        yield Need(program_of(other), http, frozenset({program_of(other)}))

    def _need(self, name: str, value: str, usual: int) -> Need:
        parts = urlsplit(value if "://" in value else f"//{value}")
        host = parts.hostname or ""
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, usual)
        service = self._services.get(host.partition(".")[0]) if _space_of(host) in (None, NAMESPACE) else None
        if service is not None:
            return self._to_service(name, host, port, service)
        space = _space_of(host)
        if space is None:
            return Need(name, port, WORLD, also=PRIVATE)
        # Some network plugins don't take a pod's address for a network: the namespace must be named.
        return Need(name, port, frozenset({f"@{space}"}), also=PRIVATE if name != "OTLP_ENDPOINT" else frozenset())

    def _to_service(self, name: str, host: str, port: int, service: Mapping[str, Any]) -> Need:
        """At the port of the pods behind the service: policies see that one."""
        selector = {"matchLabels": service.get("selector") or {"": ""}}
        behind = [workload for workload in self._pods if selects(selector, labels_of(workload))]
        for stated in service["ports"]:
            if stated["port"] == port and behind:
                target = port_of(behind[0], stated.get("targetPort", port))
                return Need(name, target or 0, frozenset(program_of(workload) for workload in behind))
        return Need(f"{name} ({host} has no port {port})", 0, frozenset())

    def opened(self, workload: Object, direction: str) -> Mapping[Edge, str]:
        """What the network policies let through, each with the policy that does."""
        found: dict[Edge, str] = {}
        for policy in self._policies:
            spec = policy["spec"]
            if not selects(spec["podSelector"], labels_of(workload)):
                continue
            for rule in spec.get(direction, []):
                for peer in rule.get("from" if direction == "ingress" else "to", []):
                    for name, pods in self._peers(peer):
                        targets = [workload] if direction == "ingress" else pods
                        for port in rule.get("ports", []):
                            for number in _numbers(targets, port.get("port", 0)):
                                found.setdefault(Edge(name, number), policy["metadata"]["name"])
        return found

    def _peers(self, peer: Mapping[str, Any]) -> Iterator[tuple[str, list[Object]]]:
        if "ipBlock" in peer:
            yield peer["ipBlock"]["cidr"], []
        elif "namespaceSelector" in peer:
            wanted = peer["namespaceSelector"].get("matchLabels", {})
            names = [role for role, marks in ROLES.items() if wanted == marks]
            named = [space for space, marks in self._spaces.items() if wanted and wanted.items() <= marks.items()]
            yield from ((f"@{name}", []) for name in names or named or [wanted.get(SPACE_NAME, "any namespace")])
        else:
            for workload in self._pods:
                if selects(peer["podSelector"], labels_of(workload)):
                    yield program_of(workload), [workload]


def _numbers(pods: list[Object], port: int | str) -> set[int]:
    if isinstance(port, int):
        return {port}
    return {number for pod in pods if (number := port_of(pod, port)) is not None}


def _number(text: str) -> int:
    """0 for what is no number: that the setting is wrong is found elsewhere."""
    return int(text) if text.isdecimal() else 0


def _space_of(host: str) -> str | None:
    """The namespace of a name in the cluster, `service.namespace.svc`; None for a name of this one or of the world."""
    parts = host.split(".")
    return parts[1] if len(parts) > 2 and parts[2] == "svc" else None


@cache
def public_programs() -> frozenset[str]:
    """Programs with an operation that more than another service may ask for, from their OpenAPI documents."""
    found = set()
    for path in (ROOT / "docs/openapi").glob("*.json"):
        if any(_is_public(route, item) for route, item in json.loads(path.read_text(encoding="utf8"))["paths"].items()):
            found.add(path.stem)
    return frozenset(found)


def _is_public(route: str, item: Mapping[str, Any]) -> bool:
    if route.startswith(("/internal/", "/health/")) or route == "/metrics":
        return False
    keys = [security.get("security", []) for security in item.values() if isinstance(security, dict)]
    among_services: list[dict[str, list[str]]] = [{"serviceToken": []}, {"signedAddress": []}]
    return any(not needed or any(way not in among_services for way in needed) for needed in keys)
