"""SMS gateways behind one small protocol, and the client of Kannel's documented sendsms interface."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class OutgoingSms:
    """`notification_id` lets a gateway drop a double; `to` and `text` never appear in a representation."""

    notification_id: str
    to: str = field(repr=False)
    text: str = field(repr=False)
    unicode: bool
    dlt_id: str
    template: str
    language: str
    receipt_url: str | None = field(default=None, repr=False)


class GatewayError(Exception):
    """`code` is stable and says nothing of the recipient."""

    safe_to_log = True

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class GatewayRefused(GatewayError):
    """It will never accept this message."""


class GatewayUnavailable(GatewayError):
    """It did not accept the message now; another attempt may succeed."""


class GatewayOutcomeUnknown(GatewayError):
    """It did not answer: the message may have been accepted."""


class SmsGateway(Protocol):
    async def send(self, sms: OutgoingSms) -> None:
        """Return once the gateway has accepted the message; raise a GatewayError otherwise."""

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class KannelAccount:
    """Where and as whom to send: `url` is the whole address of sendsms, `sender` the registered header,
    `entity_id` the DLT principal entity, `report_mask` the delivery reports asked for (Kannel's dlr-mask).
    """

    url: str
    username: str
    password: str = field(repr=False)
    sender: str
    entity_id: str
    report_mask: int = 18


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str


class Fetcher(Protocol):
    """Gets a URL. GatewayUnavailable: never connected; GatewayOutcomeUnknown: connected, but no whole answer came."""

    async def get(self, url: str) -> Answer: ...

    async def close(self) -> None: ...


class KannelGateway:
    """`GET /cgi-bin/sendsms`. DLT ids travel as the SMPP optional parameters PE_ID and TEMPLATE_ID (0x1400, 0x1401);
    the group `janseva` of the meta-data carries the notification id, by which a gateway drops doubles.
    """

    def __init__(self, account: KannelAccount, fetcher: Fetcher) -> None:
        self._account = account
        self._fetcher = fetcher

    async def send(self, sms: OutgoingSms) -> None:
        query = urlencode(self._parameters(sms), quote_via=quote)
        _raise_unless_accepted(await self._fetcher.get(f"{self._account.url}?{query}"))

    async def close(self) -> None:
        await self._fetcher.close()

    def _parameters(self, sms: OutgoingSms) -> dict[str, str]:
        parameters = {
            "username": self._account.username,
            "password": self._account.password,
            "from": self._account.sender,
            "to": sms.to,
            "text": sms.text,
            "charset": "UTF-8",
            "coding": "2" if sms.unicode else "0",
            "meta-data": self._meta_data(sms),
        }
        if sms.receipt_url is not None:
            parameters |= {"dlr-mask": str(self._account.report_mask), "dlr-url": sms.receipt_url}
        return parameters

    def _meta_data(self, sms: OutgoingSms) -> str:
        smpp = {"PE_ID": self._account.entity_id, "TEMPLATE_ID": sms.dlt_id}
        janseva = {"notification_id": sms.notification_id, "template": sms.template, "language": sms.language}
        return _group("smpp", smpp) + _group("janseva", janseva)


def _group(name: str, values: dict[str, str]) -> str:
    return f"?{name}?" + "&".join(f"{key}={quote(value, safe='')}" for key, value in values.items())


def _raise_unless_accepted(answer: Answer) -> None:
    """Kannel: 202 with `0:` (accepted) or `3:` (queued); 503 is temporary; any other refusal is final."""
    if answer.status == 202:
        if answer.text[:2] in {"0:", "3:"}:
            return
        raise GatewayRefused("gateway_refused")
    if answer.status in {401, 403}:
        # Our own credentials: the message is good and waits until they are put right.
        raise GatewayUnavailable("gateway_credentials")
    if answer.status in {502, 504}:
        # A proxy before the gateway lost it on the way there or back.
        raise GatewayOutcomeUnknown("gateway_silent")
    if answer.status == 429 or answer.status >= 500:
        raise GatewayUnavailable("gateway_busy")
    raise GatewayRefused("gateway_refused")
