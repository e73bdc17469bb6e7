"""The values of a message's variables, from the event and what is kept of its case. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from event_schemas import AssignedToStation, CertificateIssued, Event, ResponderDispatched, SLABreached, SLADueSoon

from .domain import CaseCard
from .templates import Language
from .words import Words

INDIA: Final = ZoneInfo("Asia/Kolkata")
UNKNOWN_VALUE: Final = "-"

Values = Callable[[Event, CaseCard, Words, Language], dict[str, str]]


def filing_values(_: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    return {"tracking_number": card.tracking_number, "service": words.service(card.service_code, language)}


def station_values(event: Event, card: CaseCard, _words: Words, _language: Language) -> dict[str, str]:
    name = event.station.name if isinstance(event, AssignedToStation) else card.station_name
    return {"tracking_number": card.tracking_number, "station": name or UNKNOWN_VALUE}


def dispatch_values(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, ResponderDispatched)
    return {
        "tracking_number": card.tracking_number,
        "unit": event.unit,
        "kind": words.kind(event.kind, language),
    }


def certificate_values(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, CertificateIssued)
    return {
        "tracking_number": card.tracking_number,
        "certificate": words.certificate(event.kind, language),
        "link": event.verify_url,
    }


def apology_values(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, SLABreached)
    return {"tracking_number": card.tracking_number, "clock": words.clock(event.clock, language)}


def new_case_values(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, AssignedToStation)
    return filing_values(event, card, words, language) | {"station": event.station.name}


def due_values(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, SLADueSoon | SLABreached)
    return {
        "tracking_number": card.tracking_number,
        "clock": words.clock(event.clock, language),
        "due": india_time(event.due_at),
    }


def breach_values(event: Event, card: CaseCard, words: Words, language: Language) -> dict[str, str]:
    assert isinstance(event, SLABreached)
    return due_values(event, card, words, language) | {
        "level": str(event.level),
        "station": card.station_name or UNKNOWN_VALUE,
    }


def india_time(at: datetime) -> str:
    return f"{at.astimezone(INDIA):%d.%m.%Y %H:%M}"
