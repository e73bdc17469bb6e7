"""The notifier's settings, from the environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from chassis.settings import ServiceSettings

from .digests import DigestRules
from .provider import KannelAccount
from .sending import SendingRules
from .templates import DEFAULT_PATH

# A claim may wait this long, in a slow store or for a free hand, before its message is sent.
LEASE_MARGIN = timedelta(seconds=10)
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class NotifierSettings(ServiceSettings):
    mongo_database: str = "janseva_notifier"
    http_port: int = Field(default=8004, ge=0, le=65_535)

    # The gateway's sendsms address, whole.
    sms_url: str = "http://127.0.0.1:8009/cgi-bin/sendsms"
    sms_username: str = "janseva"
    sms_password: SecretStr = SecretStr("")
    # The registered header and the DLT principal entity; operators block a message without them.
    sms_sender: str = "JANSEV"
    sms_entity_id: str = "0000000000000000000"
    sms_timeout: timedelta = timedelta(seconds=5)
    sms_concurrency: int = Field(default=32, ge=1, le=500)
    # See SendingRules: "always" needs a gateway that drops doubles by the notification id in the meta-data.
    resend_unconfirmed: Literal["always", "emergency"] = "always"
    # Each report is a call of the gateway to us: "failures" asks only for those that change something. With
    # RESEND_UNCONFIRMED=emergency, "all" lets a report settle a message whose acceptance was not heard.
    delivery_reports: Literal["failures", "all"] = "failures"
    # Where the gateway reaches this service with delivery reports; by default its own address.
    receipts_url: str | None = None

    # More than so many routine messages to a post within the window: the further ones wait, at most DIGEST_EVERY, for a
    # digest. Emergencies neither wait nor count; which templates do is data (`digest` in TEMPLATES_FILE).
    digest_after: int = Field(default=5, ge=1)
    digest_window: timedelta = timedelta(minutes=10)
    digest_every: timedelta = timedelta(minutes=10)

    office_language: Literal["hi", "en"] = "hi"
    templates_file: Path = DEFAULT_PATH

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.environment != "production":
            return self
        problems = []
        if urlsplit(self.sms_url).hostname in _LOOPBACK:
            problems.append("SMS_URL is the local provider")
        if not self.sms_password.get_secret_value():
            problems.append("SMS_PASSWORD is empty")
        if not self.sms_entity_id.strip("0"):
            problems.append("SMS_ENTITY_ID is the development one")
        if not self.service_token.get_secret_value():
            problems.append("SERVICE_TOKEN is empty")
        if problems:
            raise ValueError("not in production: " + "; ".join(problems))
        return self

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
    def sending(self) -> SendingRules:
        return SendingRules(
            concurrency=self.sms_concurrency,
            provider_timeout=self.sms_timeout,
            lease=self.sms_timeout + LEASE_MARGIN,
            resend_unconfirmed=self.resend_unconfirmed,
        )

    @property
    def digests(self) -> DigestRules:
        return DigestRules(after=self.digest_after, window=self.digest_window, every=self.digest_every)

    @property
    def receipts_base(self) -> str:
        return (self.receipts_url or f"http://{self.http_host}:{self.http_port}").rstrip("/")
