"""Settings of login and tokens; IntakeSettings inherits them."""

from datetime import timedelta
from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings

from chassis.settings import SecretKey

MINUTE: Final = timedelta(minutes=1)


class AuthSettings(BaseSettings):
    citizen_token_key: SecretKey = Field(
        description="Seed of the Ed25519 key that signs citizens' tokens, base64 of 32 bytes"
    )
    phone_hash_key: SecretKey = Field(
        description="Key of the HMAC that turns a phone into a citizen's id; never rotated"
    )
    access_token_ttl: timedelta = Field(default=timedelta(minutes=30), ge=MINUTE, le=timedelta(hours=12))
    refresh_token_ttl: timedelta = Field(default=timedelta(days=30), ge=MINUTE, le=timedelta(days=90))

    account_gap: timedelta = Field(
        default=timedelta(days=90),
        ge=timedelta(days=1),
        le=timedelta(days=366),
        description="After so long without a login older cases ask for their number: the phone may be another's now",
    )

    otp_ttl: timedelta = Field(default=timedelta(minutes=5), ge=MINUTE, le=timedelta(minutes=15))
    otp_tries: int = Field(default=5, ge=1, le=10)
    otp_resend_after: timedelta = Field(
        default=timedelta(seconds=30), ge=timedelta(seconds=1), le=timedelta(minutes=10)
    )
    otp_per_phone_per_hour: int = Field(default=5, ge=1, le=60)
    otp_per_address_per_hour: int = Field(
        default=300,
        ge=1,
        le=100_000,
        description="Generous: a mobile carrier puts thousands of subscribers behind one address",
    )
    notifier_url: str = "http://127.0.0.1:8004"
