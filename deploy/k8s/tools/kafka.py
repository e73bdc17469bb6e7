"""The Kafka that Strimzi runs here, against what programs ask of it: address, copies of each record, who is let in."""

from collections.abc import Iterator, Mapping
from typing import Any

from deploy.k8s.tools.connections import NAMESPACE, SPACE_NAME
from deploy.k8s.tools.objects import configuration, environment, of, programs
from deploy.k8s.tools.schema import Object, name_of

# Records of a case must outlive a lost broker, and be written while one is away.
FEWEST_IN_SYNC = 2


def kafka_faults(objects: list[Object]) -> Iterator[str]:
    for cluster in of(objects, "Kafka"):
        brokers = sum(pool["spec"]["replicas"] for pool in _pools(objects, cluster))
        yield from _copies(objects, cluster, brokers)
        yield from _addresses(objects, cluster)


def _copies(objects: list[Object], cluster: Object, brokers: int) -> Iterator[str]:
    config = cluster["spec"]["kafka"]["config"]
    copies = int(config.get("default.replication.factor", 1))
    yield from _in_sync(name_of(cluster), copies, config.get("min.insync.replicas", 1), brokers)
    logs = int(config.get("transaction.state.log.replication.factor", 3))
    yield from _in_sync(
        f"{name_of(cluster)}: transactions", logs, config.get("transaction.state.log.min.isr", 2), brokers
    )
    if config.get("auto.create.topics.enable") is not False:
        yield f"{name_of(cluster)}: a misspelt topic must not come into being: auto.create.topics.enable is not false"
    for topic in of(objects, "KafkaTopic"):
        spec = topic["spec"]
        yield from _in_sync(name_of(topic), spec["replicas"], spec["config"].get("min.insync.replicas", 1), brokers)
    configs = configuration(objects)
    for workload, container in programs(objects):
        wanted = int(environment(configs, container).get("CHANGELOG_REPLICATION", brokers))
        if wanted != copies:
            yield f"{name_of(workload)}: CHANGELOG_REPLICATION is {wanted}, the cluster keeps {copies} copies"


def _in_sync(where: str, copies: int, least: Any, brokers: int) -> Iterator[str]:
    if copies > brokers:
        yield f"{where}: {copies} copies on {brokers} brokers"
    if int(least) >= copies:
        yield f"{where}: min.insync.replicas {least} of {copies} copies: nothing is written while one broker is away"
    if int(least) < FEWEST_IN_SYNC:
        yield f"{where}: min.insync.replicas {least}: what was confirmed may be lost with one broker"


def _pools(objects: list[Object], cluster: Object) -> list[Object]:
    mine = {"strimzi.io/cluster": cluster["metadata"]["name"]}
    return [
        pool
        for pool in of(objects, "KafkaNodePool")
        if mine.items() <= pool["metadata"]["labels"].items() and "broker" in pool["spec"]["roles"]
    ]


def _addresses(objects: list[Object], cluster: Object) -> Iterator[str]:
    """The programs' KAFKA_BOOTSTRAP is a listener of the cluster, and it lets their namespace in."""
    meta = cluster["metadata"]
    host = f"{meta['name']}-kafka-bootstrap.{meta['namespace']}.svc"
    listeners = {f"{host}:{listener['port']}": listener for listener in cluster["spec"]["kafka"]["listeners"]}
    configs = configuration(objects)
    asked = {environment(configs, container).get("KAFKA_BOOTSTRAP", "") for _, container in programs(objects)}
    for address in sorted(asked - listeners.keys()):
        yield f"{name_of(cluster)}: KAFKA_BOOTSTRAP is {address}, it listens on {', '.join(listeners)}"
    for address, listener in listeners.items():
        admitted = [_space(peer) for peer in listener.get("networkPolicyPeers", [])]
        if admitted != [NAMESPACE]:
            yield f"{name_of(cluster)}: {address} must let in {NAMESPACE} alone, lets in {admitted or 'everybody'}"


def _space(peer: Mapping[str, Any]) -> str:
    return str(peer.get("namespaceSelector", {}).get("matchLabels", {}).get(SPACE_NAME, "?"))
