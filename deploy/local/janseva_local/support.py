"""Whether this machine can run the servers in the wheels, and what to do where it cannot."""

import platform
import ssl
from collections.abc import Mapping


class Unsupported(Exception):
    """The wheels do not run here; the text says what to set instead."""


def missing_support(*, system: str, machine: str, openssl_major: int, existing: Mapping[str, bool]) -> str | None:
    """Why a server that is not given cannot run here, with the way out; None if all is well.

    `existing` says whether Kafka and MongoDB are given by address.
    """
    reasons = []
    if system != "Linux" or machine not in ("x86_64", "AMD64"):
        reasons.append(f"The servers' wheels are made for Linux on x86-64; this is {system} on {machine}")
    elif not existing["mongo"] and openssl_major < 3:
        reasons.append(f"The mongod in the wheel needs OpenSSL 3; this machine has OpenSSL {openssl_major}")
    absent = [name for name, given in existing.items() if not given]
    if not reasons or not absent:
        return None
    settings = {
        "kafka": "KAFKA_BOOTSTRAP=127.0.0.1:9092",
        "mongo": "MONGO_URI='mongodb://127.0.0.1:27017/?replicaSet=rs0'",
    }
    return (
        f"{reasons[0]}.\n"
        "Start Kafka and MongoDB another way, for instance with Docker:\n"
        "  docker compose -f deploy/compose/compose.yaml up -d --wait\n"
        "and name them to the suite:\n"
        f"  {' '.join(settings[name] for name in absent)} make run"
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
