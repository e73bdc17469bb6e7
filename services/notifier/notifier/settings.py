"""The notifier's settings, from the environment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from chassis import production
from chassis.settings import ServiceSettings

from .digests import DigestRules
from .provider import KannelAccount
from .quotas import QuotaRules
from .sending import SendingRules
from .templates import DEFAULT_PATH

# A claim may wait this long, in a slow store or for a free hand, before its message is sent.
LEASE_MARGIN = timedelta(seconds=10)


class NotifierSettings(ServiceSettings):
    needs: ClassVar[frozenset[str]] = frozenset({"sealing_keys", "service_token", "sms_password"})

    mongo_database: str = "janseva_notifier"
    http_port: int = Field(default=8004, ge=0, le=65_535)

    # The gateway's sendsms address, whole.
    sms_url: str = "http://127.0.0.1:8009/cgi-bin/sendsms"
    sms_username: str = "janseva"
    sms_password: SecretStr = SecretStr("")
    # The registered header and the DLT principal entity; operators block a message without them.
    sms_sender: str = "JANSEV"
    sms_entity_id: str = "0000000000000000000"
    sms_timeout: timedelta = Field(default=timedelta(seconds=5), gt=timedelta(0), le=timedelta(minutes=1))
    sms_concurrency: int = Field(default=32, ge=1, le=500)
    # See SendingRules: "always" needs a gateway that drops doubles by the notification id in the meta-data.
    resend_unconfirmed: Literal["always", "emergency"] = "always"
    # Each report is a call of the gateway to us: "failures" asks only for those that change something. With
    # RESEND_UNCONFIRMED=emergency, "all" lets a report settle a message whose acceptance was not heard.
    delivery_reports: Literal["failures", "all"] = "failures"
    # Where the gateway reaches this service with delivery reports; by default its own address.
    receipts_url: str | None = None
    # "required": the gateway signs each report's address, state and time with SMS_PASSWORD (X-Report-Signature). Stock
    # Kannel signs nothing: then the signed address, its days and the network policy are all there is.
    report_signatures: Literal["required", "none"] = "required"

    # More than so many routine messages to a post within the window: the further ones wait, at most DIGEST_EVERY, for a
    # digest. Emergencies neither wait nor count; which templates do is data (`digest` in TEMPLATES_FILE).
    digest_after: int = Field(default=5, ge=1, le=1_000)
    digest_window: timedelta = Field(default=timedelta(minutes=10), gt=timedelta(0), le=timedelta(hours=24))
    digest_every: timedelta = Field(default=timedelta(minutes=10), gt=timedelta(0), le=timedelta(hours=24))

    # How many cases may write to one number in a window; see QuotaRules. The source is where a case was filed.
    quota_unproved_per_hour: int = Field(default=3, ge=1, le=100)
    quota_unproved_per_day: int = Field(default=6, ge=1, le=1_000)
    quota_proved_per_hour: int = Field(default=30, ge=1, le=1_000)
    quota_emergencies_per_hour: int = Field(default=3, ge=1, le=100)
    quota_emergencies_per_day: int = Field(default=30, ge=1, le=1_000)
    quota_source_per_hour: int = Field(default=60, ge=1, le=1_000_000)
    # Emergencies of one number, or one source, to one office in ten minutes: the further ones wait for a digest.
    quota_office_number: int = Field(default=3, ge=1, le=1_000)
    quota_office_source: int = Field(default=30, ge=1, le=1_000_000)

    office_language: Literal["hi", "en"] = "hi"
    templates_file: Path = DEFAULT_PATH

    def production_faults(self) -> Iterator[str]:
        yield from super().production_faults()
        yield from production.address_faults("SMS_URL", self.sms_url)
        if self.receipts_url is not None:
            yield from production.address_faults("RECEIPTS_URL", self.receipts_url)
        if not self.sms_entity_id.strip("0"):
            yield "SMS_ENTITY_ID is the development one"

    @property
    def account(self) -> KannelAccount:
        return KannelAccount(
            url=self.sms_url,
            username=self.sms_username,
            password=self.sms_password.get_secret_value(),
            sender=self.sms_sender,
            entity_id=self.sms_entity_id,
            report_mask=31 if self.delivery_reports == "all" else 18,
        )

    @property
    def report_signing_key(self) -> str | None:
        return self.sms_password.get_secret_value() if self.report_signatures == "required" else None

    @property
    def sending(self) -> SendingRules:
        return SendingRules(
            concurrency=self.sms_concurrency,
            provider_timeout=self.sms_timeout,
            lease=self.sms_timeout + LEASE_MARGIN,
            resend_unconfirmed=self.resend_unconfirmed,
        )

    @property
    def digests(self) -> DigestRules:
        return DigestRules(
            after=self.digest_after,
            window=self.digest_window,
            every=self.digest_every,
            urgent_every=min(self.digest_every, timedelta(minutes=1)),
        )

    @property
    def quotas(self) -> QuotaRules:
        return QuotaRules(
            unproved_hour=self.quota_unproved_per_hour,
            unproved_day=self.quota_unproved_per_day,
            proved_hour=self.quota_proved_per_hour,
            emergency_hour=self.quota_emergencies_per_hour,
            emergency_day=self.quota_emergencies_per_day,
            source_hour=self.quota_source_per_hour,
            office_number=self.quota_office_number,
            office_source=self.quota_office_source,
        )

    @property
    def receipts_base(self) -> str:
        return (self.receipts_url or f"http://{self.http_host}:{self.http_port}").rstrip("/")
