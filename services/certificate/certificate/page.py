"""What stands on a certificate's page: plain values in, words in Hindi and English out. No I/O and no clock."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

INDIA = ZoneInfo("Asia/Kolkata")
_MONTHS_HI = (
    "जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर",
)  # fmt: skip
_LONGEST_VALUE = 900
# Marks that shape Devanagari; every other invisible character is dropped from what people typed, and emoji with them.
_JOINERS = {"\u200c", "\u200d"}
_LAST_PRINTABLE = "\uffff"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)


class Text(Frozen):
    """One thing said in both languages."""

    hi: str
    en: str


class Row(Frozen):
    label: Text
    value: str


class Page(Frozen):
    """Everything `page.typ` prints; serialised by alias as its input."""

    issuer: Text = Text(hi="बिहार पुलिस · नागरिक सेवा", en="Bihar Police · Citizen Services")
    number_label: Text = Field(alias="number-label")
    date_label: Text = Field(Text(hi="निर्गत तिथि", en="Date of issue"), alias="date-label")
    title: Text
    number: str
    date: Text
    rows: tuple[Row, ...]
    statement: tuple[Text, ...]
    notes: tuple[Text, ...]
    verify_url: str = Field(alias="verify-url")
    qr: str


def clean(value: str) -> str:
    """A person's own words without control characters, composed, on one line, and no longer than the page can bear."""
    kept = "".join(c if _printable(c) else " " for c in value)
    text = " ".join(unicodedata.normalize("NFC", kept).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1].rstrip() + "…"


def _printable(character: str) -> bool:
    if character in _JOINERS:
        return True
    return character <= _LAST_PRINTABLE and not unicodedata.category(character).startswith("C")


def india_date(at: datetime) -> Text:
    local = at.astimezone(INDIA)
    return Text(hi=f"{local.day} {_MONTHS_HI[local.month - 1]} {local.year}", en=f"{local.day} {local:%B} {local.year}")


def india_time(at: datetime) -> str:
    return f"{at.astimezone(INDIA):%H:%M} IST"


_POSTS: Mapping[str, Text] = {
    "SHO": Text(hi="थानाध्यक्ष", en="Station House Officer"),
    "SDPO": Text(hi="अनुमंडल पुलिस पदाधिकारी", en="Sub-Divisional Police Officer"),
    "SP": Text(hi="पुलिस अधीक्षक", en="Superintendent of Police"),
    "DIG": Text(hi="पुलिस उप-महानिरीक्षक", en="Deputy Inspector General of Police"),
    "HQ": Text(hi="पुलिस मुख्यालय", en="Police Headquarters"),
}


def post_name(officer_post: str) -> Text:
    """`SHO:5140003` as people call it; an unknown kind of post is shown as it is written."""
    kind = officer_post.partition(":")[0]
    return _POSTS.get(kind, Text(hi=kind, en=kind))


def row(hi: str, en: str, value: str | None) -> tuple[Row, ...]:
    """A row, or none where nothing is known: a certificate shows no empty fields."""
    text = clean(value or "")
    return (Row(label=Text(hi=hi, en=en), value=text),) if text else ()
