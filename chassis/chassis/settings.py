"""Settings every service has; each service subclasses ServiceSettings in its own settings.py."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Read from the environment, names without a prefix (KAFKA_BOOTSTRAP, MONGO_URI, ...)."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    kafka_bootstrap: str = "127.0.0.1:9092"
    mongo_uri: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    mongo_database: str
    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=0, le=65_535)
    # Health and metrics on a port of their own; None: on HTTP_PORT, beside the API.
    ops_port: int | None = Field(default=None, ge=0, le=65_535)
    # The networks of the proxies before this service, as "10.0.0.0/8,fd00::/8": their word on whom they speak for is
    # taken, nobody else's. PROXY_HOPS of them stand in a row at most; FORWARDED_HEADER is the one header they write.
    trusted_proxies: str = ""
    proxy_hops: int = Field(default=1, ge=1, le=8)
    forwarded_header: Literal["x-forwarded-for", "forwarded"] = "x-forwarded-for"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    environment: Literal["local", "production"] = "local"
    # None: no spans are exported; trace ids still travel with requests and events.
    otlp_endpoint: str | None = None
    trace_sample_ratio: float = Field(default=1.0, ge=0.0, le=1.0)
    # JSON {"2026-11": "<base64 of 32 bytes>"}: one key a month (see chassis.sealing).
    sealing_keys: SecretStr = SecretStr("{}")
    service_token: SecretStr = SecretStr("")
    policies_file: Path | None = None

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        try:
            _networks(value)
        except ValueError:
            raise ValueError("must be networks such as 10.0.0.0/8, parted by commas") from None
        return value

    @property
    def trusted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return _networks(self.trusted_proxies)


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


NotYaml: Final = yaml.YAMLError


def load_yaml(path: Path) -> Any:
    """Parse a YAML data file with the safe loader; a key given twice is refused. Errors: OSError, NotYaml."""
    try:
        with path.open("rb") as stream:
            # A subclass of the safe loader: it constructs no objects either.
            return yaml.load(stream, Loader=_DataLoader)  # noqa: S506
    except RecursionError:
        raise NotYaml(f"{path.name} is nested too deep") from None


class _DataLoader(yaml.SafeLoader):
    """The safe loader for data that people write: each key stands once, and 10:30 is no number in base 60."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        node: yaml.MappingNode = super().compose_mapping_node(anchor)
        seen: dict[Any, yaml.Mark] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE:
                continue
            name = self.construct_object(key)
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {name!r} stands twice, first in line {seen[name].line + 1}", key.start_mark
                )
            seen[name] = key.start_mark
        return node

    def number(self, node: yaml.ScalarNode) -> int | float | str:
        """Numbers as people write them; with a colon it is a time of day or a duration, left as it is written."""
        if ":" in node.value:
            return str(node.value)
        found: int | float = CONSTRUCTORS[node.tag](self, node)
        return found


MERGE: Final = "tag:yaml.org,2002:merge"
CONSTRUCTORS: Final = {
    "tag:yaml.org,2002:int": yaml.SafeLoader.construct_yaml_int,
    "tag:yaml.org,2002:float": yaml.SafeLoader.construct_yaml_float,
}
for _tag in CONSTRUCTORS:
    _DataLoader.add_constructor(_tag, _DataLoader.number)
