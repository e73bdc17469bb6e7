"""Names whose letters were lost on their way: read in another encoding, typed for an old font, with signs in them."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from chassis.bounds import normalized

# Far more than a name may have: what is cut off was too long with it and without it.
LONGEST_CELL: Final = 10_000
JOINERS: Final = frozenset("\u200c\u200d")
IN_NAMES: Final = frozenset(" .,'()/&-_:।॰\u2018\u2019\u2013\u2014")
SIGNS_OF_A_NAME: Final = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"})
CUT_OFF: Final = "\ufffd"
SPACES: Final = re.compile(r"[ \t\r\n\u00a0]+")
DEVANAGARI: Final = re.compile(r"[\u0904-\u0939\u0958-\u0961]")
# A vowel sign or a virama that stands on no letter: text converted from an old font in its typing order.
LOST_SIGN: Final = re.compile(r"(?<![\u0900-\u097f])[\u093a-\u094f\u0955-\u0957\u0962\u0963]|[\u093e-\u094c]{2}")
LATIN_WORD: Final = re.compile(r"[^\W\d_]+")
WORD: Final = re.compile(r"[a-z]+")
SMALL_THEN_CAPITAL: Final = re.compile(r"\b[a-z]+[A-Z]")
UTF_8_LETTER: Final = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# The share of a name's pairs of letters that no known name has. With FEW_VOWELS, or a sign that is in no name, it finds
# 80 % of the state's Hindi names typed for Kruti Dev, and 0.06 % of 9,361 names of post offices.
STRANGE_PAIRS: Final = 0.2
# A name in English has more; where k is aa and s is e, few letters are vowels.
VOWELS: Final = frozenset("aeiou")
FEW_VOWELS: Final = 0.28
LEAST_NAMES: Final = 100


def tidy(name: str) -> str:
    """Spaces and line breaks of a cell as single spaces; composed letters."""
    return normalized("NFC", SPACES.sub(" ", name[:LONGEST_CELL]).strip(), LONGEST_CELL)


def fault_of(name: str) -> str | None:
    """What shows that a name's letters are not those that were typed; None if nothing does."""
    if CUT_OFF in name:
        return "letters are lost: it was read in another encoding"
    meant = _read_as_latin(name)
    if meant is not None:
        return f"UTF-8 read in another encoding{f', perhaps {meant}' if meant else ''}"
    for letter in name:
        if unicodedata.category(letter) not in SIGNS_OF_A_NAME and letter not in IN_NAMES | JOINERS:
            return f"{_spelled(letter)} is in no name: an old font, or another encoding"
    return "a vowel sign stands on no letter" if LOST_SIGN.search(name) else None


def fault_of_hindi(name: str) -> str | None:
    """The same for a name in Devanagari, where Latin letters stand in abbreviations alone."""
    fault = fault_of(name)
    if fault is not None:
        return fault
    latin = [word for word in LATIN_WORD.findall(name) if word.isascii() and not (word.isupper() and len(word) > 1)]
    if DEVANAGARI.search(name) is None:
        return "no letter of it is Devanagari: an old font, or another language"
    return f"'{latin[0]}' is not Devanagari" if latin else None


class KnownSpellings:
    """Which letters follow each other in the names of a version: text for an old font has others."""

    def __init__(self, names: Iterable[str]) -> None:
        rows = list(names)
        self._pairs = {pair for name in rows for pair in _pairs(name)} if len(rows) >= LEAST_NAMES else set()

    def strange(self, name: str) -> bool:
        """Whether a name in Latin letters looks like Hindi typed for an old font, such as 'iVuk' for Patna."""
        if SMALL_THEN_CAPITAL.search(name):
            return True
        pairs, letters = _pairs(name), "".join(WORD.findall(name.casefold()))
        if sum(letter in VOWELS for letter in letters) >= FEW_VOWELS * len(letters):
            return False
        return bool(self._pairs and pairs) and sum(pair not in self._pairs for pair in pairs) > STRANGE_PAIRS * len(
            pairs
        )


def _pairs(name: str) -> list[str]:
    words = WORD.findall(name.casefold())
    return [one + other for word in words for one, other in zip(f"^{word}", f"{word}$", strict=True)]


def _read_as_latin(name: str) -> str | None:
    """What was meant by letters that are the bytes of UTF-8, "" if not all of it is left; None if they are none."""
    if name.isascii():
        return None
    as_bytes = b"".join(_byte(letter) for letter in name)
    if UTF_8_LETTER.search(as_bytes) is None:
        return None
    try:
        return as_bytes.decode()
    except UnicodeDecodeError:
        return ""


def _byte(letter: str) -> bytes:
    """The byte that Windows-1252 shows as this letter; a space for what it does not know."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return letter.encode(encoding)
        except UnicodeEncodeError:
            continue
    return b" "


def _spelled(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return f"'{letter}'" if letter.isprintable() and name else f"the sign U+{ord(letter):04X}"
