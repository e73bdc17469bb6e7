"""Production means production: settings with a development value are refused, in a sentence without a secret."""

from __future__ import annotations

import base64
import json
import os
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from deploy.k8s.tools.generated import ROOT
from deploy.k8s.tools.kubectl import render
from deploy.k8s.tools.schema import pod_of
from deploy.k8s.tools.services import PROGRAMS, settings_class, settings_of
from deploy.k8s.tools.settings_lint import stand_in

from chassis import production
from chassis.settings import SettingsRefused, load

DRAWN = base64.b64encode(bytes.fromhex("9f1c7a3355d0e2b8461fcb0a87e4d92c03be716d58af20c4ea9137f60d5b82a6")).decode()
RING = {"SEALING_KEYS": json.dumps({"2026-11": DRAWN})}
ALL = frozenset(PROGRAMS)
SEALING = frozenset({"intake", "routing", "notifier", "certificate"})
OFFICERS = ALL - {"certificate"}


def key(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@cache
def environment(program: str) -> dict[str, str]:
    """What the cluster gives the program, stand-ins for its secrets included."""
    objects = render(ROOT / "deploy/k8s/overlays/prod")
    configs = {item["metadata"]["name"]: item.get("data", {}) for item in objects if item["kind"] == "ConfigMap"}
    workload = next(
        item
        for item in objects
        if item["kind"] in {"Deployment", "StatefulSet"}
        and item["metadata"]["labels"]["app.kubernetes.io/name"] == program
    )
    [container] = pod_of(workload)["spec"]["containers"]
    found: dict[str, str] = {}
    for source in container["envFrom"]:
        found |= configs[source["configMapRef"]["name"]]
    for entry in container["env"]:
        found[entry["name"]] = entry.get("value") or stand_in(entry["name"])
    return found


FAULTS: list[tuple[frozenset[str], str, dict[str, str]]] = [
    (SEALING, "SEALING_KEYS", {"SEALING_KEYS": "{}"}),
    (SEALING, "SEALING_KEYS", {"SEALING_KEYS": "{"}),
    (SEALING, "SEALING_KEYS", {"SEALING_KEYS": json.dumps({"2026-11": key(b"short")})}),
    (SEALING, "SEALING_KEYS[2026-11]", {"SEALING_KEYS": json.dumps({"2026-11": key(bytes(32))})}),
    (SEALING, "SEALING_KEYS[2026-11]", {"SEALING_KEYS": json.dumps({"2026-11": key(b"ab" * 16)})}),
    (SEALING, "SEALING_KEYS[2026-12]", {"SEALING_KEYS": json.dumps({"2026-11": DRAWN, "2026-12": DRAWN})}),
    (ALL, "SERVICE_TOKEN", {"SERVICE_TOKEN": ""}),
    (ALL, "SERVICE_TOKEN", {"SERVICE_TOKEN": "changeme"}),
    (ALL, "SERVICE_TOKEN", {"SERVICE_TOKEN": "janseva-development-service-tokn"}),
    (SEALING, "SERVICE_TOKEN", {"SERVICE_TOKEN": DRAWN} | RING),
    (OFFICERS, "OFFICER_ISSUER", {"OFFICER_ISSUER": "janseva-local"}),
    (OFFICERS, "OFFICER_ISSUER", {"OFFICER_ISSUER": "janseva-intake"}),
    (OFFICERS, "OFFICER_JWKS_URL", {"OFFICER_JWKS_URL": "http://login.police.example/certs"}),
    (OFFICERS, "OFFICER_JWKS_URL", {"OFFICER_JWKS_URL": "https://localhost/certs"}),
    (OFFICERS, "OFFICER_KEYS_HOLD", {"OFFICER_KEYS_HOLD": "P30D"}),
    (ALL, "OPS_PORT", {"OPS_PORT": "8080"}),
    (ALL, "MONGO_URI", {"MONGO_URI": "mongodb://127.0.0.1:27017"}),
    (ALL, "MONGO_URI", {"MONGO_URI": "mongodb://user:secret@mongo,127.1:27017/x"}),
    (ALL, "KAFKA_BOOTSTRAP", {"KAFKA_BOOTSTRAP": "localhost:9092"}),
    (ALL, "TRUSTED_PROXIES", {"TRUSTED_PROXIES": "0.0.0.0/0"}),
    (ALL, "TRUSTED_PROXIES", {"TRUSTED_PROXIES": "10.0.0.0/8, ::/0"}),
    (ALL, "TRUSTED_PROXIES", {"TRUSTED_PROXIES": "proxies"}),
    (ALL, "PROXY_HOPS", {"PROXY_HOPS": "0"}),
    (ALL, "CORS_ORIGINS", {"CORS_ORIGINS": "*"}),
    (ALL, "CORS_ORIGINS", {"CORS_ORIGINS": "https://janseva.example, http://janseva.example"}),
    (ALL, "CORS_ORIGINS", {"CORS_ORIGINS": "https://localhost:5173"}),
    (ALL, "CORS_ORIGINS", {"CORS_ORIGINS": "https://janseva.example/"}),
    (ALL, "CORS_ORIGINS", {"CORS_ORIGINS": "janseva.example"}),
    (ALL, "LOG_LEVEL", {"LOG_LEVEL": "everything"}),
    (frozenset({"intake"}), "TRUSTED_PROXIES", {"TRUSTED_PROXIES": ""}),
    (frozenset({"intake"}), "RECEIPT_KEY", {"RECEIPT_KEY": ""}),
    (frozenset({"intake"}), "RECEIPT_KEY", {"RECEIPT_KEY": key(b"k" * 31)}),
    (frozenset({"intake"}), "RECEIPT_KEY", {"RECEIPT_KEY": key(b"k" * 32)}),
    (frozenset({"intake"}), "CITIZEN_TOKEN_KEY", {"CITIZEN_TOKEN_KEY": key(bytes(range(32)))}),
    (frozenset({"intake"}), "CITIZEN_TOKEN_KEY", {"CITIZEN_TOKEN_KEY": key(b"the-development-key-of-citizens!")}),
    (frozenset({"intake"}), "PHONE_HASH_KEY and RECEIPT_KEY", {"PHONE_HASH_KEY": DRAWN, "RECEIPT_KEY": DRAWN}),
    (frozenset({"intake"}), "OTP_TRIES", {"OTP_TRIES": "1000"}),
    (frozenset({"intake"}), "OTP_TTL", {"OTP_TTL": "P1D"}),
    (frozenset({"intake"}), "OTP_RESEND_AFTER", {"OTP_RESEND_AFTER": "PT0S"}),
    (frozenset({"intake"}), "OTP_PER_ADDRESS_PER_HOUR", {"OTP_PER_ADDRESS_PER_HOUR": "100000"}),
    (frozenset({"intake"}), "EMERGENCY_REPEAT_WINDOW", {"EMERGENCY_REPEAT_WINDOW": "PT0S"}),
    (frozenset({"intake"}), "NOTIFIER_URL", {"NOTIFIER_URL": "http://127.0.0.1:8004"}),
    (frozenset({"intake"}), "PUBLIC_URL", {"PUBLIC_URL": "http://janseva.example"}),
    (frozenset({"certificate"}), "PUBLIC_URL", {"PUBLIC_URL": "http://janseva.example"}),
    (frozenset({"routing"}), "DEV_OFFICE_PHONES", {"DEV_OFFICE_PHONES": "true"}),
    (frozenset({"notifier"}), "SMS_URL", {"SMS_URL": "http://0x7f000001:8009/cgi-bin/sendsms"}),
    (frozenset({"notifier"}), "SMS_URL", {"SMS_URL": "http://[::1]:8009/cgi-bin/sendsms"}),
    (frozenset({"notifier"}), "SMS_PASSWORD", {"SMS_PASSWORD": ""}),
    (frozenset({"notifier"}), "SMS_ENTITY_ID", {"SMS_ENTITY_ID": "0000000000000000000"}),
    (frozenset({"notifier"}), "DIGEST_WINDOW", {"DIGEST_WINDOW": "PT0S"}),
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_clusters_settings_are_fit_for_production(program: str) -> None:
    """What the manifests set passes the check that every service makes when it starts."""
    with mock.patch.dict(os.environ, environment(program), clear=True):
        assert load(settings_class(program)).environment == "production"


@pytest.mark.parametrize(
    ("programs", "named", "change"), FAULTS, ids=[f"{n}-{fault[1]}" for n, fault in enumerate(FAULTS)]
)
def test_each_fault_is_refused_by_its_name(programs: frozenset[str], named: str, change: dict[str, str]) -> None:
    """The refusal names the setting, and never what a secret holds."""
    for program in sorted(programs):
        planted = environment(program) | change
        with mock.patch.dict(os.environ, planted, clear=True), pytest.raises(SettingsRefused) as refused:
            load(settings_class(program))
        text = str(refused.value)
        assert named in text, program
        secrets = {name for name, setting in settings_of(settings_class(program)).items() if setting.secret}
        for name in secrets & planted.keys():
            assert len(planted[name]) < 5 or planted[name] not in text, (program, name)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_missing_setting_is_named_in_production_and_locally(program: str) -> None:
    """A service whose needed keys are not there is not ready, wherever it runs."""
    settings = settings_class(program)
    required = {name: stand_in(name) for name, s in settings_of(settings).items() if s.secret and s.required}
    with mock.patch.dict(os.environ, required, clear=True):
        loaded = load(settings)
    assert loaded.missing_secrets() == set(settings.needs)
    assert {"service_token"} <= settings.needs


def test_the_development_key_is_known(tmp_path: Path) -> None:
    """A file of keys that holds the local issuer's key, or a private one, is none of a real issuer."""
    for kid, more in (("officer-local", {}), ("other", {"d": "x"})):
        file = tmp_path / "jwks.json"
        file.write_text(json.dumps({"keys": [{"kid": kid} | more]}))
        assert list(production.issuer_faults("https://x.example", None, file)) == [
            "OFFICER_JWKS_FILE holds the development key"
        ]


def test_drawn_keys_are_let_through() -> None:
    """The check finds no fault in what a random source gives, as base64, URL-safe text or hexadecimal digits."""
    for _ in range(300):
        raw = os.urandom(32)
        for text in (key(raw), base64.urlsafe_b64encode(raw).decode().rstrip("="), raw.hex()):
            assert list(production.key_faults({"KEY": text})) == []
