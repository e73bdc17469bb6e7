"""The certificate service's settings, from the environment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from chassis import production
from chassis.settings import ServiceSettings

# "https://" and a host, with room for the rest in one QR code and one SMS.
_LONGEST_URL = 45


class CertificateSettings(ServiceSettings):
    needs: ClassVar[frozenset[str]] = frozenset({"sealing_keys", "service_token"})
    reads_officers: ClassVar[bool] = False

    mongo_database: str = "janseva_certificate"
    http_port: int = Field(default=8005, ge=0, le=65_535)
    # Where anyone reaches /v1/verify: printed on paper, so it must hold for years.
    public_url: str = Field(default="http://127.0.0.1:8005", max_length=_LONGEST_URL)
    link_lifetime: timedelta = Field(default=timedelta(minutes=15), ge=timedelta(seconds=1), le=timedelta(days=7))

    def production_faults(self) -> Iterator[str]:
        yield from super().production_faults()
        yield from production.address_faults("PUBLIC_URL", self.public_url, secure=True)
