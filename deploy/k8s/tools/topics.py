"""The topic registry as Strimzi resources, and the check that a rendered cluster has all of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.k8s.tools.changelogs import CONFIG, changelogs
from deploy.k8s.tools.schema import STRIMZI, Object

from event_schemas.topics import TOPICS

CLUSTER = "janseva"
NAMESPACE = "janseva-kafka"
REPLICAS = 3
MIN_IN_SYNC = "2"


def topic_resources() -> list[Object]:
    """One KafkaTopic for each topic of the registry and each changelog of the SLA monitor."""
    registry = [_resource(topic.name, topic.partitions("production"), topic.config) for topic in TOPICS]
    return registry + [_resource(log.name, log.partitions, CONFIG) for log in changelogs()]


def topic_faults(objects: list[Object]) -> Iterator[str]:
    """Only where Strimzi runs the cluster: an overlay without it brings its own Kafka."""
    if not any(item["kind"] == "Kafka" for item in objects):
        return
    rendered = {_topic_name(item): item["spec"] for item in objects if item["kind"] == "KafkaTopic"}
    expected = {_topic_name(item): item["spec"] for item in topic_resources()}
    for name in sorted(expected.keys() - rendered.keys()):
        yield f"KafkaTopic/{name}: is missing"
    for name in sorted(rendered.keys() - expected.keys()):
        yield f"KafkaTopic/{name}: no topic of the registry"
    for name in sorted(rendered.keys() & expected.keys()):
        if rendered[name]["partitions"] != expected[name]["partitions"]:
            yield f"KafkaTopic/{name}: the partitions are not those of the registry"
        if rendered[name].get("config") != expected[name]["config"]:
            yield f"KafkaTopic/{name}: the configuration is not that of the registry"


def _topic_name(item: Object) -> str:
    name: str = item["spec"].get("topicName", item["metadata"]["name"])
    return name


def _resource(topic: str, partitions: int, config: Mapping[str, str]) -> dict[str, Any]:
    name = topic.strip("_").replace("_", "-").lower()
    spec: dict[str, Any] = {} if name == topic else {"topicName": topic}
    spec |= {"partitions": partitions, "replicas": REPLICAS, "config": {**config, "min.insync.replicas": MIN_IN_SYNC}}
    return {
        "apiVersion": STRIMZI,
        "kind": "KafkaTopic",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {"strimzi.io/cluster": CLUSTER}},
        "spec": spec,
    }
