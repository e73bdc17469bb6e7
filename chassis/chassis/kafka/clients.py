"""Kafka's clients, made here alone: each with what chassis.wire says of TLS and of who this program is."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.abc import AbstractTokenProvider
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context

from chassis.settings import SettingsRefused, load
from chassis.wire import FileMissing, KafkaWire, existing, text_of

__all__ = ["KafkaError", "make_admin", "make_consumer", "make_producer", "security"]

# What the brokers' logs and quotas call a client that has no name of its own.
NAMELESS: Final = "janseva"


def make_consumer(bootstrap: str, *, wire: KafkaWire | None = None, **options: Any) -> Any:
    return AIOKafkaConsumer(**_options(bootstrap, wire, options))


def make_producer(bootstrap: str, *, wire: KafkaWire | None = None, **options: Any) -> Any:
    return AIOKafkaProducer(**_options(bootstrap, wire, options))


def make_admin(bootstrap: str, *, wire: KafkaWire | None = None, **options: Any) -> Any:
    return AIOKafkaAdminClient(**_options(bootstrap, wire, options))


def security(wire: KafkaWire | None = None) -> dict[str, Any]:
    """What every client of aiokafka takes: of the process's environment, unless given. Raises SettingsRefused."""
    wire = wire or load(KafkaWire)
    try:
        context = None if wire.kafka_ca_file is None else _context(wire, wire.kafka_ca_file)
        sasl = _sasl(wire)
    except FileMissing as error:
        raise SettingsRefused(str(error)) from None
    if context is None:
        return {}
    return {"security_protocol": "SASL_SSL" if sasl else "SSL", "ssl_context": context, **sasl}


def _options(bootstrap: str, wire: KafkaWire | None, given: dict[str, Any]) -> dict[str, Any]:
    wire = wire or load(KafkaWire)
    return {"bootstrap_servers": bootstrap, "client_id": wire.kafka_username or NAMELESS, **given, **security(wire)}


def _context(wire: KafkaWire, authority: Path) -> ssl.SSLContext:
    own = key = None
    if wire.kafka_certificate_file is not None and wire.kafka_certificate_key_file is not None:
        own = existing("KAFKA_CERTIFICATE_FILE", wire.kafka_certificate_file)
        key = existing("KAFKA_CERTIFICATE_KEY_FILE", wire.kafka_certificate_key_file)
    try:
        context: ssl.SSLContext = create_ssl_context(
            cafile=existing("KAFKA_CA_FILE", authority), certfile=own, keyfile=key
        )
    except ssl.SSLError:
        raise FileMissing("KAFKA_CA_FILE or KAFKA_CERTIFICATE_FILE holds no certificate that fits its key") from None
    return context


def _sasl(wire: KafkaWire) -> dict[str, Any]:
    if wire.kafka_token_file is not None:
        return {"sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_provider": TokenFile(wire.kafka_token_file)}
    if wire.kafka_password_file is None:
        return {}
    return {
        "sasl_mechanism": wire.kafka_sasl_mechanism,
        "sasl_plain_username": wire.kafka_username,
        "sasl_plain_password": text_of("KAFKA_PASSWORD_FILE", wire.kafka_password_file),
    }


class TokenFile(AbstractTokenProvider):  # type: ignore[misc]  # aiokafka ships no types
    """The token of a file, read at each connection: who keeps it new, as a cluster does, needs no restart."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def token(self) -> str:
        return text_of("KAFKA_TOKEN_FILE", self._path)
