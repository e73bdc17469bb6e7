"""Free text as citizens send it: any script is welcome, invisible control characters are not."""

import re
import unicodedata

# Control characters but tab and newline, direction overrides, invisible marks, lone surrogates.
# Zero-width joiners stay: Hindi and other Indic scripts need them.
_DROPPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]")


def clean_text(text: str) -> str:
    """NFC, line ends as newlines, without control characters, NUL, lone surrogates and direction overrides."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain)
    return _DROPPED.sub("", plain).strip()
