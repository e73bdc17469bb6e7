"""Strict schemas: core objects by Kubernetes' own, custom resources by the part of theirs that is used here."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import kubernetes_validate

VERSION = "1.37"

Object = dict[str, Any]


def name_of(resource: Object) -> str:
    return f"{resource.get('kind')}/{resource.get('metadata', {}).get('name')}"


def pod_of(workload: Object) -> Object:
    """The template of a workload's pods; a CronJob has it a level deeper."""
    spec = workload["spec"]["jobTemplate"]["spec"] if workload["kind"] == "CronJob" else workload["spec"]
    template: Object = spec["template"]
    return template


def schema_faults(resource: Object) -> Iterator[str]:
    key = (resource.get("apiVersion"), resource.get("kind"))
    if key in CUSTOM:
        validator = jsonschema.Draft202012Validator(CUSTOM[key])
        for fault in validator.iter_errors(resource):
            yield f"{name_of(resource)}: {fault.json_path} {fault.message}"
        return
    for complaint in _core_faults(json.dumps(resource)):
        yield f"{name_of(resource)}: {complaint}"


@cache
def _core_faults(text: str) -> tuple[str, ...]:
    """Cached by content: the definitions are read from disk for each object, and overlays share most of theirs."""
    resource = json.loads(text)
    try:
        kubernetes_validate.validate(resource, VERSION, strict=True)
    except kubernetes_validate.ValidationError as fault:
        return (f"{fault.json_path} {fault.message}",)
    except (kubernetes_validate.SchemaNotFoundError, KeyError):
        return (f"no schema for {resource.get('apiVersion')} {resource.get('kind')}",)
    return ()


def _closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


def _resource(api_version: str, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    metadata = _closed(
        ("name", "namespace"),
        name={"type": "string", "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"},
        namespace={"type": "string"},
        labels={"type": "object", "additionalProperties": {"type": "string"}},
        annotations={"type": "object", "additionalProperties": {"type": "string"}},
    )
    return _closed(
        ("apiVersion", "kind", "metadata", "spec"),
        apiVersion={"const": api_version},
        kind={"const": kind},
        metadata=metadata,
        spec=spec,
    )


_TEXT = {"type": "string", "minLength": 1}
_COUNT = {"type": "integer", "minimum": 1}
_ANY = {"type": "object"}
_LABELS = _closed(matchLabels={"type": "object", "additionalProperties": _TEXT})
_OF_CLUSTER = {
    "properties": {"metadata": {"required": ["labels"], "properties": {"labels": {"required": ["strimzi.io/cluster"]}}}}
}

_TOPIC = _closed(
    ("partitions", "replicas"),
    topicName={"type": "string", "pattern": "^[a-zA-Z0-9._-]{1,249}$"},
    partitions=_COUNT,
    replicas=_COUNT,
    config={"type": "object", "additionalProperties": {"type": ["string", "integer", "boolean", "number"]}},
)
_VOLUME = _closed(
    ("id", "type"),
    id={"type": "integer"},
    type={"const": "persistent-claim"},
    size=_TEXT,
    deleteClaim={"const": False},
    kraftMetadata={"const": "shared"},
    **{"class": _TEXT},
)
_POOL = _closed(
    ("replicas", "roles", "storage"),
    replicas=_COUNT,
    roles={"type": "array", "items": {"enum": ["controller", "broker"]}, "minItems": 1},
    storage=_closed(
        ("type", "volumes"), type={"const": "jbod"}, volumes={"type": "array", "items": _VOLUME, "minItems": 1}
    ),
    resources=_ANY,
)
_LISTENER = _closed(
    ("name", "port", "type", "tls"),
    name={"type": "string", "pattern": "^[a-z0-9]{1,11}$"},
    port={"type": "integer", "minimum": 9092},
    type={"enum": ["internal"]},
    tls={"type": "boolean"},
    networkPolicyPeers={"type": "array", "items": _ANY},
)
_KAFKA = _closed(
    ("kafka", "entityOperator"),
    kafka=_closed(
        ("version", "metadataVersion", "listeners", "config"),
        version={"type": "string", "pattern": r"^4\.\d+\.\d+$"},
        metadataVersion={"type": "string", "pattern": r"^4\.\d+-IV\d+$"},
        listeners={"type": "array", "items": _LISTENER, "minItems": 1},
        rack=_closed(("topologyKey",), topologyKey=_TEXT),
        config={"type": "object"},
    ),
    entityOperator=_closed(topicOperator=_closed(resources=_ANY), userOperator=_closed(resources=_ANY)),
)
_MONITOR = _closed(
    ("selector", "podMetricsEndpoints"),
    jobLabel=_TEXT,
    selector=_LABELS,
    podMetricsEndpoints={
        "type": "array",
        "items": _closed(("port",), port=_TEXT, path=_TEXT, interval=_TEXT, scrapeTimeout=_TEXT),
        "minItems": 1,
    },
)
_ALERT = _closed(
    ("alert", "expr", "labels", "annotations"),
    alert=_TEXT,
    expr=_TEXT,
    labels=_closed(("severity",), severity={"enum": ["page", "ticket"]}),
    annotations=_closed(("summary", "description", "runbook_url"), summary=_TEXT, description=_TEXT, runbook_url=_TEXT),
    **{"for": _TEXT},
)
_RECORDING = _closed(
    ("record", "expr"),
    record={"type": "string", "pattern": "^[a-z0-9_]+:[a-z0-9_]+:[a-z0-9_]+$"},
    expr=_TEXT,
    labels=_ANY,
)
_RULES = _closed(
    ("groups",),
    groups={
        "type": "array",
        "items": _closed(
            ("name", "rules"),
            name=_TEXT,
            interval=_TEXT,
            rules={"type": "array", "items": {"oneOf": [_ALERT, _RECORDING]}},
        ),
    },
)

STRIMZI = "kafka.strimzi.io/v1"
OPERATOR = "monitoring.coreos.com/v1"
CUSTOM: dict[tuple[Any, Any], dict[str, Any]] = {
    (STRIMZI, "KafkaTopic"): _resource(STRIMZI, "KafkaTopic", _TOPIC) | {"allOf": [_OF_CLUSTER]},
    (STRIMZI, "KafkaNodePool"): _resource(STRIMZI, "KafkaNodePool", _POOL) | {"allOf": [_OF_CLUSTER]},
    (STRIMZI, "Kafka"): _resource(STRIMZI, "Kafka", _KAFKA),
    (OPERATOR, "PodMonitor"): _resource(OPERATOR, "PodMonitor", _MONITOR),
    (OPERATOR, "PrometheusRule"): _resource(OPERATOR, "PrometheusRule", _RULES),
}
