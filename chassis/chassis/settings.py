"""Settings every service has; each service subclasses ServiceSettings in its own settings.py, and load() reads them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeVar

import yaml
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from chassis import production
from chassis.sealing import KeyRing, SealError
from chassis.wire import KafkaWire, MongoWire

LOCAL_ISSUER: Final = "janseva-local"
OFFICER_AUDIENCE: Final = "janseva"


def _key_of_32_bytes(value: SecretStr) -> SecretStr:
    try:
        size = len(base64.b64decode(value.get_secret_value(), validate=True))
    except binascii.Error:
        raise ValueError("is not base64") from None
    if size != production.KEY_BYTES:
        raise ValueError(f"must be 32 bytes in base64, is {size}")
    return value


SecretKey = Annotated[SecretStr, AfterValidator(_key_of_32_bytes)]


class ProgramSettings(BaseSettings):
    """What every program that answers over HTTP has, read from the environment, names without a prefix (HTTP_PORT)."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    # The secrets that this program cannot do its work without, by field; and whether citizens reach it by themselves.
    needs: ClassVar[frozenset[str]] = frozenset()
    faces_citizens: ClassVar[bool] = False

    http_host: str = "127.0.0.1"
    http_port: int = Field(ge=0, le=65_535)
    # Health and metrics on a port of their own; None: on HTTP_PORT, beside the API.
    ops_port: int | None = Field(default=None, ge=0, le=65_535)
    # The networks of the proxies before this service, as "10.0.0.0/8,fd00::/8": their word on whom they speak for is
    # taken, nobody else's. PROXY_HOPS of them stand in a row at most; FORWARDED_HEADER is the one header they write.
    trusted_proxies: str = ""
    proxy_hops: int = Field(default=1, ge=1, le=8)
    # The web pages that may call from a browser, as "https://janseva.example,https://app.example"; "*" is any, and
    # refused in production. None by default.
    cors_origins: str = ""
    forwarded_header: Literal["x-forwarded-for", "forwarded"] = "x-forwarded-for"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    environment: Literal["local", "production"] = "local"
    # None: no spans are exported; trace ids still travel with requests and events.
    otlp_endpoint: str | None = None
    trace_sample_ratio: float = Field(default=1.0, ge=0.0, le=1.0)

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        try:
            _networks(value)
        except ValueError:
            raise ValueError("must be networks such as 10.0.0.0/8, parted by commas") from None
        return value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        production.origins_of(value)
        return value

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment == "production":
            faults = list(self.production_faults())
            if faults:
                raise ValueError("not in production: " + "; ".join(faults))
        return self

    def production_faults(self) -> Iterator[str]:
        """What must not be where citizens are served, a sentence each. A program adds its own."""
        yield from (f"{name.upper()} is empty" for name in sorted(self.missing_secrets()))
        yield from production.key_faults(self._secrets())
        yield from production.network_faults("TRUSTED_PROXIES", self.trusted_networks)
        yield from production.origin_faults("CORS_ORIGINS", self.allowed_origins)
        if self.faces_citizens and not self.trusted_networks:
            yield "TRUSTED_PROXIES is empty, so that all citizens would count as one address"
        if self.ops_port in (None, self.http_port):
            yield "OPS_PORT must be a port of its own"

    def missing_secrets(self) -> set[str]:
        """The fields of secrets that are needed and empty."""
        return {name for name in self.needs if getattr(self, name).get_secret_value() in ("", "{}")}

    async def check_keys(self) -> None:
        """Readiness: a program without a key that it needs serves nobody well."""
        if self.missing_secrets():
            raise KeysMissing

    def _secrets(self) -> dict[str, str]:
        found = {
            name.upper(): value.get_secret_value()
            for name in type(self).model_fields
            if isinstance(value := getattr(self, name), SecretStr) and value.get_secret_value() not in ("", "{}")
        }
        ring = production.ring_of(found.pop("SEALING_KEYS", "{}"))
        return found | ring

    @property
    def trusted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        return _networks(self.trusted_proxies)

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins of CORS_ORIGINS."""
        return production.origins_of(self.cors_origins)


class ServiceSettings(ProgramSettings, KafkaWire, MongoWire):
    """Of a service that stands on Kafka and MongoDB, and reads officers' tokens."""

    needs: ClassVar[frozenset[str]] = frozenset({"service_token"})
    reads_officers: ClassVar[bool] = True

    kafka_bootstrap: str = "127.0.0.1:9092"
    mongo_uri: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    mongo_database: str
    # JSON {"2026-11": "<base64 of 32 bytes>"}: one key a month (see chassis.sealing).
    sealing_keys: SecretStr = SecretStr("{}")
    service_token: SecretStr = SecretStr("")
    # Officers' tokens come from this issuer; its public keys (JWKS) from a file or over HTTPS. While it cannot be
    # reached its last keys hold for OFFICER_KEYS_HOLD; in OFFICER_KEYS_FOLDER also for a process that starts meanwhile.
    officer_issuer: str = LOCAL_ISSUER
    officer_audience: str = OFFICER_AUDIENCE
    officer_jwks_file: Path | None = None
    officer_jwks_url: str | None = None
    officer_keys_folder: Path | None = None
    officer_keys_hold: timedelta = Field(default=timedelta(hours=1), gt=timedelta(0), le=timedelta(hours=24))
    policies_file: Path | None = None

    @field_validator("sealing_keys")
    @classmethod
    def _is_a_ring(cls, value: SecretStr) -> SecretStr:
        try:
            KeyRing.from_json(value)
        except SealError:
            raise ValueError('must be JSON such as {"2026-11": "<base64 of 32 bytes>"}') from None
        return value

    def production_faults(self) -> Iterator[str]:
        yield from super().production_faults()
        if self.reads_officers:
            yield from production.issuer_faults(self.officer_issuer, self.officer_jwks_url, self.officer_jwks_file)
        yield from production.address_faults("KAFKA_BOOTSTRAP", self.kafka_bootstrap)
        yield from production.address_faults("MONGO_URI", self.mongo_uri)


class KeysMissing(Exception):
    """A key that the service needs is not set."""


class SettingsRefused(Exception):
    """The environment is not one to start with; the text has a line for each fault and no value."""


_Settings = TypeVar("_Settings", bound=BaseSettings)


def load(kind: type[_Settings], **given: Any) -> _Settings:
    """The settings from the environment, but for those `given` by field, as by the options of a command.

    SettingsRefused names each wrong variable, and never what it holds.
    """
    try:
        return kind(**given)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        raise SettingsRefused("\n".join(_sentence(fault["loc"], fault["msg"]) for fault in faults)) from None
    except SettingsError as error:
        # Its text names the field; its cause quotes the value.
        raise SettingsRefused(str(error)) from None


def _sentence(place: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{str(place[0]).upper()}: {text}" if place else text


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


NotYaml: Final = yaml.YAMLError
# Levels of a data file; the deepest of ours has 12.
DEEPEST: Final = 100


def load_yaml(path: Path) -> Any:
    """Parse a YAML data file with the safe loader; a key given twice is refused. Errors: OSError, NotYaml."""
    content = path.read_bytes()
    depth = 0
    # libyaml composes by recursion and has no limit of its own; its events come one after the other.
    for event in yaml.parse(content, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise NotYaml(f"{path.name} is nested too deep")
    # A subclass of the safe loader: it constructs no objects either.
    return yaml.load(content, Loader=_DataLoader)  # noqa: S506


class _DataLoader(yaml.CSafeLoader):
    """The safe loader for data that people write: each key stands once, and 10:30 is no number in base 60.

    libyaml's: it reads the catalogue in an eighth of the time that PyYAML's own takes.
    """

    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self._checked: set[int] = set()

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Each mapping comes here first; what it merges in stands among its keys afterwards."""
        if id(node) not in self._checked:
            self._checked.add(id(node))
            self._refuse_doubles(node)
        super().flatten_mapping(node)

    def _refuse_doubles(self, node: yaml.MappingNode) -> None:
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
