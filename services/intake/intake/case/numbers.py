"""Numbers and secrets a case is known by: tracking number, case id, receipt secret."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Literal, NewType
from zoneinfo import ZoneInfo

from chassis.bounds import TooLongError
from chassis.codes import bare_code
from chassis.crockford import canonical, check_character, encoded

CaseId = NewType("CaseId", str)
TrackingNumber = NewType("TrackingNumber", str)

PREFIX = "JS"
YEAR_SYMBOLS = 2
RANDOM_SYMBOLS = 8
SYMBOL_BITS = 5
LONGEST_TYPED = 80
KOLKATA = ZoneInfo("Asia/Kolkata")


class MistypedTrackingNumber(ValueError):
    """The text cannot be a tracking number: its check character or its shape is wrong. `why` names what is."""

    def __init__(self, why: Literal["far_too_long", "prefix", "length", "character", "check"]) -> None:
        super().__init__(why)
        self.why = why


def new_tracking_number(filed_at: datetime) -> TrackingNumber:
    """`JS-YY-XXXX-XXXX-C`: the year of filing in India, 40 random bits, a check character."""
    year = f"{filed_at.astimezone(KOLKATA).year % 100:02d}"
    drawn = secrets.randbits(RANDOM_SYMBOLS * SYMBOL_BITS)
    return _formatted(year + encoded(drawn, RANDOM_SYMBOLS))


def parse_tracking_number(text: str) -> TrackingNumber:
    """The number in its one written form; case, separators, digits of any script, joiners and O/0, I/L/1 are forgiven,
    a wrong character is not.
    """
    try:
        symbols = bare_code(text, LONGEST_TYPED)
    except TooLongError:
        raise MistypedTrackingNumber("far_too_long") from None
    if not symbols.startswith(PREFIX):
        raise MistypedTrackingNumber("prefix")
    symbols = symbols[len(PREFIX) :]
    if len(symbols) != YEAR_SYMBOLS + RANDOM_SYMBOLS + 1:
        raise MistypedTrackingNumber("length")
    written = canonical(symbols)
    if written is None:
        raise MistypedTrackingNumber("character")
    if not written[:YEAR_SYMBOLS].isdigit() or check_character(written[:-1]) != written[-1]:
        raise MistypedTrackingNumber("check")
    return _formatted(written[:-1])


def _formatted(symbols: str) -> TrackingNumber:
    year, first, second = symbols[:2], symbols[2:6], symbols[6:10]
    return TrackingNumber(f"{PREFIX}-{year}-{first}-{second}-{check_character(symbols)}")


def receipt_secret(key: bytes, case_id: str, idempotency_key: str) -> str:
    """192 bits that a repeat with the same key gets again; the store holds neither them nor the key they hang on."""
    digest = hmac.digest(key, f"receipt\0{case_id}\0{idempotency_key}".encode(), hashlib.sha256)
    return _text_of(digest[:24])


def new_receipt_secret() -> str:
    return secrets.token_urlsafe(24)


def _text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def receipt_hash(secret: str) -> str:
    """A plain hash is enough: the secret has 192 random bits, so it cannot be guessed from it."""
    return hashlib.sha256(secret.encode()).hexdigest()
