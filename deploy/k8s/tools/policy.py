"""What must hold for every workload beyond the schema: a rule is a function from the objects to its faults."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from deploy.k8s.tools.objects import (
    JOBS,
    SERVING,
    WORKLOADS,
    containers,
    labels_of,
    of,
    programs,
    selects,
    spec_of,
    workloads,
)
from deploy.k8s.tools.schema import Object, name_of

OPERATIONS = "ops"
Rule = Callable[[list[Object]], Iterable[str]]


def policy_faults(objects: list[Object]) -> Iterator[str]:
    for rule in RULES:
        yield from rule(objects)


def probes(objects: list[Object]) -> Iterator[str]:
    """Startup and liveness ask the loop, readiness the dependencies; never the other way round."""
    expected = {"startupProbe": "/health/live", "livenessProbe": "/health/live", "readinessProbe": "/health/ready"}
    for workload, container in programs(objects, *SERVING):
        for probe, path in expected.items():
            asked = container.get(probe, {}).get("httpGet", {}).get("path")
            if asked != path:
                yield f"{name_of(workload)}: {probe} must get {path}, gets {asked}"


def operations_port(objects: list[Object]) -> Iterator[str]:
    """Health and metrics have a port of their own, where the kubelet and Prometheus ask."""
    for workload, container in programs(objects, *SERVING):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if container.get(probe, {}).get("httpGet", {}).get("port") != OPERATIONS:
                yield f"{name_of(workload)}: {probe} must ask the port {OPERATIONS}"
    for monitor in of(objects, "PodMonitor"):
        if any(asked.get("port") != OPERATIONS for asked in monitor["spec"]["podMetricsEndpoints"]):
            yield f"{name_of(monitor)}: metrics are on the port {OPERATIONS}"
    for service in of(objects, "Service"):
        if any(OPERATIONS in (port.get("name"), port.get("targetPort")) for port in service["spec"]["ports"]):
            yield f"{name_of(service)}: the port {OPERATIONS} is no part of a service"


def operations_reached(objects: list[Object]) -> Iterator[str]:
    """Nobody but Prometheus is let through to the port of health and metrics."""
    for policy in of(objects, "NetworkPolicy"):
        for rule in policy["spec"].get("ingress", []):
            if any(port.get("port") == OPERATIONS for port in rule.get("ports", [])) and not _is_monitoring(rule):
                yield f"{name_of(policy)}: only Prometheus reaches the port {OPERATIONS}"


def _is_monitoring(rule: dict[str, Any]) -> bool:
    labels = {"janseva.in/monitoring": "true"}
    return all(peer.get("namespaceSelector", {}).get("matchLabels") == labels for peer in rule.get("from", [{}]))


def resources(objects: list[Object]) -> Iterator[str]:
    for workload, container in containers(of(objects, *WORKLOADS)):
        stated = container.get("resources", {})
        for kind in ("requests", "limits"):
            for what in ("cpu", "memory"):
                if what not in stated.get(kind, {}):
                    yield f"{name_of(workload)}: no {kind} of {what}"


def pod_security(objects: list[Object]) -> Iterator[str]:
    """The restricted profile, and what it does not ask for: no token of the API."""
    for workload in of(objects, *WORKLOADS):
        pod = spec_of(workload)
        context = pod.get("securityContext", {})
        if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
            yield f"{name_of(workload)}: must run as a numeric user that is not root"
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{name_of(workload)}: seccompProfile must be RuntimeDefault"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name_of(workload)}: automountServiceAccountToken must be false"
    for workload, container in containers(of(objects, *WORKLOADS)):
        context = container.get("securityContext", {})
        if context.get("allowPrivilegeEscalation") is not False:
            yield f"{name_of(workload)}: allowPrivilegeEscalation must be false"
        if context.get("capabilities", {}).get("drop") != ["ALL"]:
            yield f"{name_of(workload)}: every capability must be dropped"


def root_filesystem(objects: list[Object]) -> Iterator[str]:
    """Ours write to /tmp alone."""
    for workload, container in programs(objects):
        if container.get("securityContext", {}).get("readOnlyRootFilesystem") is not True:
            yield f"{name_of(workload)}: readOnlyRootFilesystem must be true"
        if "/tmp" not in [mount["mountPath"] for mount in container.get("volumeMounts", [])]:  # noqa: S108
            yield f"{name_of(workload)}: /tmp must be a volume"


def images(objects: list[Object]) -> Iterator[str]:
    for workload, container in containers(of(objects, *WORKLOADS)):
        image = container.get("image", "")
        tag = image.rpartition("/")[2].partition(":")[2]
        if "@sha256:" not in image and tag in {"", "latest"}:
            yield f"{name_of(workload)}: image {image!r} needs a version"


def availability(objects: list[Object]) -> Iterator[str]:
    """Each workload has one disruption budget, spreads over nodes, and stops with its requests answered."""
    budgets = [budget["spec"]["selector"] for budget in of(objects, "PodDisruptionBudget")]
    for job in workloads(objects, *JOBS):
        if any(selects(budget, labels_of(job)) for budget in budgets):
            yield f"{name_of(job)}: a PodDisruptionBudget that selects a job's pods protects nobody"
    for workload in workloads(objects, *SERVING):
        pod = spec_of(workload)
        covering = [budget for budget in budgets if selects(budget, labels_of(workload))]
        if len(covering) != 1:
            yield f"{name_of(workload)}: needs exactly one PodDisruptionBudget, has {len(covering)}"
        if not pod.get("topologySpreadConstraints"):
            yield f"{name_of(workload)}: no topologySpreadConstraints"
        for container in pod["containers"]:
            pause = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            if not 0 < pause < pod.get("terminationGracePeriodSeconds", 30):
                yield f"{name_of(workload)}: preStop must sleep, for less than the grace period"


def references(objects: list[Object]) -> Iterator[str]:
    """Names lead somewhere."""
    configs = {config["metadata"]["name"] for config in of(objects, "ConfigMap")}
    accounts = {account["metadata"]["name"] for account in of(objects, "ServiceAccount")}
    pods = [labels_of(workload) for workload in of(objects, *SERVING)]
    for workload in workloads(objects):
        if spec_of(workload).get("serviceAccountName") not in accounts:
            yield f"{name_of(workload)}: its ServiceAccount is not here"
    for workload, container in programs(objects):
        for source in container.get("envFrom", []):
            name = source.get("configMapRef", {}).get("name")
            if name not in configs:
                yield f"{name_of(workload)}: ConfigMap {name!r} is not here"
    for service in of(objects, "Service"):
        selector = {"matchLabels": service["spec"].get("selector") or {"": ""}}
        if not any(selects(selector, found) for found in pods):
            yield f"{name_of(service)}: selects no pod"
        if any(selects(selector, labels_of(job)) for job in workloads(objects, *JOBS)):
            yield f"{name_of(service)}: selects a job's pods, which answer nobody"


def jobs(objects: list[Object]) -> Iterator[str]:
    """A job runs once at a time, by the clock of India, ends, and says in the end whether it failed."""
    for job in of(objects, "CronJob"):
        spec = job["spec"]
        if spec.get("concurrencyPolicy") != "Forbid":
            yield f"{name_of(job)}: concurrencyPolicy must be Forbid"
        if spec.get("timeZone") != "Asia/Kolkata":
            yield f"{name_of(job)}: timeZone must be Asia/Kolkata"
        if not spec["jobTemplate"]["spec"].get("activeDeadlineSeconds"):
            yield f"{name_of(job)}: needs activeDeadlineSeconds"
        if spec_of(job).get("restartPolicy") != "Never":
            yield f"{name_of(job)}: restartPolicy must be Never"


def scaling(objects: list[Object]) -> Iterator[str]:
    """A scaled workload is here and leaves the number of its replicas to the autoscaler."""
    for scaler in of(objects, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        scaled = [w for w in of(objects, target["kind"]) if w["metadata"]["name"] == target["name"]]
        if not scaled or "replicas" in scaled[0]["spec"]:
            yield f"{name_of(scaler)}: its target must be here and leave the number of replicas to it"


def secrets(objects: list[Object]) -> Iterator[str]:
    for secret in of(objects, "Secret"):
        yield f"{name_of(secret)}: a secret does not belong into the repository"


def network(objects: list[Object]) -> Iterator[str]:
    """Nothing is open that is not opened by name."""
    policies = of(objects, "NetworkPolicy")
    closed = [
        p for p in policies if p["spec"].get("podSelector") == {} and not {"ingress", "egress"} & p["spec"].keys()
    ]
    for namespace in {workload["metadata"].get("namespace") for workload in workloads(objects)}:
        mine = [policy for policy in closed if policy["metadata"].get("namespace") == namespace]
        if not any(set(policy["spec"].get("policyTypes", [])) == {"Ingress", "Egress"} for policy in mine):
            yield f"Namespace/{namespace}: no NetworkPolicy denies by default"
    for policy in policies:
        for direction in ("ingress", "egress"):
            for opened in policy["spec"].get(direction, []):
                if not opened.get("ports") or not opened.get("from" if direction == "ingress" else "to"):
                    yield f"{name_of(policy)}: {direction} must name both peers and ports"
    for space in of(objects, "Namespace"):
        if space["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"{name_of(space)}: pod security must be restricted"


RULES: tuple[Rule, ...] = (
    probes,
    operations_port,
    operations_reached,
    resources,
    pod_security,
    root_filesystem,
    images,
    availability,
    references,
    jobs,
    scaling,
    secrets,
    network,
)
