"""The certificates and passwords of a secured suite (`make up SECURE=1`), made in its data folder, and their settings.

One authority signs for Kafka, MongoDB and the operator. Services prove themselves by a password each, the operator's
commands to MongoDB by a certificate: both ways of a cluster are used.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chassis.wire import KafkaWire, MongoWire
from event_schemas.access import OPERATOR, SERVICES
from janseva_local.ports import HOST

# The brokers' own name, among themselves.
BROKER: Final = "kafka"
SCRAM: Final = "SCRAM-SHA-512"
LIFETIME: Final = timedelta(days=365)
# Made anew at a start so long before they end.
EARLY: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Secured:
    """What lies in the folder; `load_or_create` makes it."""

    folder: Path

    @property
    def authority(self) -> Path:
        return self.folder / "ca.pem"

    def certificate(self, name: str) -> Path:
        """The certificate of a server or of the operator, with its key."""
        return self.folder / f"{name}.pem"

    def password_file(self, name: str) -> Path:
        return self.folder / f"{name}.password"

    def password(self, name: str) -> str:
        return self.password_file(name).read_text(encoding="utf-8").strip()

    @property
    def cluster_key(self) -> Path:
        """By which the members of MongoDB's replica set know each other."""
        return self.folder / "mongo.key"

    @property
    def operator_environment(self) -> Path:
        """The operator's settings as a file that a shell reads."""
        return self.folder / "operator.env"

    def kafka(self, name: str) -> KafkaWire:
        return KafkaWire(
            kafka_ca_file=self.authority,
            kafka_sasl_mechanism=SCRAM,
            kafka_username=name,
            kafka_password_file=self.password_file(name),
        )

    def mongo(self, name: str) -> MongoWire:
        if name == OPERATOR:
            certificate = self.certificate(OPERATOR)
            return MongoWire(
                mongo_ca_file=self.authority,
                mongo_auth_mechanism="MONGODB-X509",
                mongo_certificate_file=certificate,
            )
        return MongoWire(
            mongo_ca_file=self.authority,
            mongo_auth_mechanism="SCRAM-SHA-256",
            mongo_username=name,
            mongo_password_file=self.password_file(name),
        )

    def environment(self, name: str) -> dict[str, str]:
        """The settings by which a service, or the operator, proves itself."""
        found = {**self.kafka(name).model_dump(), **self.mongo(name).model_dump()}
        return {field.upper(): str(value) for field, value in found.items() if value is not None}


WIRE_VARIABLES: Final = frozenset(field.upper() for field in (*KafkaWire.model_fields, *MongoWire.model_fields))


def load_or_create(folder: Path, *, now: datetime | None = None) -> Secured:
    """Draws the passwords that are missing, and the certificates if they are missing or end soon."""
    now = now or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = Secured(folder)
    for name in (*SERVICES, OPERATOR, BROKER):
        if not made.password_file(name).exists():
            write_private(made.password_file(name), f"{secrets.token_urlsafe(32)}\n".encode())
    if not made.cluster_key.exists():
        write_private(made.cluster_key, f"{secrets.token_urlsafe(64).replace('-', 'A').replace('_', 'B')}\n".encode())
    if _ends_soon(made.authority, now):
        for path, content in _certificates(made, now):
            write_private(path, content)
    lines = [f"{name}={value}\n" for name, value in made.environment(OPERATOR).items()]
    write_private(made.operator_environment, "".join(lines).encode())
    return made


def write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    temporary.replace(path)


def _ends_soon(path: Path, now: datetime) -> bool:
    if not path.exists():
        return True
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc < now + EARLY


def _certificates(made: Secured, now: datetime) -> Iterator[tuple[Path, bytes]]:
    """The authority's last: what ends before it was written is made anew at the next start."""
    authority, issuer = generate_private_key(SECP256R1()), _name("Janseva local authority")
    for name in (BROKER, "mongo", OPERATOR):
        key = generate_private_key(SECP256R1())
        signed = _unsigned(_name(name), issuer, key, now)
        addresses = [x509.IPAddress(ip_address(HOST)), x509.DNSName("localhost")]
        signed = signed.add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        signed = signed.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        signed = signed.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        certificate = signed.sign(authority, SHA256()).public_bytes(Encoding.PEM)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        yield made.certificate(name), private + certificate
    own = _unsigned(issuer, issuer, authority, now)
    own = own.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    yield made.authority, own.sign(authority, SHA256()).public_bytes(Encoding.PEM)


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    return made.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + LIFETIME)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def subject_of(name: str) -> str:
    """How Kafka and MongoDB spell who a certificate is for."""
    return f"CN={name}"


def adopt(made: Secured, environment: Mapping[str, str] | None = None) -> None:
    """This process is the operator from here on, unless its environment names somebody else."""
    environment = os.environ if environment is None else environment
    if not WIRE_VARIABLES & environment.keys():
        os.environ.update(made.environment(OPERATOR))
