"""What the checks ask of rendered objects: workloads, their pods and containers, who is selected, what is set."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.k8s.tools.schema import Object, pod_of

NAME_LABEL = "app.kubernetes.io/name"
PART = {"app.kubernetes.io/part-of": "janseva"}
SERVING = ("Deployment", "StatefulSet")
JOBS = ("CronJob", "Job")
WORKLOADS = (*SERVING, *JOBS)


def of(objects: list[Object], *kinds: str) -> list[Object]:
    return [item for item in objects if item["kind"] in kinds]


def workloads(objects: list[Object], *kinds: str) -> list[Object]:
    """Those that run our own images; what runs beside them, such as a database, is not of the suite."""
    return [item for item in of(objects, *(kinds or WORKLOADS)) if PART.items() <= labels_of(item).items()]


def programs(objects: list[Object], *kinds: str) -> Iterator[tuple[Object, dict[str, Any]]]:
    """Each workload of ours with its container."""
    return containers(workloads(objects, *kinds))


def containers(found: list[Object]) -> Iterator[tuple[Object, dict[str, Any]]]:
    """Each of the workloads with each of its containers."""
    for workload in found:
        for container in spec_of(workload)["containers"]:
            yield workload, container


def spec_of(workload: Object) -> dict[str, Any]:
    found: dict[str, Any] = pod_of(workload)["spec"]
    return found


def labels_of(workload: Object) -> dict[str, str]:
    found: dict[str, str] = pod_of(workload)["metadata"].get("labels", {})
    return found


def program_of(workload: Object) -> str:
    return labels_of(workload).get(NAME_LABEL, "")


def selects(selector: Mapping[str, Any], found: Mapping[str, str]) -> bool:
    """As Kubernetes reads a selector of labels; an empty one selects everything."""
    if not selector.get("matchLabels", {}).items() <= found.items():
        return False
    return all(_holds(expression, found) for expression in selector.get("matchExpressions", []))


def _holds(expression: Mapping[str, Any], found: Mapping[str, str]) -> bool:
    key, values = expression["key"], expression.get("values", [])
    match expression["operator"]:
        case "In":
            return found.get(key) in values
        case "NotIn":
            return found.get(key) not in values
        case "Exists":
            return key in found
        case "DoesNotExist":
            return key not in found
    raise ValueError(f"no operator of selectors: {expression['operator']!r}")


def configuration(objects: list[Object]) -> dict[str, Mapping[str, str]]:
    """The data of each ConfigMap by its name."""
    return {item["metadata"]["name"]: item.get("data", {}) for item in of(objects, "ConfigMap")}


def plain(configs: Mapping[str, Mapping[str, str]], container: Mapping[str, Any]) -> dict[str, str]:
    """What a container gets from ConfigMaps."""
    sources = [source.get("configMapRef", {}).get("name") for source in container.get("envFrom", [])]
    return {key: value for name in sources for key, value in configs.get(name, {}).items()}


def direct(container: Mapping[str, Any]) -> dict[str, str | None]:
    """A container's own `env`; None stands for a reference (a Secret's key, the pod's name)."""
    return {entry["name"]: entry.get("value") for entry in container.get("env", [])}


def environment(configs: Mapping[str, Mapping[str, str]], container: Mapping[str, Any]) -> dict[str, str]:
    """What a container reads in the open."""
    own = {name: value for name, value in direct(container).items() if value is not None}
    return plain(configs, container) | own


def port_of(workload: Object, port: int | str) -> int | None:
    """The number of a port that is given by its number or by the name that a container gives it."""
    if isinstance(port, int):
        return port
    for container in spec_of(workload)["containers"]:
        for stated in container.get("ports", []):
            if stated.get("name") == port:
                return int(stated["containerPort"])
    return None
