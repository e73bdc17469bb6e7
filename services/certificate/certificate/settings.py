"""The certificate service's settings, from the environment."""

from __future__ import annotations

from datetime import timedelta
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from chassis.settings import ServiceSettings

# "https://" and a host, with room for the rest in one QR code and one SMS.
_LONGEST_URL = 45


class CertificateSettings(ServiceSettings):
    mongo_database: str = "janseva_certificate"
    http_port: int = Field(default=8005, ge=0, le=65_535)
    # Where anyone reaches /v1/verify: printed on paper, so it must hold for years.
    public_url: str = Field(default="http://127.0.0.1:8005", max_length=_LONGEST_URL)
    link_lifetime: timedelta = timedelta(minutes=15)

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment != "production":
            return self
        if urlsplit(self.public_url).scheme != "https":
            raise ValueError("not in production: PUBLIC_URL must begin with https://")
        if not self.service_token.get_secret_value():
            raise ValueError("not in production: SERVICE_TOKEN is empty")
        return self
