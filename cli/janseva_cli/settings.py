"""What the commands read of the environment, by the names that the services read it by."""

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class OperatorSettings(BaseSettings):
    """Empty: not given."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    kafka_bootstrap: str = ""
    mongo_uri: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    sealing_keys: SecretStr = SecretStr("{}")
