"""The manifests render, are valid, keep the policies and set what the code reads; and each check can fail."""

from collections.abc import Callable
from typing import Any

import pytest
from deploy.k8s import generate, validate, values
from deploy.k8s.tools.generated import ROOT, stale
from deploy.k8s.tools.kubectl import RenderFailed, render
from deploy.k8s.tools.schema import Object
from deploy.k8s.tools.services import settings_class, settings_of
from deploy.k8s.tools.settings_lint import environment_faults

from chassis.settings import ServiceSettings
from tests.architecture.planting import Plant, config, container, drop, faults_with, one, pod, rendered

OVERLAYS = ("dev", "prod")
LEDGER = {"app.kubernetes.io/name": "sla-ledger"}


def _audit(objects: list[Object]) -> Any:
    return one(objects, "CronJob", "sla-audit")["spec"]


def _audits(objects: list[Object]) -> Any:
    return pod(objects, "sla-audit", "CronJob")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_is_valid_and_keeps_the_policies(overlay: str) -> None:
    """Each object of what would be applied is valid by Kubernetes' strict schema and by this project's policies."""
    assert list(validate.faults_of(rendered(overlay))) == []


def test_every_overlay_is_tested() -> None:
    """A new overlay is not forgotten."""
    assert sorted(path.name for path in (ROOT / "deploy/k8s/overlays").iterdir()) == sorted(OVERLAYS)


def test_generated_files_are_current() -> None:
    """Configuration and topics in the repository are what the code says today."""
    assert stale(generate.files()) == []


def test_a_changed_generated_file_is_seen() -> None:
    """A generated file edited by hand is found."""
    files = {path: text + "# by hand\n" for path, text in generate.files().items()}
    assert stale(files) == list(files)


def test_a_kustomization_that_does_not_render_gives_its_reason(tmp_path: Any) -> None:
    """Kubectl's own message reaches the reader."""
    (tmp_path / "kustomization.yaml").write_text("resources: [missing.yaml]\n", encoding="utf8")
    with pytest.raises(RenderFailed, match=r"missing\.yaml"):
        render(tmp_path)


def _set(get: Callable[[list[Object]], Any], key: str, value: Any) -> Plant:
    return lambda objects: get(objects).update({key: value})


FAULTS: list[tuple[str, Plant]] = [
    ("replicaz", _set(lambda o: one(o, "Deployment", "routing")["spec"], "replicaz", 2)),
    ("no schema for", _set(lambda o: one(o, "Service", "intake"), "kind", "Servicee")),
    (
        "livenessProbe must get /health/live",
        lambda o: container(o)["livenessProbe"]["httpGet"].update(path="/health/ready"),
    ),
    ("startupProbe must get", lambda o: container(o).pop("startupProbe")),
    ("readinessProbe must ask the port ops", lambda o: container(o)["readinessProbe"]["httpGet"].update(port="http")),
    (
        "metrics are on the port ops",
        lambda o: one(o, "PodMonitor", "janseva")["spec"]["podMetricsEndpoints"][0].update(port="http"),
    ),
    (
        "is no part of a service",
        lambda o: one(o, "Service", "intake")["spec"]["ports"].append({"name": "ops", "port": 81}),
    ),
    (
        "only Prometheus reaches the port ops",
        lambda o: one(o, "NetworkPolicy", "from-gateway")["spec"]["ingress"][0]["ports"][0].update(port="ops"),
    ),
    ("OPS_PORT", lambda o: config(o, "janseva-shared").pop("OPS_PORT")),
    ("OFFICER_ISSUER", lambda o: config(o, "janseva-shared").update(OFFICER_ISSUER="janseva-local")),
    ("OFFICER_JWKS_URL", lambda o: config(o, "janseva-shared").update(OFFICER_JWKS_URL="http://login.example/x")),
    ("TRUSTED_PROXIES", lambda o: config(o, "janseva-shared").update(TRUSTED_PROXIES="")),
    ("no limits of memory", lambda o: container(o)["resources"]["limits"].pop("memory")),
    ("no requests of cpu", lambda o: container(o)["resources"]["requests"].pop("cpu")),
    ("readOnlyRootFilesystem", lambda o: container(o)["securityContext"].update(readOnlyRootFilesystem=False)),
    ("allowPrivilegeEscalation", lambda o: container(o)["securityContext"].pop("allowPrivilegeEscalation")),
    ("every capability", lambda o: container(o)["securityContext"].update(capabilities={"drop": ["NET_RAW"]})),
    ("/tmp must be a volume", lambda o: container(o).pop("volumeMounts")),
    ("not root", lambda o: pod(o)["securityContext"].update(runAsUser=0)),
    ("seccompProfile", lambda o: pod(o)["securityContext"].pop("seccompProfile")),
    ("automountServiceAccountToken", lambda o: pod(o).pop("automountServiceAccountToken")),
    ("needs a version", lambda o: container(o).update(image="janseva/intake:latest")),
    ("needs a version", lambda o: container(o).update(image="registry.local:5000/janseva/intake")),
    ("topologySpreadConstraints", lambda o: pod(o).pop("topologySpreadConstraints")),
    ("preStop must sleep", lambda o: pod(o).update(terminationGracePeriodSeconds=5)),
    ("exactly one PodDisruptionBudget", drop("PodDisruptionBudget", "intake")),
    ("exactly one PodDisruptionBudget", drop("PodDisruptionBudget", "sla-monitor-routine")),
    ("its ServiceAccount is not here", drop("ServiceAccount", "routing")),
    ("ConfigMap 'absent' is not here", lambda o: container(o)["envFrom"].append({"configMapRef": {"name": "absent"}})),
    ("selects no pod", lambda o: one(o, "Service", "intake")["spec"].update(selector={"app": "intake"})),
    ("leave the number of replicas", _set(lambda o: one(o, "Deployment", "intake")["spec"], "replicas", 2)),
    ("no NetworkPolicy denies by default", drop("NetworkPolicy", "default-deny")),
    ("no network policy lets CERTIFICATE_URL", drop("NetworkPolicy", "intake-to-services")),
    ("notifier: ingress: no network policy lets intake", drop("NetworkPolicy", "from-intake")),
    ("must name both peers and ports", lambda o: one(o, "NetworkPolicy", "providers")["spec"]["egress"][0].pop("to")),
    ("pod security must be restricted", lambda o: one(o, "Namespace", "janseva")["metadata"].update(labels={})),
    ("does not belong into the repository", lambda o: o.append(_secret())),
    ("KafkaTopic/cases.emergency: is missing", drop("KafkaTopic", "cases.emergency")),
    ("the partitions are not those", lambda o: one(o, "KafkaTopic", "cases.routine")["spec"].update(partitions=12)),
    (
        "the configuration is not that",
        lambda o: one(o, "KafkaTopic", "notifications")["spec"]["config"].pop("retention.ms"),
    ),
    ("no topic of the registry", lambda o: one(o, "KafkaTopic", "notifications")["spec"].update(topicName="other")),
    ("v1beta2", _set(lambda o: one(o, "Kafka", "janseva"), "apiVersion", "kafka.strimzi.io/v1beta2")),
    ("'partition' was unexpected", lambda o: one(o, "KafkaTopic", "directory.posts")["spec"].update(partition=1)),
    ("is not valid under any of", lambda o: _an_alert(o)["annotations"].pop("runbook_url")),
    ("is no setting of", lambda o: config(o, "routing").update(NO_SUCH_SETTING="1")),
    ("the setting KAFKA_BOOTSTRAP is not set", lambda o: config(o, "janseva-shared").pop("KAFKA_BOOTSTRAP")),
    ("http_port", lambda o: config(o, "janseva-shared").update(HTTP_PORT="eighty")),
    ("is a secret and stands in the open", lambda o: config(o, "intake").update(RECEIPT_KEY="abc")),
    ("the secret MONGO_URI is not referred to", lambda o: container(o).update(env=[])),
    ("sla-ledger: needs exactly one PodDisruptionBudget", drop("PodDisruptionBudget", "sla-ledger")),
    ("sla-ledger: readinessProbe must get", lambda o: _ledger(o).pop("readinessProbe")),
    ("sla-ledger: egress: no network policy lets MONGO_URI", drop("NetworkPolicy", "mongodb")),
    ("the setting RECONCILE_AFTER_S is not set", lambda o: config(o, "sla-ledger").pop("RECONCILE_AFTER_S")),
    ("concurrencyPolicy must be Forbid", lambda o: _audit(o).update(concurrencyPolicy="Allow")),
    ("timeZone must be Asia/Kolkata", lambda o: _audit(o).pop("timeZone")),
    ("needs activeDeadlineSeconds", lambda o: _audit(o)["jobTemplate"]["spec"].pop("activeDeadlineSeconds")),
    ("restartPolicy must be Never", lambda o: _audits(o).update(restartPolicy="OnFailure")),
    ("sla-audit: no limits of memory", lambda o: _audits(o)["containers"][0]["resources"]["limits"].pop("memory")),
    ("sla-audit: must run as a numeric user", lambda o: _audits(o)["securityContext"].pop("runAsNonRoot")),
    ("sla-audit: readOnlyRootFilesystem", lambda o: _audits(o)["containers"][0]["securityContext"].clear()),
    ("sla-audit: the secret MONGO_URI is not", lambda o: _audits(o)["containers"][0].update(env=[])),
    ("sla-audit: a PodDisruptionBudget", lambda o: _widen(one(o, "PodDisruptionBudget", "sla-ledger")["spec"])),
    ("selects a job's pods", lambda o: one(o, "Service", "sla-ledger")["spec"].update(selector=LEDGER)),
]


def _ledger(objects: list[Object]) -> Any:
    return container(objects, "sla-ledger")


def _widen(budget: Any) -> None:
    budget["selector"] = {"matchLabels": LEDGER}


def _secret() -> Object:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys"}, "stringData": {"A": "b"}}


def _an_alert(objects: list[Object]) -> Any:
    return one(objects, "PrometheusRule", "janseva")["spec"]["groups"][-1]["rules"][0]


@pytest.mark.parametrize(("complaint", "plant"), FAULTS, ids=[str(i) for i in range(len(FAULTS))])
def test_a_planted_fault_is_found(complaint: str, plant: Plant) -> None:
    """Each check of the manifests finds the fault it is for."""
    assert [fault for fault in faults_with(plant) if complaint in fault]


class _Settings(ServiceSettings):
    mongo_database: str = "x"
    http_port: int = 1
    brand_new: int = 3


def test_a_new_setting_must_appear_in_the_manifest() -> None:
    """A setting somebody adds to the code and not to the manifests is found."""
    plain = {"KAFKA_BOOTSTRAP": "k:9092"}
    direct = {"MONGO_URI": None, "SEALING_KEYS": None, "SERVICE_TOKEN": None}
    assert "x: the setting BRAND_NEW is not set" in list(environment_faults("x", _Settings, plain, direct, frozenset()))


def test_withheld_secrets_exist() -> None:
    """The list of withheld secrets names services and secrets there are."""
    for service, names in values.WITHHELD.items():
        cls = settings_class(service)
        assert names <= {name for name, setting in settings_of(cls).items() if setting.secret}


def test_a_gateway_that_repeats_what_it_was_sent_twice_is_expected() -> None:
    """Where it counts, no routine message may be sent again on a guess, and reports settle what was not heard."""
    found = config(rendered("prod"), "notifier")
    assert (found["RESEND_UNCONFIRMED"], found["DELIVERY_REPORTS"]) == ("emergency", "all")
