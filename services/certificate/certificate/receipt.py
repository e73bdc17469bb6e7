"""The printed receipt of a filing: its facts as data, and its page. Nothing of it is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, StringConstraints

from chassis.http.moments import Instant
from chassis.settings import load_yaml

from .page import Frozen, Page, Row, Text, clean, india_date, india_moment, row
from .render import qr_svg

PATH: Final = Path(__file__).with_name("receipt.yaml")
SEPARATOR: Final = "~"
Short = Annotated[str, StringConstraints(max_length=300)]


class Both(Frozen):
    hi: Short
    en: Short


class ReceiptDue(Frozen):
    """A promised time, by the name of its clock."""

    clock: Both
    due_at: Instant


class ReceiptFacts(Frozen):
    """What a receipt shows. `track_url`: where the case is followed; the secret stands behind its # alone."""

    tracking_number: Annotated[str, StringConstraints(pattern=r"^JS-[0-9]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}-.$")]
    receipt_secret: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{16,100}$")] = Field(repr=False)
    track_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s#?]{1,200}$")]
    service: Both
    name: Annotated[str, StringConstraints(max_length=1_200)] | None = Field(default=None, repr=False)
    filed_at: Instant
    received_at: Instant | None = None
    printed_at: Instant
    office: Both | None = None
    due: Annotated[tuple[ReceiptDue, ...], Field(max_length=20)] = ()


class ReceiptRows(Frozen):
    service: Text
    name: Text
    filed_at: Text
    received_at: Text
    office: Text
    code: Text


class ReceiptTexts(Frozen):
    title: Text
    number_label: Text
    date_label: Text
    rows: ReceiptRows
    due: Text
    statement: tuple[Text, ...]
    notes: tuple[Text, ...]

    @classmethod
    def load(cls, path: Path = PATH) -> Self:
        return cls.model_validate(load_yaml(path))


def receipt_page(facts: ReceiptFacts, texts: ReceiptTexts) -> Page:
    """Both languages on one page; the address that is printed and read aloud by a screen reader has no secret."""
    address = f"{facts.track_url}#{facts.tracking_number}{SEPARATOR}{facts.receipt_secret}"
    return Page.model_validate(
        {
            "title": texts.title,
            "number-label": texts.number_label,
            "number": facts.tracking_number,
            "date-label": texts.date_label,
            "date": india_date(facts.printed_at),
            "rows": tuple(_rows(facts, texts)),
            "statement": texts.statement,
            "notes": texts.notes,
            "verify-url": facts.track_url,
            "qr": qr_svg(address),
        }
    )


def _rows(facts: ReceiptFacts, texts: ReceiptTexts) -> list[Row]:
    labels = texts.rows
    received = india_moment(facts.received_at).both if facts.received_at else None
    shown = [
        (labels.service, f"{facts.service.hi} / {facts.service.en}"),
        (labels.name, clean(facts.name or "")),
        (labels.filed_at, india_moment(facts.filed_at).both),
        (labels.received_at, received),
        (labels.office, f"{facts.office.hi} / {facts.office.en}" if facts.office else None),
        *((_due_label(texts.due, due), india_moment(due.due_at).both) for due in facts.due),
        (labels.code, facts.receipt_secret),
    ]
    return [one for label, value in shown for one in row(label.hi, label.en, value)]


def _due_label(pattern: Text, due: ReceiptDue) -> Text:
    return Text(hi=pattern.hi.format(clock=due.clock.hi), en=pattern.en.format(clock=due.clock.en))
