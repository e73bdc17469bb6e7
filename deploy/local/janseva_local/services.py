"""The processes of the suite: how each is started, where it answers, what its environment holds."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from event_schemas.access import DATABASES
from janseva_local.folder import DataFolder
from janseva_local.keys import LocalKeys
from janseva_local.ports import HOST
from janseva_local.secured import WIRE_VARIABLES, Secured

SMS_USERNAME = "janseva"


@dataclass(frozen=True, slots=True)
class Service:
    """`settings` names the secrets and URLs it needs besides the common settings."""

    name: str
    module: tuple[str, ...]
    database: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    about: str = ""
    # Knows the others over their public HTTP API alone: no Kafka, no MongoDB, no token of a service.
    outside: bool = False

    @property
    def command(self) -> tuple[str, ...]:
        return (sys.executable, "-m", *self.module)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the services of one stack share."""

    ports: Mapping[str, int]
    kafka_bootstrap: str
    mongo_uri: str
    keys: LocalKeys
    folder: DataFolder
    policies: Path | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    secured: Secured | None = None

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.ports[name]}"


WEB = Service(
    name="web",
    module=("janseva_web",),
    settings={
        "PUBLIC_URL": "{web}",
        # The same server by another name, to which a browser sends none of the pages' cookies.
        "TIPS_URL": "{elsewhere}",
        "INTAKE_URL": "{intake}",
        "ROUTING_URL": "{routing}",
        "LEDGER_URL": "{sla-ledger}",
        "OFFICER_LOGIN_URL": "{issuer}",
    },
    secrets=("COOKIE_KEY",),
    about="the pages for citizens, officers and HQ",
    outside=True,
)

ISSUER = Service(
    name="issuer",
    module=("janseva_local.issuer",),
    settings={
        "PUBLIC_URL": "{issuer}",
        "REDIRECT_URI": "{web}/desk/callback",
        "OFFICER_KEY_FILE": "{officer_key}",
    },
    about="local login of officers",
    outside=True,
)

PROVIDER = Service(
    name="provider",
    module=("janseva_local.provider",),
    settings={
        "SMS_JOURNAL": "{folder}/provider/messages.jsonl",
        "SMS_USERNAME": SMS_USERNAME,
        "CLAMD_PORT": "{clamd_port}",
    },
    secrets=("SMS_PASSWORD", "IDENTITY_REGISTER_KEY", "ESIGN_KEY"),
    about="local SMS gateway and its sink, a virus scanner, a register of identity documents",
)

SERVICES: tuple[Service, ...] = (
    Service(
        name="intake",
        module=("intake",),
        database="janseva_intake",
        settings={
            "NOTIFIER_URL": "{notifier}",
            "CERTIFICATE_URL": "{certificate}",
            "PAGES_URL": "{web}",
            "PUBLIC_URL": "{intake}",
            "VIRUS_SCANNER": "{clamd}",
            "IDENTITY_REGISTER_URL": "{provider}",
            "ESIGN_URL": "{provider}/esign",
            "IDENTITY_CHECKS_PER_HOUR": "1000",
            # On one machine all citizens share an address.
            "OTP_PER_ADDRESS_PER_HOUR": "100000",
            "FILINGS_PER_SOURCE": "100000",
            "SEARCHES_PER_SOURCE": "100000",
        },
        secrets=(
            "SEALING_KEYS",
            "RECEIPT_KEY",
            "CITIZEN_TOKEN_KEY",
            "PHONE_HASH_KEY",
            "IDENTITY_REGISTER_KEY",
            "ESIGN_KEY",
        ),
        about="complaints, emergencies, the desk",
    ),
    Service(
        name="routing",
        module=("routing",),
        database="janseva_routing",
        settings={"DEV_OFFICE_PHONES": "true"},
        secrets=("SEALING_KEYS",),
        about="stations and decisions",
    ),
    Service(
        name="sla-monitor-emergency",
        module=("sla_monitor", "worker", "--lane", "emergency"),
        database="janseva_sla",
        settings={"STATE_DIR": "{folder}/state/sla-monitor-emergency"},
        about="SLA clocks, emergency lane",
    ),
    Service(
        name="sla-monitor-routine",
        module=("sla_monitor", "worker", "--lane", "routine"),
        database="janseva_sla",
        settings={"STATE_DIR": "{folder}/state/sla-monitor-routine"},
        about="SLA clocks, routine lane",
    ),
    Service(
        name="sla-ledger",
        module=("sla_monitor", "ledger"),
        database="janseva_sla",
        about="SLA ledger, reconciler and reports",
    ),
    Service(
        name="notifier",
        module=("notifier",),
        database="janseva_notifier",
        # Who tries the suite out sees a digest soon.
        settings={
            "SMS_URL": "{provider}/cgi-bin/sendsms",
            "SMS_USERNAME": SMS_USERNAME,
            # All citizens of one machine share an address.
            "QUOTA_SOURCE_PER_HOUR": "100000",
            "QUOTA_OFFICE_SOURCE": "100000",
            "DIGEST_AFTER": "3",
            "DIGEST_EVERY": "PT10S",
        },
        secrets=("SEALING_KEYS", "SMS_PASSWORD"),
        about="messages to citizens and offices",
    ),
    Service(
        name="certificate",
        module=("certificate",),
        database="janseva_certificate",
        settings={"PUBLIC_URL": "{certificate}"},
        secrets=("SEALING_KEYS",),
        about="certificates and their verification",
    ),
)
ALL = (WEB, PROVIDER, ISSUER, *SERVICES)
NAMES = tuple(service.name for service in ALL)


def environment(service: Service, around: Surroundings) -> dict[str, str]:
    """The whole environment of a service's process."""
    secrets = {**around.keys.secrets, "SEALING_KEYS": around.keys.sealing_keys}
    urls = {name: around.url(name) for name in NAMES}
    clamd = around.ports["clamd"]
    places = {
        "folder": str(around.folder.root),
        "officer_key": str(around.keys.officer_key),
        "clamd": f"{HOST}:{clamd}",
        "clamd_port": str(clamd),
        "elsewhere": f"http://localhost:{around.ports['web']}",
    }
    inside = {
        "KAFKA_BOOTSTRAP": around.kafka_bootstrap,
        "MONGO_URI": around.mongo_uri,
        "OFFICER_JWKS_FILE": str(around.keys.officer_jwks),
        "SERVICE_TOKEN": secrets["SERVICE_TOKEN"],
    }
    env = {
        **_inherited(),
        **({} if service.outside else inside),
        **_proof(service, around.secured),
        "HTTP_HOST": HOST,
        "HTTP_PORT": str(around.ports[service.name]),
        "ENVIRONMENT": "local",
        **{name: value.format_map({**urls, **places}) for name, value in service.settings.items()},
        **{name: secrets[name] for name in service.secrets},
    }
    if service.database is not None:
        env["MONGO_DATABASE"] = service.database
    if around.policies is not None and not service.outside:
        env["POLICIES_FILE"] = str(around.policies)
    return env | dict(around.extra)


def _inherited() -> dict[str, str]:
    """This process's environment without what would make the services slow to start, and without its own names."""
    left = {"PYTHONDONTWRITEBYTECODE", *WIRE_VARIABLES}
    return {name: value for name, value in os.environ.items() if name not in left}


def _proof(service: Service, secured: Secured | None) -> dict[str, str]:
    """By what a service proves itself to Kafka and MongoDB: as this process does, or by its own in a secured suite."""
    if service.database is None:
        return {}
    if secured is None:
        return {name: os.environ[name] for name in sorted(WIRE_VARIABLES & os.environ.keys())}
    (name,) = (name for name, database in DATABASES.items() if database == service.database)
    return secured.environment(name)
