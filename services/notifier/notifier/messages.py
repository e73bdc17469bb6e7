"""Messages sent at a service's direct request, such as a login code: no event, no log, no trace of what they say."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

from .metrics import NotifierMetrics
from .provider import GatewayError, GatewayOutcomeUnknown, GatewayUnavailable, OutgoingSms, SmsGateway
from .templates import Language, TemplateBook, TemplateError

_ATTEMPTS = 2
_PAUSE = timedelta(milliseconds=300)


class DirectMessages:
    def __init__(self, book: TemplateBook, gateway: SmsGateway, metrics: NotifierMetrics) -> None:
        self._book = book
        self._gateway = gateway
        self._metrics = metrics

    async def send(
        self, to: str, template_id: str, language: Language, variables: Mapping[str, str], *, discreet: bool = False
    ) -> str:
        """Returns the message's id once the gateway has it. TemplateError: not a template for this; GatewayError."""
        template = self._book.get(template_id)
        if not template.internal:
            raise TemplateError(f"template {template_id!r} belongs to an event")
        message = self._book.render(template_id, language, variables, discreet=discreet)
        sms = OutgoingSms(
            notification_id=str(uuid4()),
            to=to,
            text=message.text,
            unicode=message.unicode,
            dlt_id=message.dlt_id,
            template=template_id,
            language=language,
        )
        try:
            await self._send(sms)
        except GatewayError:
            self._metrics.notifications.labels(template.channel, template_id, "failed").inc()
            raise
        self._metrics.notifications.labels(template.channel, template_id, "accepted").inc()
        return sms.notification_id

    async def _send(self, sms: OutgoingSms) -> None:
        """A second try under the same id; a person is waiting, so there is no third."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                await self._gateway.send(sms)
            except (GatewayUnavailable, GatewayOutcomeUnknown):
                if attempt == _ATTEMPTS:
                    raise
                await asyncio.sleep(_PAUSE.total_seconds())
            else:
                return
