"""How a program proves itself to Kafka and MongoDB, and how it knows them: read from the environment by every client.

Passwords and keys stand in files, which a cluster mounts: a variable would show in the list of processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["FileMissing", "KafkaWire", "MongoWire", "existing", "text_of"]


class FileMissing(Exception):
    """A file that a setting names can't be read, or holds nothing; the text names both."""


class _Wire(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if faults := list(self.wire_faults()):
            raise ValueError("; ".join(faults))
        return self

    def wire_faults(self) -> Iterator[str]:
        """What can't be together, a sentence each."""
        yield from ()


class KafkaWire(_Wire):
    """Without any of these: no TLS and no name, as on one machine."""

    # The authority that signed the brokers' certificates. Given: TLS, and nothing else.
    kafka_ca_file: Path | None = None
    # This client's own certificate and key, where the brokers ask for one.
    kafka_certificate_file: Path | None = None
    kafka_certificate_key_file: Path | None = None
    # SASL: SCRAM by name and password, OAUTHBEARER by a token that somebody else keeps new in a file.
    kafka_sasl_mechanism: Literal["SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] | None = None
    kafka_username: str | None = None
    kafka_password_file: Path | None = None
    kafka_token_file: Path | None = None

    def wire_faults(self) -> Iterator[str]:
        yield from super().wire_faults()
        scram = (self.kafka_sasl_mechanism or "").startswith("SCRAM")
        if (self.kafka_certificate_file is None) != (self.kafka_certificate_key_file is None):
            yield "KAFKA_CERTIFICATE_FILE and KAFKA_CERTIFICATE_KEY_FILE belong together"
        if scram != (self.kafka_username is not None) or scram != (self.kafka_password_file is not None):
            yield "KAFKA_USERNAME and KAFKA_PASSWORD_FILE belong to a KAFKA_SASL_MECHANISM of SCRAM"
        if (self.kafka_sasl_mechanism == "OAUTHBEARER") != (self.kafka_token_file is not None):
            yield "KAFKA_TOKEN_FILE belongs to the KAFKA_SASL_MECHANISM OAUTHBEARER"
        if self.kafka_ca_file is None and (self.kafka_sasl_mechanism or self.kafka_certificate_file):
            yield "KAFKA_CA_FILE is not set: nobody proves himself to Kafka in the open"


class MongoWire(_Wire):
    """Without any of these: as MONGO_URI says."""

    # The authority that signed the servers' certificates. Given: TLS, and nothing else.
    mongo_ca_file: Path | None = None
    # This client's certificate and its key in one file.
    mongo_certificate_file: Path | None = None
    # SCRAM by name and password; X.509 by the certificate alone.
    mongo_auth_mechanism: Literal["SCRAM-SHA-256", "MONGODB-X509"] | None = None
    mongo_username: str | None = None
    mongo_password_file: Path | None = None

    def wire_faults(self) -> Iterator[str]:
        yield from super().wire_faults()
        scram = self.mongo_auth_mechanism == "SCRAM-SHA-256"
        if scram != (self.mongo_username is not None) or scram != (self.mongo_password_file is not None):
            yield "MONGO_USERNAME and MONGO_PASSWORD_FILE belong to the MONGO_AUTH_MECHANISM SCRAM-SHA-256"
        if self.mongo_auth_mechanism == "MONGODB-X509" and self.mongo_certificate_file is None:
            yield "MONGO_CERTIFICATE_FILE is not set, by which MONGODB-X509 knows this program"
        if self.mongo_ca_file is None and (self.mongo_auth_mechanism or self.mongo_certificate_file):
            yield "MONGO_CA_FILE is not set: nobody proves himself to MongoDB in the open"

    def client_options(self) -> dict[str, Any]:
        """What pymongo and Motor take beside the address. Raises FileMissing."""
        options: dict[str, Any] = {}
        if self.mongo_ca_file is not None:
            options |= {"tls": True, "tlsCAFile": str(existing("MONGO_CA_FILE", self.mongo_ca_file))}
        if self.mongo_certificate_file is not None:
            options["tlsCertificateKeyFile"] = str(existing("MONGO_CERTIFICATE_FILE", self.mongo_certificate_file))
        if self.mongo_auth_mechanism is not None:
            options["authMechanism"] = self.mongo_auth_mechanism
        if self.mongo_password_file is not None:
            password = text_of("MONGO_PASSWORD_FILE", self.mongo_password_file)
            options |= {"username": self.mongo_username, "password": password, "authSource": "admin"}
        return options


def existing(variable: str, path: Path) -> Path:
    """The path of a file that can be read. Raises FileMissing."""
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise FileMissing(f"{variable}: {path}: {error.strerror}") from None


def text_of(variable: str, path: Path) -> str:
    """What a file of one secret holds, without the line's end. Raises FileMissing."""
    text = existing(variable, path).read_text(encoding="utf-8").strip()
    if not text:
        raise FileMissing(f"{variable}: {path} is empty")
    return text
