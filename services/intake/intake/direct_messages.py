"""Messages at a request's own asking: by the notifier's internal call, never through Kafka, a log or a trace."""

from collections.abc import Mapping
from typing import Any

import httpx
from pydantic import SecretStr

TIMEOUT_S = 5.0


class NotSent(Exception):
    """Why a message was not sent: the kind of failure alone, as its body names a phone and may hold a code."""


class DirectMessages:
    def __init__(self, http: httpx.AsyncClient, notifier_url: str, service_token: SecretStr) -> None:
        self._http = http
        self._url = f"{notifier_url.rstrip('/')}/internal/v1/messages"
        self._token = service_token

    async def send(
        self, phone: str, template: str, language: str, variables: Mapping[str, str], *, discreet: bool = False
    ) -> None:
        """Durable with the gateway on return; `discreet`: in a text that names nothing. NotSent."""
        body: dict[str, Any] = {"to": phone, "template": template, "language": language, "variables": dict(variables)}
        # Left out where it says nothing: a notifier of the version before knows no such field.
        body |= {"discreet": True} if discreet else {}
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        try:
            response = await self._http.post(self._url, json=body, headers=headers, timeout=TIMEOUT_S)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise NotSent(type(error).__name__) from None
