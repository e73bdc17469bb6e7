"""Settings of login and tokens; IntakeSettings inherits them."""

import base64
import binascii
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings


def _key_of_32_bytes(value: SecretStr) -> SecretStr:
    try:
        size = len(base64.b64decode(value.get_secret_value(), validate=True))
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if size != 32:
        raise ValueError(f"must be 32 bytes in base64, is {size}")
    return value


SecretKey = Annotated[SecretStr, AfterValidator(_key_of_32_bytes)]


class AuthSettings(BaseSettings):
    citizen_token_key: SecretKey = Field(
        description="Seed of the Ed25519 key that signs citizens' tokens, base64 of 32 bytes"
    )
    phone_hash_key: SecretKey = Field(
        description="Key of the HMAC that turns a phone into a citizen's id; never rotated"
    )
    access_token_ttl: timedelta = timedelta(minutes=30)
    refresh_token_ttl: timedelta = timedelta(days=30)

    otp_ttl: timedelta = timedelta(minutes=5)
    otp_tries: int = Field(default=5, ge=1)
    otp_resend_after: timedelta = timedelta(seconds=30)
    otp_per_phone_per_hour: int = Field(default=5, ge=1)
    otp_per_address_per_hour: int = Field(
        default=300, ge=1, description="Generous: a mobile carrier puts thousands of subscribers behind one address"
    )
    notifier_url: str = "http://127.0.0.1:8004"

    officer_issuer: str = "janseva-local"
    officer_audience: str = "janseva"
    officer_jwks_file: Path | None = Field(default=None, description="JWKS of the officers' issuer, from a file")
    officer_jwks_url: str | None = Field(default=None, description="JWKS of the officers' issuer, over HTTPS")
