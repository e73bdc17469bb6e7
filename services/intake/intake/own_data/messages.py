"""What the notifier does for a person's own data: an SMS to the owner, and a list of the messages of a case."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import httpx
from pydantic import SecretStr

from chassis.http.bounded_answer import AnswerTooLong, read_bounded
from chassis.http.json_body import parse_json
from chassis.http.problems import Problem
from intake.direct_messages import TIMEOUT_S, DirectMessages, NotSent
from intake.own_data.problems import MESSAGES_UNAVAILABLE, OWNER_UNREACHED

RETRY_AFTER: Final = {"Retry-After": "10"}
MOST_BYTES: Final = 2_000_000
MOST_PAGES: Final = 10
SHOWN: Final = ("template", "channel", "audience", "language", "state", "created_at", "settled_at")


class Messages(Protocol):
    async def send(
        self, phone: str, template: str, language: str, variables: Mapping[str, str], *, discreet: bool
    ) -> None:
        """Durable with the gateway on return; `discreet`: in a text that names nothing. Problem owner_unreached."""

    async def sent(self, case_id: str) -> tuple[Mapping[str, Any], ...]:
        """The messages of a case to its citizen. Problem messages_unavailable."""


class NotifierMessages:
    def __init__(self, http: httpx.AsyncClient, notifier_url: str, service_token: SecretStr) -> None:
        self._http = http
        self._messages = DirectMessages(http, notifier_url, service_token)
        self._url = f"{notifier_url.rstrip('/')}/v1/notifications"
        self._token = service_token

    async def send(
        self, phone: str, template: str, language: str, variables: Mapping[str, str], *, discreet: bool
    ) -> None:
        try:
            await self._messages.send(phone, template, language, variables, discreet=discreet)
        except NotSent as error:
            raise Problem(OWNER_UNREACHED, headers=RETRY_AFTER) from error

    async def sent(self, case_id: str) -> tuple[Mapping[str, Any], ...]:
        found: list[Mapping[str, Any]] = []
        query = {"case_id": case_id}
        for _ in range(MOST_PAGES):
            page = await self._page(query)
            found += [
                {name: one.get(name) for name in SHOWN} for one in page["items"] if one.get("audience") == "citizen"
            ]
            if page.get("next_cursor") is None:
                break
            query = {"case_id": case_id, "cursor": page["next_cursor"]}
        return tuple(found)

    async def _page(self, query: Mapping[str, str]) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {self._token.get_secret_value()}"}
        try:
            async with self._http.stream(
                "GET", self._url, params=dict(query), headers=headers, timeout=TIMEOUT_S
            ) as response:
                response.raise_for_status()
                content = await read_bounded(response, MOST_BYTES)
        except (httpx.HTTPError, AnswerTooLong) as error:
            raise Problem(MESSAGES_UNAVAILABLE, headers=RETRY_AFTER) from error
        page = parse_json(content)
        if not isinstance(page, dict) or not isinstance(page.get("items"), list):
            raise Problem(MESSAGES_UNAVAILABLE, headers=RETRY_AFTER)
        return page
