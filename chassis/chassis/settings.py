"""Settings every service has; each service subclasses ServiceSettings in its own settings.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Read from the environment, names without a prefix (KAFKA_BOOTSTRAP, MONGO_URI, ...)."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    kafka_bootstrap: str = "127.0.0.1:9092"
    mongo_uri: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    mongo_database: str
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=0, le=65_535)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    environment: Literal["local", "production"] = "local"
    # None: no spans are exported; trace ids still travel with requests and events.
    otlp_endpoint: str | None = None
    trace_sample_ratio: float = Field(default=1.0, ge=0.0, le=1.0)
    # JSON {"2026-11": "<base64 of 32 bytes>"}: one key a month (see chassis.sealing).
    sealing_keys: SecretStr = SecretStr("{}")
    service_token: SecretStr = SecretStr("")
    policies_file: Path | None = None


NotYaml: Final = yaml.YAMLError


def load_yaml(path: Path) -> Any:
    """Parse a YAML data file with the safe loader. Errors: OSError, NotYaml."""
    with path.open(encoding="utf-8") as stream:
        return yaml.safe_load(stream)
