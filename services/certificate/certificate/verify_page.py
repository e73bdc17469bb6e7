"""The page a QR code leads to: whether a certificate is valid, in Hindi or English, and nobody's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from .domain import Status
from .kinds import Kind
from .page import Text, india_date
from .records import REPLACED, Certificate

_PAGE: Final = Template(files("certificate").joinpath("verify.html").read_text(encoding="utf-8"))

_HEADLINES: Final = {
    Status.VALID: Text(hi="यह दस्तावेज मान्य है", en="This document is valid"),
    Status.REVOKED: Text(hi="यह दस्तावेज निरस्त किया जा चुका है", en="This document has been revoked"),
    Status.UNKNOWN: Text(hi="ऐसा कोई दस्तावेज नहीं मिला", en="No such document is known"),
    Status.MISTYPED: Text(hi="यह संख्या सही नहीं लिखी गई है", en="This number is mistyped"),
}
_ADVICE: Final = {
    Status.VALID: Text(
        hi="पुलिस ने यह संख्या जारी की है; दस्तावेज क्या कहता है और क्या नहीं, वह उसी पर लिखा है। "
        "कागज पर छपी संख्या नीचे दी गई संख्या से मिलाएँ। नाम यहाँ नहीं दिखाया जाता।",
        en="The police issued it under this number; what it says, and what it does not say, stands on the document "
        "itself. Compare the number on the paper with the one below. Names are not shown here.",
    ),
    Status.REVOKED: Text(
        hi="इस पर भरोसा न करें। धारक संबंधित थाने से संपर्क करे।",
        en="Do not rely on it. Its holder may ask the police station concerned.",
    ),
    Status.UNKNOWN: Text(
        hi="पता या संख्या दोबारा जाँचें। कागज इसी पते का क्यूआर कोड दिखाता हो और फिर भी न मिले, तो वह जाली हो सकता है।",
        en="Check the address or number again. If the paper's QR code leads here all the same, it may be forged.",
    ),
    Status.MISTYPED: Text(
        hi="इससे कागज के बारे में कुछ पता नहीं चलता। संख्या को कागज से अक्षर-अक्षर मिलाकर फिर लिखें, या कागज का क्यूआर कोड स्कैन करें।",
        en="This says nothing about the paper. Compare the number with the paper letter by letter and type it again, "
        "or scan the paper's QR code.",
    ),
}
_EXPIRED: Final = Text(hi="इस दस्तावेज की अवधि समाप्त हो चुकी है", en="The validity of this document has ended")
_EXPIRED_ADVICE: Final = Text(
    hi="पुलिस ने इसे जारी किया था, पर यह {until} तक ही मान्य था। नए दस्तावेज के लिए फिर आवेदन करना होगा।",
    en="The police issued it, but it was valid until {until} only. A new one needs a new application.",
)
_REPLACED_ADVICE: Final = Text(
    hi="इसकी जगह इसी मामले में नया दस्तावेज जारी हुआ है। धारक से नया दस्तावेज माँगें।",
    en="A newer document of the same case has taken its place. Ask its holder for the newer one.",
)
_ENDED_MARK: Final = "⌛"
_MARKS: Final = {Status.VALID: "✓", Status.REVOKED: "✕", Status.UNKNOWN: "?", Status.MISTYPED: "✎"}
_LABELS: Final = {
    "number": Text(hi="संख्या", en="Number"),
    "kind": Text(hi="प्रकार", en="Kind"),
    "issued": Text(hi="निर्गत तिथि", en="Date of issue"),
    "until": Text(hi="इस तिथि तक मान्य", en="Valid until"),
    "station": Text(hi="थाना", en="Police station"),
    "revoked": Text(hi="निरस्त होने की तिथि", en="Revoked on"),
}
_SITE: Final = Text(hi="बिहार पुलिस · दस्तावेज की जाँच", en="Bihar Police · Document verification")
_OTHER: Final = Text(hi="English", en="हिन्दी")


def verify_page(found: Certificate | Status, language: str, *, kinds: Mapping[str, Kind], now: datetime) -> str:
    """The whole HTML document. Every value is escaped; nothing is loaded from anywhere."""
    status = found if isinstance(found, Status) else found.status
    shown = _Speaker(language)
    headline, advice, mark = _verdict(found, shown, now)
    rows = _rows(found, shown, kinds)
    listed = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in rows)
    return _PAGE.substitute(
        lang=shown.language,
        site=shown(_SITE),
        headline=headline,
        status="expired" if mark == _ENDED_MARK else status.value,
        mark=mark,
        advice=advice,
        rows=f"<dl>{listed}</dl>" if listed else "",
        other=shown(_OTHER),
        other_lang="en" if shown.language == "hi" else "hi",
    )


class _Speaker:
    def __init__(self, language: str) -> None:
        self.language = "hi" if language == "hi" else "en"

    def __call__(self, text: Text) -> str:
        return text.hi if self.language == "hi" else text.en


def _verdict(found: Certificate | Status, shown: _Speaker, now: datetime) -> tuple[str, str, str]:
    """Headline, advice and mark. A paper that was revoked is called so, whenever its validity would have ended."""
    if isinstance(found, Status):
        return shown(_HEADLINES[found]), shown(_ADVICE[found]), _MARKS[found]
    status = found.status
    if status is Status.VALID and found.valid_until is not None and found.is_expired(now):
        return shown(_EXPIRED), shown(_EXPIRED_ADVICE).format(until=shown(india_date(found.valid_until))), _ENDED_MARK
    advice = _REPLACED_ADVICE if status is Status.REVOKED and found.reason_code == REPLACED else _ADVICE[status]
    return shown(_HEADLINES[status]), shown(advice), _MARKS[status]


def _rows(found: Certificate | Status, shown: _Speaker, kinds: Mapping[str, Kind]) -> list[tuple[str, str]]:
    if isinstance(found, Status):
        return []
    kind = kinds.get(found.kind)
    rows = [
        (shown(_LABELS["number"]), found.number),
        (shown(_LABELS["kind"]), shown(kind.title) if kind is not None else found.kind),
        (shown(_LABELS["issued"]), shown(india_date(found.issued_at))),
    ]
    if found.valid_until is not None:
        rows.append((shown(_LABELS["until"]), shown(india_date(found.valid_until))))
    if found.station:
        rows.append((shown(_LABELS["station"]), found.station))
    if found.revoked_at is not None:
        rows.append((shown(_LABELS["revoked"]), shown(india_date(found.revoked_at))))
    return rows
