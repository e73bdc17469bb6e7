"""The manifests say what the code does: a mistake of an operator that a valid manifest can hold is found."""

from typing import Any

import pytest
from deploy.k8s import validate
from deploy.k8s.tools.connections import public_programs, unknown_addresses
from deploy.k8s.tools.lifetimes import DRAIN_S
from deploy.k8s.tools.places import example_faults, is_example
from deploy.k8s.tools.starting import started

from tests.architecture.planting import Plant, config, container, drop, faults_with, one, pod, policy, rendered


def _probe(name: str, **values: Any) -> Plant:
    return lambda o: container(o, "routing")[name]["httpGet"].update(values)


def _port(name: str, number: int) -> Plant:
    def plant(objects: Any) -> None:
        [port] = [port for port in container(objects, "notifier")["ports"] if port["name"] == name]
        port["containerPort"] = number

    return plant


def _open(name: str, port: int) -> Plant:
    """An edge more: the policy lets its pods reach everybody at this port."""
    rule = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"protocol": "TCP", "port": port}]}
    return lambda o: policy(o, name).setdefault("egress", []).append(rule)


def _admit(name: str, peer: Any) -> Plant:
    return lambda o: policy(o, name)["ingress"][0]["from"].append(peer)


def _args(name: str, *given: str) -> Plant:
    return lambda o: container(o, name).update(args=[*given])


def _worker(lane: str) -> Plant:
    given = ["sla_monitor", "worker", "--lane", lane]
    return lambda o: container(o, "sla-monitor-emergency", "StatefulSet").update(args=given)


def _audit(*given: str) -> Plant:
    return lambda o: container(o, "sla-audit", "CronJob").update(args=["sla_monitor", *given])


def _service(name: str, **values: Any) -> Plant:
    return lambda o: one(o, "Service", name)["spec"]["ports"][0].update(values)


def _scraped(**values: Any) -> Plant:
    return lambda o: one(o, "PodMonitor", "janseva")["spec"]["podMetricsEndpoints"][0].update(values)


def _set(program: str, **values: str) -> Plant:
    return lambda o: config(o, program).update(values)


def _budget(**values: Any) -> Plant:
    def plant(objects: Any) -> None:
        spec = one(objects, "PodDisruptionBudget", "routing")["spec"]
        spec.pop("maxUnavailable")
        spec.update(values)

    return plant


def _kafka(name: str, value: Any) -> Plant:
    return lambda o: one(o, "Kafka", "janseva")["spec"]["kafka"]["config"].update({name: value})


def _topic(**values: Any) -> Plant:
    return lambda o: one(o, "KafkaTopic", "cases.routine")["spec"].update(values)


def _listener(**values: Any) -> Plant:
    return lambda o: one(o, "Kafka", "janseva")["spec"]["kafka"]["listeners"][0].update(values)


STRANGER = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "elsewhere"}}}

MISTAKES: list[tuple[str, Plant]] = [
    # Ports, and what is served there.
    ("startupProbe asks /health/live2, which no program serves", _probe("startupProbe", path="/health/live2")),
    ("livenessProbe asks a port on which", _probe("livenessProbe", port=9091)),
    ("readinessProbe asks a port on which", _probe("readinessProbe", port="http")),
    ("port http is 8081, the program listens on 8080", _port("http", 8081)),
    ("port ops is 9099, the program listens on 9090", _port("ops", 9099)),
    ("port http is 8080, the program listens on 8088", lambda o: config(o, "janseva-shared").update(HTTP_PORT="8088")),
    ("listens on 127.0.0.1 alone", lambda o: config(o, "janseva-shared").update(HTTP_HOST="127.0.0.1")),
    ("the container's ports must be", lambda o: container(o, "notifier")["ports"].pop()),
    (
        "Service/routing: leads to port 8081",
        lambda o: one(o, "Service", "routing")["spec"]["ports"][0].update(targetPort=8081),
    ),
    (
        "Service/routing: leads to port None",
        lambda o: one(o, "Service", "routing")["spec"]["ports"][0].update(targetPort="web"),
    ),
    ("NOTIFIER_URL (notifier has no port 80)", _service("notifier", port=8080)),
    ("has no port metrics", _scraped(port="metrics")),
    ("asks /prometheus, which no program serves", _scraped(path="/prometheus")),
    (
        "PodMonitor/janseva: leaves out Deployment/intake",
        lambda o: one(o, "PodMonitor", "janseva")["spec"].update(selector={"matchLabels": {"app": "janseva"}}),
    ),
    # Connections: one that is missing, one too many.
    ("Deployment/intake: ingress: no network policy lets the gateway", drop("NetworkPolicy", "from-gateway")),
    ("Deployment/intake: egress: no network policy lets OTLP_ENDPOINT", drop("NetworkPolicy", "traces")),
    ("Deployment/notifier: egress: no network policy lets SMS_URL", drop("NetworkPolicy", "sms-gateway")),
    ("ingress: no network policy lets the SMS gateway", drop("NetworkPolicy", "notifier-from-sms-gateway")),
    ("no network policy lets Prometheus through at port 9090", drop("NetworkPolicy", "from-prometheus")),
    ("sla-audit: egress: no network policy lets KAFKA_BOOTSTRAP", drop("NetworkPolicy", "kafka")),
    ("routing: egress: no network policy lets MONGO_URI", drop("NetworkPolicy", "mongodb")),
    ("no network policy lets the cluster's name server", drop("NetworkPolicy", "names")),
    ("no network policy lets OFFICER_JWKS_URL", drop("NetworkPolicy", "providers")),
    ("no network policy lets CERTIFICATE_URL", drop("NetworkPolicy", "intake-to-services")),
    ("Deployment/certificate: ingress: no network policy lets intake", drop("NetworkPolicy", "from-intake")),
    (
        "lets KAFKA_BOOTSTRAP through at port 9093",
        lambda o: config(o, "janseva-shared").update(KAFKA_BOOTSTRAP="janseva-kafka-bootstrap.janseva-kafka.svc:9093"),
    ),
    ("traces opens 0.0.0.0/0, port 5432, which nothing in the code uses", _open("traces", 5432)),
    ("kafka opens 0.0.0.0/0, port 9092, which nothing", _open("kafka", 9092)),
    ("certificate: egress: NetworkPolicy/providers opens", lambda o: policy(o, "providers").update(podSelector={})),
    ("from-gateway opens @elsewhere, port 8080, which nothing", _admit("from-gateway", STRANGER)),
    ("from-prometheus opens @any namespace", _admit("from-prometheus", {"namespaceSelector": {}})),
    ("from-intake opens notifier, port 8080", _admit("from-intake", {"podSelector": {}})),
    # How it is started.
    ("nothing starts with 'routingg'", _args("routing", "routingg")),
    ("Deployment/routing: its arguments start notifier", _args("routing", "notifier")),
    (
        "nothing starts with 'sla_monitor worker --lane urgent'",
        _worker("urgent"),
    ),
    (
        "LANE is emergency, which the arguments do not say",
        _worker("routine"),
    ),
    (
        "sla-audit: nothing starts with 'sla_monitor audit --jsn'",
        _audit("audit", "--jsn"),
    ),
    ("sla-audit: its arguments start sla-ledger", _audit("ledger")),
    ("is not of the version 0.1.0", lambda o: container(o).update(image="janseva/intake:0.2.0")),
    ("holds no intake", lambda o: container(o).update(image="janseva/routing:0.1.0")),
    ("needs no command", lambda o: container(o).update(command=["python"])),
    # How it ends, and how many may be away.
    ("is killed after 20 s", lambda o: pod(o).update(terminationGracePeriodSeconds=20)),
    ("is killed after 45 s", lambda o: container(o)["lifecycle"]["preStop"]["sleep"].update(seconds=30)),
    ("lets none of 3 be away", _budget(maxUnavailable=0)),
    ("lets none of 3 be away", _budget(minAvailable="100%")),
    ("lets all 3 be away at once", _budget(maxUnavailable="100%")),
    # Kafka's copies and its address.
    ("min.insync.replicas 3 of 3 copies", _kafka("min.insync.replicas", 3)),
    ("min.insync.replicas 1: what was confirmed may be lost", _kafka("min.insync.replicas", 1)),
    ("transactions: min.insync.replicas 3 of 3", _kafka("transaction.state.log.min.isr", 3)),
    ("a misspelt topic", _kafka("auto.create.topics.enable", True)),
    ("5 copies on 3 brokers", _topic(replicas=5)),
    ("the partitions are not those of the registry", _topic(partitions=23)),
    (
        "CHANGELOG_REPLICATION is 1, the cluster keeps 3",
        lambda o: config(o, "sla-monitor").update(CHANGELOG_REPLICATION="1"),
    ),
    ("it listens on janseva-kafka-bootstrap.janseva-kafka.svc:9095", _listener(port=9095)),
    ("must let in janseva alone, lets in everybody", _listener(networkPolicyPeers=[])),
    # Values that must agree; settings.
    (
        "must be the same: certificate's PUBLIC_URL",
        _set("certificate", PUBLIC_URL="https://b.example"),
    ),
    ("the setting SMS_URL is not set", lambda o: config(o, "notifier").pop("SMS_URL")),
    ("SMS_GATEWAY is no setting of", lambda o: config(o, "notifier").update(SMS_GATEWAY="x")),
    ("no limits of cpu", lambda o: container(o)["resources"]["limits"].pop("cpu")),
]


@pytest.mark.parametrize(("complaint", "plant"), MISTAKES, ids=[str(i) for i in range(len(MISTAKES))])
def test_a_mistake_is_found(complaint: str, plant: Plant) -> None:
    """Each planted mistake is named by the check that knows the code."""
    found = faults_with(plant)
    assert [fault for fault in found if complaint in fault], found


def test_the_time_of_a_drain_is_that_of_the_code() -> None:
    """Requests, tasks, outbox and the batch in hand: more than 15 s, and within the grace of every overlay."""
    assert DRAIN_S == 16


def test_who_is_reached_from_outside_follows_from_the_api() -> None:
    """A program whose operations are all for services or for the gateway of messages is not for the public gateway."""
    assert public_programs() == {"intake", "routing", "sla-monitor", "sla-ledger", "notifier", "certificate"}


def test_every_address_is_known() -> None:
    """A new setting with an address can't be forgotten in the network policies."""
    assert list(unknown_addresses()) == []


@pytest.mark.parametrize(
    ("arguments", "program"),
    [
        ("intake", ("intake", False)),
        ("sla_monitor worker --lane routine", ("sla-monitor", False)),
        ("sla_monitor ledger", ("sla-ledger", False)),
        ("sla_monitor audit --json", ("sla-ledger", True)),
        ("sla_monitor worker", None),
        ("json.tool", None),
        ("", None),
    ],
)
def test_what_arguments_start(arguments: str, program: object) -> None:
    """The module's own main reads the arguments of the manifest."""
    assert started(arguments.split()) == program


EXAMPLES = [
    ("https://janseva.police.example", True),
    ("https://login.police.example/realms/officers", True),
    ("http://kannel.sms-gateway.svc:13013/cgi-bin/sendsms", False),
    ("https://janseva.bihar.gov.in", False),
    ("https://example.com/x", True),
    ("https://a.bihar.gov.in,https://b.example", True),
    ("https://exemplary.gov.in/example/", False),
    ("1001000000000000000", True),
    ("1001347920000012345", False),
    ("26214400", False),
    ("janseva", False),
    ("", False),
]


@pytest.mark.parametrize(("value", "verdict"), EXAMPLES)
def test_what_is_an_example(value: str, verdict: bool) -> None:
    """Hosts under .example and ids that nobody was given; an own host and an own number are none."""
    assert is_example(value) is verdict


def test_examples_are_refused_where_production_is_claimed(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """An overlay that is about to be applied is refused while it holds the repository's examples; dev is not."""
    found = list(example_faults(rendered("prod")))
    assert {fault.partition(" ")[0] for fault in found} >= {"PUBLIC_URL", "OFFICER_ISSUER", "SMS_ENTITY_ID"}
    assert list(example_faults(rendered("dev"))) == []
    monkeypatch.setattr(validate, "render", lambda _: rendered("prod"))
    assert validate.main(["deploy/k8s/overlays/prod"]) == 1
    assert "prod: PUBLIC_URL is still the example" in capsys.readouterr().err
