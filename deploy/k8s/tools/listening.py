"""Where a program listens and what it serves there, against ports, probes, services and scraping."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

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
    workloads,
)
from deploy.k8s.tools.schema import Object, name_of
from prometheus_client import CollectorRegistry
from starlette.routing import Route

from chassis.health import Liveness
from chassis.http.app import create_http_app
from chassis.settings import ProgramSettings

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
# By the name that a container gives the port: the setting that says where the program listens.
LISTENS = {"http": "HTTP_PORT", "ops": "OPS_PORT"}


def listening_faults(objects: list[Object]) -> Iterator[str]:
    yield from _ports(objects)
    yield from _probes(objects)
    yield from _services(objects)
    yield from _scraping(objects)


def _ports(objects: list[Object]) -> Iterator[str]:
    configs = configuration(objects)
    for workload, container in programs(objects, *SERVING):
        stated = {port.get("name"): str(port["containerPort"]) for port in container.get("ports", [])}
        if set(stated) != set(LISTENS):
            yield f"{name_of(workload)}: the container's ports must be {', '.join(LISTENS)}"
        found = environment(configs, container)
        if found.get("HTTP_HOST") != "0.0.0.0":
            yield f"{name_of(workload)}: listens on {found.get('HTTP_HOST')} alone, where nobody reaches it"
        for name, setting in LISTENS.items():
            if stated.get(name) != found.get(setting):
                listens = found.get(setting)
                yield f"{name_of(workload)}: port {name} is {stated.get(name)}, the program listens on {listens}"


def _probes(objects: list[Object]) -> Iterator[str]:
    served = _operations()
    configs = configuration(objects)
    for workload, container in programs(objects, *SERVING):
        for probe in PROBES:
            asked = container.get(probe, {}).get("httpGet")
            if asked is None:
                continue
            if asked.get("path") not in served:
                yield f"{name_of(workload)}: {probe} asks {asked.get('path')}, which no program serves"
            if str(port_of(workload, asked.get("port", ""))) != environment(configs, container).get("OPS_PORT"):
                yield f"{name_of(workload)}: {probe} asks a port on which the program does not answer it"


def _services(objects: list[Object]) -> Iterator[str]:
    configs = configuration(objects)
    serving = workloads(objects, *SERVING)
    for service in of(objects, "Service"):
        selector = {"matchLabels": service["spec"].get("selector") or {"": ""}}
        for workload in serving:
            if not selects(selector, labels_of(workload)):
                continue
            [listens] = [
                environment(configs, container).get("HTTP_PORT") for container in spec_of(workload)["containers"]
            ]
            for port in service["spec"]["ports"]:
                target = port_of(workload, port.get("targetPort", port["port"]))
                if str(target) != listens:
                    yield f"{name_of(service)}: leads to port {target}, {name_of(workload)} serves on {listens}"


def _scraping(objects: list[Object]) -> Iterator[str]:
    """Where there is a PodMonitor, it reads the metrics of every program that serves."""
    monitors = of(objects, "PodMonitor")
    ours = [workload for workload in workloads(objects, *SERVING) if program_of(workload)]
    for monitor in monitors:
        for workload in ours:
            if not selects(monitor["spec"]["selector"], labels_of(workload)):
                yield f"{name_of(monitor)}: leaves out {name_of(workload)}"
            for asked in monitor["spec"]["podMetricsEndpoints"]:
                if port_of(workload, asked["port"]) is None:
                    yield f"{name_of(monitor)}: {name_of(workload)} has no port {asked['port']}"
                if asked.get("path", "/metrics") != "/metrics" or "/metrics" not in _operations():
                    yield f"{name_of(monitor)}: asks {asked.get('path')}, which no program serves"
    for workload in workloads(objects):
        for container in spec_of(workload)["containers"]:
            if workload["kind"] not in SERVING and container.get("ports"):
                yield f"{name_of(workload)}: a job listens nowhere"


@cache
def _operations() -> frozenset[str]:
    """What every program serves on OPS_PORT, from the app that the chassis makes for each."""
    app = create_http_app(
        title="operations",
        version="0",
        lifespan=None,
        liveness=Liveness(timedelta.max),
        checks={},
        registry=CollectorRegistry(),
        settings=ProgramSettings.model_construct(http_port=1, ops_port=2),
    )
    return frozenset(route.path for route in app.state.operations.router.routes if isinstance(route, Route))
