"""Free text as citizens send it: any script is welcome, invisible control characters are not."""

import unicodedata

# Zero-width joiners stay: Hindi and other Indic scripts need them.
_BIDI_AND_INVISIBLE = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0x200B, 0x2060}
_KEPT = "\n\t"


def clean_text(text: str) -> str:
    """NFC, line ends as newlines, without control characters, NUL, lone surrogates and direction overrides."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", plain)
    return "".join(character for character in plain if _is_kept(character)).strip()


def _is_kept(character: str) -> bool:
    if character in _KEPT:
        return True
    code = ord(character)
    if code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000:
        return False
    return code not in _BIDI_AND_INVISIBLE
