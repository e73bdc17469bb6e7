"""Intake's settings, from the environment."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from chassis.settings import ServiceSettings
from intake.auth.settings import AuthSettings, SecretKey


class IntakeSettings(AuthSettings, ServiceSettings):
    http_port: int = 8001
    mongo_database: str = "janseva_intake"
    receipt_key: SecretKey = Field(description="Key of the HMACs of receipts and request bodies, base64 of 32 bytes")
    catalogue_file: Path | None = Field(
        default=None, description="The catalogue of services; the shipped one when unset"
    )
    public_url: str = Field(default="", description="Base of the links in answers; empty gives links without a host")
    certificate_url: str = "http://127.0.0.1:8005"
    emergency_repeat_window: timedelta = timedelta(seconds=120)
    stream_heartbeat: timedelta = timedelta(seconds=15)
    stream_ticket_ttl: timedelta = timedelta(seconds=60)
