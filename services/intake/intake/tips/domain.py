"""What a tip becomes: a submission without a person, a key and a passphrase for paper, times without minutes."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from chassis.bounds import TooLongError
from chassis.clock import Clock
from chassis.codes import bare_code
from chassis.crockford import canonical, check_character, encoded
from event_schemas.districts import LONGEST as LONGEST_DISTRICT
from event_schemas.districts import district_named, names
from intake.catalogue.model import Service
from intake.filing.domain import Person, Submission

SERVICE: Final = "secret-tip"
KEY_PREFIX: Final = "GS"
_KEY_SYMBOLS: Final = 12
_GROUPS: Final = 5
_GROUP: Final = 4
_LONGEST: Final = 200
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_NAME: Final = re.compile(r"[^\W\d_][\w\u0900-\u097f-]*")
_MOST_NAMES: Final = 100


@dataclass(frozen=True, slots=True)
class TipKey:
    """What is noted on paper; together they open the tip, alone neither opens anything. Shown once, stored nowhere."""

    case_key: str = field(repr=False)
    passphrase: str = field(repr=False)


def tip_key(seed: str) -> TipKey:
    """60 bits of key and 66 of passphrase from a filing's secret: a repeat of the same request gets the same again."""
    number = int.from_bytes(_derived(seed, "case key"), "big")
    symbols = encoded(number, _KEY_SYMBOLS)
    digits = f"{int.from_bytes(_derived(seed, 'passphrase'), 'big') % 10 ** (_GROUPS * _GROUP):0{_GROUPS * _GROUP}d}"
    return TipKey(_written_key(symbols), _written_passphrase(digits))


def read_case_key(text: str) -> str:
    """In its one written form, however it was typed. What cannot be a key stays what it is: it opens nothing."""
    symbols = _bare(text).removeprefix(KEY_PREFIX)
    plain = canonical(symbols)
    return _written_key(plain[:-1]) if plain and len(plain) == _KEY_SYMBOLS + 1 and _checked(plain) else ""


def read_passphrase(text: str) -> str:
    digits = _bare(text)
    return _written_passphrase(digits) if digits.isdecimal() and len(digits) == _GROUPS * _GROUP else ""


class CoarseClock:
    """The time without its last part: what is stored of a tip lets nobody find the request in a network's log."""

    def __init__(self, clock: Clock, grain: timedelta) -> None:
        self._clock, self._grain = clock, grain

    def now(self) -> datetime:
        at = self._clock.now()
        return at - (at - _EPOCH) % self._grain


def tip_submission(
    service: Service,
    *,
    text: str,
    district: str | None,
    language: str,
    attributes: Mapping[str, Any],
) -> Submission:
    """Nothing of a person, a network or a device. `district` is a name; else the first one in the words."""
    where = attributes.get("tip_place") or ""
    return Submission(
        service=service,
        language=language,
        channel="web",
        person=Person(),
        description=text,
        district=district or district_in(where),
        attributes=attributes,
    )


def known_district(name: str) -> str | None:
    """As events carry it; None for what is no district of Bihar."""
    if len(name) > LONGEST_DISTRICT:
        return None
    found = district_named(name)
    return found if found in names().values() else None


def district_in(text: str) -> str | None:
    """The first district that is named in a text; names have up to two words."""
    found = _NAME.findall(text)[:_MOST_NAMES]
    for number, single in enumerate(found):
        for candidate in (" ".join(found[number : number + 2]), single):
            if (district := known_district(candidate)) is not None:
                return district
    return None


def _bare(text: str) -> str:
    try:
        return bare_code(text, _LONGEST)
    except TooLongError:
        return ""


def _checked(symbols: str) -> bool:
    return check_character(symbols[:-1]) == symbols[-1]


def _written_key(symbols: str) -> str:
    parts = [symbols[at : at + _GROUP] for at in range(0, _KEY_SYMBOLS, _GROUP)]
    return "-".join([KEY_PREFIX, *parts, check_character(symbols)])


def _written_passphrase(digits: str) -> str:
    return "-".join(digits[at : at + _GROUP] for at in range(0, _GROUPS * _GROUP, _GROUP))


def _derived(seed: str, use: str) -> bytes:
    return hmac.digest(seed.encode(), f"tip {use}".encode(), hashlib.sha256)[:16]
