"""The page a QR code leads to: whether a certificate is valid, in Hindi or English, and nobody's name."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from .domain import Status
from .page import Text, india_date
from .records import Certificate
from .wording import KIND_TITLES

_PAGE: Final = Template(files("certificate").joinpath("verify.html").read_text(encoding="utf-8"))

_HEADLINES: Final = {
    Status.VALID: Text(hi="यह प्रमाण पत्र मान्य है", en="This certificate is valid"),
    Status.REVOKED: Text(hi="यह प्रमाण पत्र निरस्त किया जा चुका है", en="This certificate has been revoked"),
    Status.UNKNOWN: Text(hi="ऐसा कोई प्रमाण पत्र नहीं मिला", en="No such certificate is known"),
    Status.MISTYPED: Text(hi="यह संख्या सही नहीं लिखी गई है", en="This number is mistyped"),
}
_ADVICE: Final = {
    Status.VALID: Text(
        hi="कागज पर छपी संख्या नीचे दी गई संख्या से मिलाएँ। नाम यहाँ नहीं दिखाया जाता।",
        en="Compare the number on the paper with the one below. Names are not shown here.",
    ),
    Status.REVOKED: Text(
        hi="इस पर भरोसा न करें। धारक संबंधित थाने से संपर्क करे।",
        en="Do not rely on it. Its holder may ask the police station concerned.",
    ),
    Status.UNKNOWN: Text(
        hi="पता या संख्या दोबारा जाँचें। कागज इसी पते का QR कोड दिखाता हो और फिर भी न मिले, तो वह जाली हो सकता है।",
        en="Check the address or number again. If the paper's QR code leads here all the same, it may be forged.",
    ),
    Status.MISTYPED: Text(
        hi="इससे कागज के बारे में कुछ पता नहीं चलता। संख्या को कागज से अक्षर-अक्षर मिलाकर फिर लिखें, या कागज का QR कोड स्कैन करें।",
        en="This says nothing about the paper. Compare the number with the paper letter by letter and type it again, "
        "or scan the paper's QR code.",
    ),
}
_MARKS: Final = {Status.VALID: "✓", Status.REVOKED: "✕", Status.UNKNOWN: "?", Status.MISTYPED: "✎"}
_LABELS: Final = {
    "number": Text(hi="संख्या", en="Number"),
    "kind": Text(hi="प्रकार", en="Kind"),
    "issued": Text(hi="निर्गत तिथि", en="Date of issue"),
    "station": Text(hi="थाना", en="Police station"),
    "revoked": Text(hi="निरस्त होने की तिथि", en="Revoked on"),
}
_SITE: Final = Text(hi="बिहार पुलिस · प्रमाण पत्र सत्यापन", en="Bihar Police · Certificate verification")
_OTHER: Final = Text(hi="English", en="हिन्दी")


def verify_page(found: Certificate | Status, language: str) -> str:
    """The whole HTML document. Every value is escaped; nothing is loaded from anywhere."""
    status = found if isinstance(found, Status) else found.status
    say = _Speaker(language)
    rows = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in _rows(found, say))
    return _PAGE.substitute(
        lang=say.language,
        site=say(_SITE),
        headline=say(_HEADLINES[status]),
        status=status.value,
        mark=_MARKS[status],
        advice=say(_ADVICE[status]),
        rows=f"<dl>{rows}</dl>" if rows else "",
        other=say(_OTHER),
        other_lang="en" if say.language == "hi" else "hi",
    )


class _Speaker:
    def __init__(self, language: str) -> None:
        self.language = "hi" if language == "hi" else "en"

    def __call__(self, text: Text) -> str:
        return text.hi if self.language == "hi" else text.en


def _rows(found: Certificate | Status, say: _Speaker) -> list[tuple[str, str]]:
    if isinstance(found, Status):
        return []
    rows = [
        (say(_LABELS["number"]), found.number),
        (say(_LABELS["kind"]), say(KIND_TITLES.get(found.kind, Text(hi=found.kind, en=found.kind)))),
        (say(_LABELS["issued"]), say(india_date(found.issued_at))),
    ]
    if found.station:
        rows.append((say(_LABELS["station"]), found.station))
    if found.revoked_at is not None:
        rows.append((say(_LABELS["revoked"]), say(india_date(found.revoked_at))))
    return rows
