"""What became of a message to a citizen or an office. Addresses and texts are never in it."""

from typing import ClassVar, Literal

from pydantic import Field

from event_schemas.base import DerivedEvent
from event_schemas.values import Audience, Code, MessageChannel, Text

__all__ = ["NotificationDelivered", "NotificationFailed"]


class _Notification(DerivedEvent):
    producer: ClassVar[str] = "notifier"

    notification_id: Text
    audience: Audience
    channel: MessageChannel
    template: Code
    attempts: int = Field(ge=0)
    error_code: Code | None = None


class NotificationDelivered(_Notification):
    """The provider accepted the message."""

    type: ClassVar[Literal["NotificationDelivered"]] = "NotificationDelivered"


class NotificationFailed(_Notification):
    """No more attempts will be made."""

    type: ClassVar[Literal["NotificationFailed"]] = "NotificationFailed"
