"""Secrets of a local stack: drawn once into .data/keys, readable by their owner alone."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

# Names of single secrets of 32 bytes; each is also the environment variable that carries it.
SINGLE = (
    "SERVICE_TOKEN",
    "RECEIPT_KEY",
    "CITIZEN_TOKEN_KEY",
    "PHONE_HASH_KEY",
    "SMS_PASSWORD",
    "COOKIE_KEY",
    "IDENTITY_REGISTER_KEY",
    "ESIGN_KEY",
)
KEY_ID = "officer-local"


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """Values for the services' environment, and the files of the local officers' issuer."""

    secrets: Mapping[str, str]
    sealing_keys: str
    officer_key: Path
    officer_jwks: Path


def load_or_create(folder: Path, *, now: datetime | None = None) -> LocalKeys:
    """Reads the folder's keys and draws what is missing, also the sealing keys of this month and the next."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    single = _read(folder / "secrets.json")
    missing = {name: _draw() for name in SINGLE if name not in single}
    if missing:
        single |= missing
        _write(folder / "secrets.json", single)
    sealing = _read(folder / "sealing.json")
    months = [month for month in _months(now or datetime.now(UTC)) if month not in sealing]
    if months:
        sealing |= {month: _draw() for month in months}
        _write(folder / "sealing.json", sealing)
    officer_key, officer_jwks = folder / "officer.jwk", folder / "officer-jwks.json"
    if not (officer_key.exists() and officer_jwks.exists()):
        private = _ed25519_jwk()
        _write(officer_jwks, {"keys": [{name: value for name, value in private.items() if name != "d"}]})
        _write(officer_key, private)
    return LocalKeys(
        secrets=single, sealing_keys=json.dumps(sealing), officer_key=officer_key, officer_jwks=officer_jwks
    )


def _months(now: datetime) -> tuple[str, str]:
    this = now.astimezone(UTC).replace(day=1)
    return f"{this:%Y-%m}", f"{this + timedelta(days=32):%Y-%m}"


def _draw() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _ed25519_jwk() -> dict[str, str]:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    encoded = {"d": _base64url(private), "x": _base64url(public)}
    return {"kty": "OKP", "crv": "Ed25519", "kid": KEY_ID, "use": "sig", "alg": "EdDSA", **encoded}


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    content: dict[str, str] = json.loads(path.read_text())
    return content


def _write(path: Path, content: Mapping[str, object]) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, indent=2)
    temporary.replace(path)
