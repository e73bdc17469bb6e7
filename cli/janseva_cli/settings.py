"""What the commands read of the environment, by the names that the services read it by."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class OperatorSettings(BaseSettings):
    """Empty: not given."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    kafka_bootstrap: str = ""
    sealing_keys: SecretStr = SecretStr("{}")
