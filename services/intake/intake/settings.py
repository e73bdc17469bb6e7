"""Intake's settings, from the environment."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from chassis import production
from chassis.settings import SecretKey, ServiceSettings
from intake.auth.settings import AuthSettings
from intake.evidence.scan import scanner_at
from intake.identity.register import check_address

_SECOND = timedelta(seconds=1)
# Above it a stranger could ask for codes for as many phones as he likes.
_MOST_CODES_PER_ADDRESS = 10_000
_MOST_FILINGS = 10_000
_MOST_SEARCHES = 100_000
_SHORTEST_WAIT = timedelta(days=1)


class IntakeSettings(AuthSettings, ServiceSettings):
    needs: ClassVar[frozenset[str]] = frozenset({"sealing_keys", "service_token"})
    faces_citizens: ClassVar[bool] = True

    http_port: int = 8001
    mongo_database: str = "janseva_intake"
    receipt_key: SecretKey = Field(description="Key of the HMACs of receipts and request bodies, base64 of 32 bytes")
    catalogue_file: Path | None = Field(
        default=None, description="The folder of the catalogue of services; the shipped one when unset"
    )
    public_url: str = Field(default="", description="Base of the links in answers; empty gives links without a host")
    # Ordinary filings of one login, or of one network without a login, to one process; emergencies have no limit.
    filings_per_source: int = Field(default=60, ge=1, le=1_000_000)
    filings_window: timedelta = Field(default=timedelta(minutes=10), ge=_SECOND, le=timedelta(hours=24))
    # Look-ups in the public registers of one network to one process; a carrier's subscribers share an address.
    searches_per_source: int = Field(default=1_200, ge=1, le=1_000_000)
    searches_window: timedelta = Field(default=timedelta(minutes=10), ge=_SECOND, le=timedelta(hours=24))
    tip_time_grain: timedelta = Field(
        default=timedelta(hours=1),
        ge=_SECOND,
        le=timedelta(hours=24),
        description="Steps in which times of a secret tip are kept, so that no network's log tells whose it is",
    )
    # Live streams of one receipt or login, and of all, in one process.
    streams_per_viewer: int = Field(default=4, ge=1, le=100)
    streams_at_most: int = Field(default=5_000, ge=1, le=100_000)
    certificate_url: str = "http://127.0.0.1:8005"
    pages_url: str = Field(
        default="http://127.0.0.1:8000", description="The pages on which a citizen follows a case; printed on receipts"
    )
    emergency_repeat_window: timedelta = Field(default=timedelta(seconds=120), ge=_SECOND, le=timedelta(minutes=30))
    stream_heartbeat: timedelta = Field(
        default=timedelta(seconds=15), ge=timedelta(milliseconds=10), le=timedelta(minutes=1)
    )
    stream_ticket_ttl: timedelta = Field(default=timedelta(seconds=60), ge=_SECOND, le=timedelta(minutes=5))

    # A file; the files of a case and their bytes. A video of a phone takes 10 MB for half a minute.
    evidence_max_bytes: int = Field(default=25 * 1024 * 1024, ge=1_024, le=100 * 1024 * 1024)
    evidence_max_files: int = Field(default=20, ge=1, le=200)
    evidence_max_case_bytes: int = Field(default=100 * 1024 * 1024, ge=1_024, le=1024 * 1024 * 1024)
    evidence_upload_ttl: timedelta = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=1),
        le=timedelta(days=7),
        description="How long a resumable upload waits for its next part",
    )
    virus_scanner: str = Field(
        default="", description="host:port of a scanner that speaks clamd's protocol; without it files are unscanned"
    )

    identity_register_url: str = Field(
        default="", description="A register that confirms identity documents (docs/identity-register.md); empty: none"
    )
    identity_register_key: SecretStr = Field(
        default=SecretStr(""), description="Key of the signatures between intake and that register; empty without one"
    )
    # Documents that one login may have checked; each asks the register.
    identity_checks_per_hour: int = Field(default=10, ge=1, le=1_000)

    # Exports of one's own data and requests to erase them, by one login at one process.
    own_data_calls_per_hour: int = Field(default=60, ge=1, le=10_000)
    erasure_wait: timedelta = Field(
        default=timedelta(hours=72),
        ge=_SECOND,
        le=timedelta(days=30),
        description="How long the owner, told by SMS, may cancel a request to erase before it is decided",
    )

    esign_url: str = Field(default="", description="A provider of e-signatures (docs/e-sign.md); empty: none")
    esign_key: SecretStr = Field(default=SecretStr(""), description="The token by which that provider knows us")
    esign_issuer: str = Field(default="esign", description="`iss` of that provider's signatures")

    @field_validator("identity_register_url", "esign_url")
    @classmethod
    def _register_address(cls, value: str) -> str:
        check_address(value)
        return value

    @model_validator(mode="after")
    def _register_has_a_key(self) -> Self:
        if self.identity_register_url and not self.identity_register_key.get_secret_value():
            raise ValueError("IDENTITY_REGISTER_URL needs IDENTITY_REGISTER_KEY")
        if self.esign_url and not self.esign_key.get_secret_value():
            raise ValueError("ESIGN_URL needs ESIGN_KEY")
        return self

    @field_validator("virus_scanner")
    @classmethod
    def _scanner_address(cls, value: str) -> str:
        scanner_at(value)
        return value

    def production_faults(self) -> Iterator[str]:
        yield from super().production_faults()
        if self.public_url:
            yield from production.address_faults("PUBLIC_URL", self.public_url, secure=True)
        yield from production.address_faults("NOTIFIER_URL", self.notifier_url)
        yield from production.address_faults("CERTIFICATE_URL", self.certificate_url)
        yield from production.address_faults("PAGES_URL", self.pages_url, secure=True)
        if self.identity_register_url:
            yield from production.address_faults("IDENTITY_REGISTER_URL", self.identity_register_url, secure=True)
        if self.esign_url:
            yield from production.address_faults("ESIGN_URL", self.esign_url, secure=True)
        if self.filings_per_source > _MOST_FILINGS:
            yield f"FILINGS_PER_SOURCE must be {_MOST_FILINGS} at most"
        if self.searches_per_source > _MOST_SEARCHES:
            yield f"SEARCHES_PER_SOURCE must be {_MOST_SEARCHES} at most"
        if self.erasure_wait < _SHORTEST_WAIT:
            yield "ERASURE_WAIT must be P1D at least: an owner whose phone is in other hands has to notice"
        if self.otp_per_address_per_hour > _MOST_CODES_PER_ADDRESS:
            yield f"OTP_PER_ADDRESS_PER_HOUR must be {_MOST_CODES_PER_ADDRESS} at most"
