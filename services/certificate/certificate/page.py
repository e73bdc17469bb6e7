"""What stands on a certificate's page: plain values in, text in Hindi and English out. No I/O and no clock."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from chassis.bounds import normalized
from chassis.visible import is_blank

INDIA = ZoneInfo("Asia/Kolkata")
_MONTHS_HI = (
    "जनवरी", "फरवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर",
)  # fmt: skip
_LONGEST_VALUE = 900
_LONGEST_READ = 4 * _LONGEST_VALUE
# Marks that shape Devanagari and its like; other invisible characters are dropped from what people typed.
_JOINERS = frozenset("\u200c\u200d")
# Signs around digits or a verse in Arabic, Syriac and Kaithi: of the category of invisible characters, but seen.
_SIGNS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# No script needs more on one letter; without a limit marks pile up over the rows above and below.
_MOST_MARKS = 6
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True, extra="forbid")


class Text(Frozen):
    """One text in both languages."""

    hi: str
    en: str

    @property
    def both(self) -> str:
        return f"{self.hi} / {self.en}"


class Row(Frozen):
    """`dir` is the direction of the value, by its first letter."""

    label: Text
    value: str
    dir: Literal["ltr", "rtl"] = "ltr"


class Page(Frozen):
    """Everything `page.typ` prints; serialised by alias as its input. `sample` is written across a paper of nobody."""

    issuer: Text = Text(hi="बिहार पुलिस · नागरिक सेवा", en="Bihar Police · Citizen Services")
    number_label: Text = Field(alias="number-label")
    date_label: Text = Field(Text(hi="निर्गत तिथि", en="Date of issue"), alias="date-label")
    title: Text
    number: str
    date: Text
    valid_until_label: Text = Field(Text(hi="इस तिथि तक मान्य", en="Valid until"), alias="valid-until-label")
    valid_until: Text | None = Field(None, alias="valid-until")
    sample: Text | None = None
    rows: tuple[Row, ...]
    statement: tuple[Text, ...]
    notes: tuple[Text, ...]
    verify_url: str = Field(alias="verify-url")
    qr: str


def clean(value: str) -> str:
    """A person's own words in any script: composed, on one line, no longer than the page can bear; empty if nothing in
    them can be seen.
    """
    # Cut first: composing takes time that grows with the square of a run of marks.
    kept = _few_marks("".join(map(_kept, value[:_LONGEST_READ])))
    text = " ".join(_few_marks(normalized("NFC", kept, _LONGEST_READ)).split())
    if is_blank(text):
        return ""
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1].rstrip() + "…"


def _kept(character: str) -> str:
    if character in _JOINERS or character in _SIGNS:
        return character
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    return " " if category[0] in "CZ" else character


def _few_marks(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def direction(text: str) -> Literal["ltr", "rtl"]:
    """That of its first letter."""
    for character in text:
        bidirectional = unicodedata.bidirectional(character)
        if bidirectional == "L" or bidirectional in _RIGHT_TO_LEFT:
            return "rtl" if bidirectional in _RIGHT_TO_LEFT else "ltr"
    return "ltr"


def india_date(at: datetime) -> Text:
    local = at.astimezone(INDIA)
    return Text(hi=f"{local.day} {_MONTHS_HI[local.month - 1]} {local.year}", en=f"{local.day} {local:%B} {local.year}")


def india_time(at: datetime) -> Text:
    local = at.astimezone(INDIA)
    return Text(hi=f"{local:%H:%M} बजे", en=f"{local:%H:%M} IST")


def india_moment(at: datetime) -> Text:
    on, time = india_date(at), india_time(at)
    return Text(hi=f"{on.hi}, {time.hi}", en=f"{on.en}, {time.en}")


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
    return (Row(label=Text(hi=hi, en=en), value=text, dir=direction(text)),) if text else ()
