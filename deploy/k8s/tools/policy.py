"""What must hold for every workload beyond the schema: a rule is a function from the objects to its faults."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from deploy.k8s.tools.schema import Object, name_of, pod_of

SERVING = ("Deployment", "StatefulSet")
WORKLOADS = (*SERVING, "CronJob")
BACKENDS = {9092, 27017}
OPERATIONS = "ops"
Rule = Callable[[list[Object]], Iterable[str]]


def policy_faults(objects: list[Object]) -> Iterator[str]:
    for rule in RULES:
        yield from rule(objects)


def probes(objects: list[Object]) -> Iterator[str]:
    """Startup and liveness ask the loop, readiness the dependencies; never the other way round."""
    expected = {"startupProbe": "/health/live", "livenessProbe": "/health/live", "readinessProbe": "/health/ready"}
    for workload, container in _containers(objects, *SERVING):
        for probe, path in expected.items():
            asked = container.get(probe, {}).get("httpGet", {}).get("path")
            if asked != path:
                yield f"{name_of(workload)}: {probe} must get {path}, gets {asked}"


def operations_port(objects: list[Object]) -> Iterator[str]:
    """Health and metrics have a port of their own, where the kubelet and Prometheus ask."""
    for workload, container in _containers(objects, *SERVING):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if container.get(probe, {}).get("httpGet", {}).get("port") != OPERATIONS:
                yield f"{name_of(workload)}: {probe} must ask the port {OPERATIONS}"
    for monitor in _of(objects, "PodMonitor"):
        if any(asked.get("port") != OPERATIONS for asked in monitor["spec"]["podMetricsEndpoints"]):
            yield f"{name_of(monitor)}: metrics are on the port {OPERATIONS}"
    for service in _of(objects, "Service"):
        if any(OPERATIONS in (port.get("name"), port.get("targetPort")) for port in service["spec"]["ports"]):
            yield f"{name_of(service)}: the port {OPERATIONS} is no part of a service"


def operations_reached(objects: list[Object]) -> Iterator[str]:
    """Nobody but Prometheus is let through to the port of health and metrics."""
    for policy in _of(objects, "NetworkPolicy"):
        for rule in policy["spec"].get("ingress", []):
            if any(port.get("port") == OPERATIONS for port in rule.get("ports", [])) and not _is_monitoring(rule):
                yield f"{name_of(policy)}: only Prometheus reaches the port {OPERATIONS}"


def _is_monitoring(rule: dict[str, Any]) -> bool:
    labels = {"janseva.in/monitoring": "true"}
    return all(peer.get("namespaceSelector", {}).get("matchLabels") == labels for peer in rule.get("from", [{}]))


def resources(objects: list[Object]) -> Iterator[str]:
    for workload, container in _containers(objects):
        stated = container.get("resources", {})
        for kind in ("requests", "limits"):
            for what in ("cpu", "memory"):
                if what not in stated.get(kind, {}):
                    yield f"{name_of(workload)}: no {kind} of {what}"


def pod_security(objects: list[Object]) -> Iterator[str]:
    """The restricted profile, and what it does not ask for: a read-only root and no token of the API."""
    for workload in _workloads(objects):
        pod = _pod(workload)
        context = pod.get("securityContext", {})
        if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
            yield f"{name_of(workload)}: must run as a numeric user that is not root"
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{name_of(workload)}: seccompProfile must be RuntimeDefault"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"{name_of(workload)}: automountServiceAccountToken must be false"
    for workload, container in _containers(objects):
        context = container.get("securityContext", {})
        if context.get("allowPrivilegeEscalation") is not False:
            yield f"{name_of(workload)}: allowPrivilegeEscalation must be false"
        if context.get("readOnlyRootFilesystem") is not True:
            yield f"{name_of(workload)}: readOnlyRootFilesystem must be true"
        if context.get("capabilities", {}).get("drop") != ["ALL"]:
            yield f"{name_of(workload)}: every capability must be dropped"
        if "/tmp" not in [mount["mountPath"] for mount in container.get("volumeMounts", [])]:  # noqa: S108
            yield f"{name_of(workload)}: /tmp must be a volume"


def images(objects: list[Object]) -> Iterator[str]:
    for workload, container in _containers(objects):
        image = container.get("image", "")
        tag = image.rpartition("/")[2].partition(":")[2]
        if "@sha256:" not in image and tag in {"", "latest"}:
            yield f"{name_of(workload)}: image {image!r} needs a version"


def availability(objects: list[Object]) -> Iterator[str]:
    """Each workload has one disruption budget, spreads over nodes, and stops with its requests answered."""
    budgets = [budget["spec"]["selector"]["matchLabels"] for budget in _of(objects, "PodDisruptionBudget")]
    for job in _of(objects, "CronJob"):
        if any(_selects(budget, _labels(job)) for budget in budgets):
            yield f"{name_of(job)}: a PodDisruptionBudget that selects a job's pods protects nobody"
    for workload in _of(objects, *SERVING):
        pod = _pod(workload)
        covering = [budget for budget in budgets if _selects(budget, _labels(workload))]
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
    configs = {config["metadata"]["name"] for config in _of(objects, "ConfigMap")}
    accounts = {account["metadata"]["name"] for account in _of(objects, "ServiceAccount")}
    pods = [_labels(workload) for workload in _of(objects, *SERVING)]
    for workload in _workloads(objects):
        if _pod(workload).get("serviceAccountName") not in accounts:
            yield f"{name_of(workload)}: its ServiceAccount is not here"
    for workload, container in _containers(objects):
        for source in container.get("envFrom", []):
            name = source.get("configMapRef", {}).get("name")
            if name not in configs:
                yield f"{name_of(workload)}: ConfigMap {name!r} is not here"
    for service in _of(objects, "Service"):
        selector = service["spec"].get("selector") or {"": ""}
        if not any(_selects(selector, labels) for labels in pods):
            yield f"{name_of(service)}: selects no pod"
        if any(_selects(selector, _labels(job)) for job in _of(objects, "CronJob")):
            yield f"{name_of(service)}: selects a job's pods, which answer nobody"


def jobs(objects: list[Object]) -> Iterator[str]:
    """A job runs once at a time, by the clock of India, ends, and says in the end whether it failed."""
    for job in _of(objects, "CronJob"):
        spec = job["spec"]
        if spec.get("concurrencyPolicy") != "Forbid":
            yield f"{name_of(job)}: concurrencyPolicy must be Forbid"
        if spec.get("timeZone") != "Asia/Kolkata":
            yield f"{name_of(job)}: timeZone must be Asia/Kolkata"
        if not spec["jobTemplate"]["spec"].get("activeDeadlineSeconds"):
            yield f"{name_of(job)}: needs activeDeadlineSeconds"
        if _pod(job).get("restartPolicy") != "Never":
            yield f"{name_of(job)}: restartPolicy must be Never"


def backends(objects: list[Object]) -> Iterator[str]:
    """Every program here lives on Kafka and MongoDB."""
    opened = [
        (policy["spec"]["podSelector"].get("matchLabels", {"": ""}), {port.get("port") for port in rule["ports"]})
        for policy in _of(objects, "NetworkPolicy")
        for rule in policy["spec"].get("egress", [])
        if "ports" in rule
    ]
    for workload in _workloads(objects):
        ports = {port for selector, found in opened if _selects(selector, _labels(workload)) for port in found}
        if not ports >= BACKENDS:
            yield f"{name_of(workload)}: no network policy lets it reach Kafka and MongoDB"


def scaling(objects: list[Object]) -> Iterator[str]:
    """A scaled workload is here and leaves the number of its replicas to the autoscaler."""
    for scaler in _of(objects, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        scaled = [w for w in _of(objects, target["kind"]) if w["metadata"]["name"] == target["name"]]
        if not scaled or "replicas" in scaled[0]["spec"]:
            yield f"{name_of(scaler)}: its target must be here and leave the number of replicas to it"


def secrets(objects: list[Object]) -> Iterator[str]:
    for secret in _of(objects, "Secret"):
        yield f"{name_of(secret)}: a secret does not belong into the repository"


def network(objects: list[Object]) -> Iterator[str]:
    """Nothing is open that is not opened by name."""
    policies = _of(objects, "NetworkPolicy")
    closed = [
        p for p in policies if p["spec"].get("podSelector") == {} and not {"ingress", "egress"} & p["spec"].keys()
    ]
    for namespace in {workload["metadata"].get("namespace") for workload in _workloads(objects)}:
        mine = [policy for policy in closed if policy["metadata"].get("namespace") == namespace]
        if not any(set(policy["spec"].get("policyTypes", [])) == {"Ingress", "Egress"} for policy in mine):
            yield f"Namespace/{namespace}: no NetworkPolicy denies by default"
    for policy in policies:
        for direction in ("ingress", "egress"):
            for opened in policy["spec"].get(direction, []):
                if not opened.get("ports") or not opened.get("from" if direction == "ingress" else "to"):
                    yield f"{name_of(policy)}: {direction} must name both peers and ports"
    for space in _of(objects, "Namespace"):
        if space["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield f"{name_of(space)}: pod security must be restricted"


RULES: tuple[Rule, ...] = (
    probes,
    operations_port,
    operations_reached,
    resources,
    pod_security,
    images,
    availability,
    references,
    jobs,
    backends,
    scaling,
    secrets,
    network,
)


def _of(objects: list[Object], *kinds: str) -> list[Object]:
    return [item for item in objects if item["kind"] in kinds]


def _workloads(objects: list[Object]) -> list[Object]:
    return _of(objects, *WORKLOADS)


def _containers(objects: list[Object], *kinds: str) -> Iterator[tuple[Object, dict[str, Any]]]:
    for workload in _of(objects, *(kinds or WORKLOADS)):
        for container in _pod(workload)["containers"]:
            yield workload, container


def _pod(workload: Object) -> dict[str, Any]:
    pod: dict[str, Any] = pod_of(workload)["spec"]
    return pod


def _labels(workload: Object) -> dict[str, str]:
    labels: dict[str, str] = pod_of(workload)["metadata"]["labels"]
    return labels


def _selects(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return selector.items() <= labels.items()
