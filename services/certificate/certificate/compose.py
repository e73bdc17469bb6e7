"""The page of a paper: its kind's texts, and the facts of its case. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from event_schemas import PersonalData, VerificationOutcome, districts

from .domain import CaseFile, Order
from .kinds import Common, Kind, Passage
from .page import Page, Row, Text, clean, india_date, india_time, post_name, row
from .showing import flattened, shown_as

Value = str | datetime
# What a sentence may name besides: {post} on approved kinds, {valid_until} on those that end, {place} with a station.
PLACEHOLDERS: Final = frozenset({"who", "tracking_number", "filed_on", "filed_time", "issued_on", "issued_time"})


def page_of(common: Common, order: Order, case: CaseFile, person: PersonalData, *, verify_url: str, qr: str) -> Page:
    """The page of a certificate, from stored facts alone."""
    kind, placeholders = order.kind, _placeholders(common, order, case, person)
    outcome = order.verification(case)
    until = kind.valid_until(order.issued_at)
    statement = (
        _paragraph(kind.statement, outcome, placeholders),
        _paragraph((*kind.basis, *kind.does_not_say, *kind.advice), outcome, placeholders),
    )
    return Page.model_validate(
        {
            "title": kind.title,
            "number-label": kind.number_label,
            "number": order.number,
            "date": india_date(order.issued_at),
            "valid-until": india_date(until) if until is not None else None,
            "rows": tuple(_rows(kind, _values(order, case, person), order.issued_at)),
            "statement": statement,
            "notes": common.notes,
            "verify-url": verify_url,
            "qr": qr,
        }
    )


def passages_for(passages: Iterable[Passage], outcome: VerificationOutcome | None) -> Iterator[Passage]:
    """Those that stand on a paper that rests on that outcome."""
    return (one for one in passages if not one.outcomes or outcome in one.outcomes)


def _paragraph(
    passages: Iterable[Passage], outcome: VerificationOutcome | None, placeholders: Mapping[str, Text]
) -> Text:
    chosen = list(passages_for(passages, outcome))
    hi, en = (
        {name: text.hi for name, text in placeholders.items()},
        {name: text.en for name, text in placeholders.items()},
    )
    return Text(
        hi=" ".join(one.hi.format_map(hi) for one in chosen),
        en=" ".join(one.en.format_map(en) for one in chosen),
    )


def _rows(kind: Kind, values: Mapping[str, Value], issued_at: datetime) -> Iterator[Row]:
    for shown in kind.rows:
        value = values.get(shown.show)
        if value is not None:
            yield from row(shown.label.hi, shown.label.en, shown_as(shown, value, issued_at))


def _values(order: Order, case: CaseFile, person: PersonalData) -> dict[str, Value]:
    """What rows may show, by name."""
    attributes = {**case.attributes, **flattened(person.attributes)}
    names_station = order.kind.names_station
    known: dict[str, Value | None] = {
        "name": person.name,
        "address": person.address,
        "description": person.description,
        "station": _station_row(case) if names_station else None,
        "district": _district_row((case.station_district if names_station else None) or case.district),
        "tracking_number": case.tracking_number,
        "filed_at": case.filed_at,
        "issued_at": order.issued_at,
        **{f"attributes.{name}": value for name, value in attributes.items()},
        **{f"facts.{name}": value for name, value in order.facts.items()},
        **{f"event.{name}": value for name, value in order.event.items()},
    }
    return {name: value for name, value in known.items() if value is not None}


def _placeholders(common: Common, order: Order, case: CaseFile, person: PersonalData) -> dict[str, Text]:
    """What sentences may name."""
    kind, number = order.kind, case.tracking_number
    who = kind.who.named if clean(person.name or "") else kind.who.unnamed
    placeholders = {
        "who": Text(
            hi=who.hi.format_map({"tracking_number": number}), en=who.en.format_map({"tracking_number": number})
        ),
        "tracking_number": Text(hi=number, en=number),
        "filed_on": india_date(case.filed_at),
        "filed_time": india_time(case.filed_at),
        "issued_on": india_date(order.issued_at),
        "issued_time": india_time(order.issued_at),
    }
    until = kind.valid_until(order.issued_at)
    if until is not None:
        placeholders["valid_until"] = india_date(until)
    if order.approved_by is not None:
        placeholders["post"] = post_name(order.approved_by)
    if kind.names_station:
        placeholders["place"] = _place(common, case)
    return placeholders


def _place(common: Common, case: CaseFile) -> Text:
    if case.station_name is None:
        return common.without_station
    english = clean(case.station_name)
    hindi = clean(case.station_name_hi or "") or english
    return Text(hi=common.station.hi.format(station=hindi), en=common.station.en.format(station=english))


def _station_row(case: CaseFile) -> str | None:
    both = (case.station_name_hi, case.station_name)
    return " / ".join(name for name in both if name) or None


def _district_row(name: str | None) -> str | None:
    hindi = districts.hindi_name(name) if name is not None else None
    return f"{hindi} / {name}" if hindi else name
