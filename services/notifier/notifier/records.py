"""The dispatch log's records: what is claimed, what became of it, and how both look in MongoDB."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.outbox.publisher import OutboxEntry
from event_schemas import (
    Audience,
    DerivedEvent,
    EventId,
    MessageChannel,
    NotificationDelivered,
    NotificationFailed,
    encode,
    ids,
    topics,
)

from .domain import CaseCard, DispatchState, Notice

SOURCE = "notifier"


@dataclass(frozen=True, slots=True)
class Claim:
    """A notice this process may send until `lease_until`; `attempt` is the fencing token of later writes."""

    notice: Notice
    attempt: int
    lease_until: datetime
    # The claim before this one ended without an outcome: its message may have been accepted.
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class LoggedDispatch:
    """One line of the dispatch log, as officers read it."""

    notification_id: str
    event_id: str
    case_id: str
    audience: str
    channel: str
    template: str
    language: str
    state: str
    attempts: int
    created_at: datetime
    settled_at: datetime | None
    error_code: str | None
    receipt: str | None


@dataclass(frozen=True, slots=True)
class ReportedDispatch:
    """A dispatch as a delivery report finds it."""

    notice: Notice
    state: DispatchState
    attempts: int
    receipt: str | None
    error_code: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report and where it leaves its dispatch."""

    name: str
    at: datetime
    state: DispatchState
    error_code: str | None


def notice_document(notice: Notice, *, created_at: datetime) -> dict[str, Any]:
    return _digest_fields(notice) | {
        "_id": notice.notification_id,
        "event_id": notice.event_id,
        "case_id": notice.case_id,
        "urgency": 0 if notice.emergency else 1,
        "audience": notice.audience,
        "channel": notice.channel,
        "template": notice.template,
        "language": notice.language,
        "neutral": notice.neutral,
        "variables": dict(notice.variables),
        "post": notice.post,
        "occurred_at": notice.occurred_at,
        "traceparent": notice.traceparent,
        "created_at": created_at,
        **({} if notice.contact is None else {"contact": notice.contact}),
        **({} if notice.useless_from is None else {"useless_from": notice.useless_from}),
    }


def _digest_fields(notice: Notice) -> dict[str, Any]:
    """`to_settle`: a digest's members end as it does. What counts towards one says as what."""
    if notice.is_digest:
        return {"to_settle": True}
    counted = {"digest_kind": notice.digest_kind, "deadline": notice.deadline}
    return {name: value for name, value in counted.items() if value is not None}


def notice_of(document: Mapping[str, Any]) -> Notice:
    return Notice(
        notification_id=document["_id"],
        event_id=document["event_id"],
        case_id=document["case_id"],
        emergency=document["urgency"] == 0,
        audience=document["audience"],
        channel=document["channel"],
        template=document["template"],
        language=document["language"],
        neutral=document["neutral"],
        variables=document["variables"],
        post=document["post"],
        occurred_at=document["occurred_at"],
        traceparent=document["traceparent"],
        contact=document.get("contact"),
        digest_kind=document.get("digest_kind"),
        deadline=document.get("deadline"),
        released=document.get("released", False),
        useless_from=document.get("useless_from"),
        waited_until=document.get("waited_until"),
    )


def logged_of(document: Mapping[str, Any]) -> LoggedDispatch:
    return LoggedDispatch(
        notification_id=document["_id"],
        event_id=document["event_id"],
        case_id=document["case_id"],
        audience=document["audience"],
        channel=document["channel"],
        template=document["template"],
        language=document["language"],
        state=document["state"],
        attempts=document["attempts"],
        created_at=document["created_at"],
        settled_at=document.get("settled_at"),
        error_code=document.get("error_code"),
        receipt=document.get("receipt"),
    )


def card_of(document: Mapping[str, Any], sealed_contact: str | None = None) -> CaseCard:
    return CaseCard(
        case_id=document["_id"],
        tracking_number=document["tracking_number"],
        service_code=document["service_code"],
        language=document["language"],
        sensitive=document["sensitive"],
        anonymous=document["anonymous"],
        sealed=document.get("sealed"),
        station_name=document.get("station_name"),
        station_name_hi=document.get("station_name_hi"),
        officer_post=document.get("officer_post"),
        station_code=document.get("station_code"),
        police_district=document.get("police_district"),
        emergency=document.get("emergency", False),
        posts=document.get("posts", {}),
        contact_proved=document.get("contact_proved", False),
        source=document.get("source"),
        sealed_contact=sealed_contact,
    )


def announcements(
    notice: Notice, state: DispatchState, *, attempts: int, at: datetime, error_code: str | None, revises: bool = False
) -> list[OutboxEntry]:
    """The event of a message's end: none of a digest, because each message in it has its own."""
    if notice.is_digest:
        return []
    return [announcement(notice, state, attempts=attempts, at=at, error_code=error_code, revises=revises)]


def announcement(
    notice: Notice,
    state: DispatchState,
    *,
    attempts: int,
    at: datetime,
    error_code: str | None,
    template: str | None = None,
    revises: bool = False,
) -> OutboxEntry:
    """The event of what became of a message; its id follows from the notification and its type.

    `template` is what was really sent, if not the notice's own. `revises`: a failure is taken back. Acceptance may
    have been announced before that failure, so this event has an id of its own, else it would count as a repeat.
    """
    kind: type[NotificationDelivered | NotificationFailed] = (
        NotificationDelivered if state is DispatchState.ACCEPTED else NotificationFailed
    )
    event: DerivedEvent = kind.model_validate(
        {
            "case_id": notice.case_id,
            "occurred_at": at,
            "cause_id": EventId(notice.event_id),
            "notification_id": notice.notification_id,
            "audience": Audience(notice.audience),
            "channel": MessageChannel(notice.channel),
            "template": template or notice.template,
            "attempts": attempts,
            "error_code": error_code,
        }
    )
    event_id = ids.notification_event_id(notice.notification_id, f"{kind.type}:revised" if revises else kind.type)
    record = encode(event, event_id=event_id, source=SOURCE, traceparent=notice.traceparent)
    return OutboxEntry(topic=topics.NOTIFICATIONS, event_id=event_id, record=record)
