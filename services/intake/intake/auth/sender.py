"""Hands a one-time password to the notifier by its internal call: never through Kafka, a log or a trace."""

from typing import Protocol

import httpx
from pydantic import SecretStr

from chassis.http.problems import Problem
from intake.auth.problems import OTP_NOT_SENT

TIMEOUT_S = 5.0
RETRY_AFTER_S = "30"


class OtpSender(Protocol):
    async def send(self, phone: str, code: str, language: str) -> None: ...


class NotifierOtpSender:
    def __init__(self, http: httpx.AsyncClient, notifier_url: str, service_token: SecretStr) -> None:
        self._http = http
        self._url = f"{notifier_url.rstrip('/')}/internal/v1/messages"
        self._token = service_token

    async def send(self, phone: str, code: str, language: str) -> None:
        body = {"to": phone, "template": "otp", "language": language, "variables": {"otp": code}}
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        try:
            response = await self._http.post(self._url, json=body, headers=headers, timeout=TIMEOUT_S)
            response.raise_for_status()
        except httpx.HTTPError as error:
            # The body holds the code, so only the kind of failure may travel.
            raise Problem(OTP_NOT_SENT, headers={"Retry-After": RETRY_AFTER_S}) from _Unsent(type(error).__name__)


class _Unsent(Exception):
    """Why a code was not sent, without its content."""
