"""The name a paper is looked up by: its id or its printed number, in any spelling a person or a program may use."""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.bounds import TooLongError
from chassis.codes import bare_code
from chassis.crockford import canonical, check_character

YEAR: Final = 2
BODY: Final = 10
_HEX: Final = frozenset(string.hexdigits.upper())
_ID: Final = 32
ISSUED_VERSION: Final = 5


@dataclass(frozen=True, slots=True)
class Name:
    """An id, or the ways a number may be stored. `is_checked`: a typing error would have shown, so a name that is not
    found is no paper of ours.
    """

    certificate_id: str | None = None
    numbers: tuple[str, ...] = ()
    is_checked: bool = True


def read_name(text: str, prefixes: Iterable[str]) -> Name | None:
    """What is meant, whatever the case, the digits' script, the spaces and dashes, and O for 0; None: mistyped."""
    try:
        symbols = bare_code(text)
    except TooLongError:
        return None
    if len(symbols) == _ID:
        return _id(symbols.translate(_ONES_AND_ZEROS))
    return _number(symbols, prefixes)


def written_number(prefix: str, symbols: str) -> str:
    """`CC-26-7K3MQ-9QXD2-H`: prefix, two digits of the year, ten symbols, the check character of them all."""
    year, first, second = symbols[:YEAR], symbols[YEAR : YEAR + 5], symbols[YEAR + 5 :]
    return f"{prefix}-{year}-{first}-{second}-{_check(prefix, symbols)}"


def _id(symbols: str) -> Name | None:
    """None for what no paper of ours has as its id: their ids are derived, so each is a UUID of version 5."""
    if not set(symbols) <= _HEX:
        return None
    found = UUID(symbols)
    return Name(certificate_id=str(found)) if found.version == ISSUED_VERSION else None


def _number(symbols: str, prefixes: Iterable[str]) -> Name | None:
    folded = canonical(symbols)
    if folded is None:
        return None
    for prefix in prefixes:
        body = folded.removeprefix(canonical(prefix) or prefix)
        if len(body) < len(folded) and body[:YEAR].isdigit():
            return _of_kind(prefix, body)
    return None


def _of_kind(prefix: str, body: str) -> Name | None:
    if len(body) == YEAR + BODY:
        # As it was printed before numbers had a check character; or the check character was left out.
        whole = written_number(prefix, body)
        return Name(numbers=(whole.rpartition("-")[0], whole), is_checked=False)
    if len(body) != YEAR + BODY + 1 or _check(prefix, body[:-1]) != body[-1]:
        return None
    return Name(numbers=(written_number(prefix, body[:-1]),))


def _check(prefix: str, symbols: str) -> str:
    # Read backwards: forwards CC and LR happen to have one sum, and a number under the wrong prefix would look right.
    return check_character((canonical(prefix) or prefix)[::-1] + symbols)


_ONES_AND_ZEROS: Final = str.maketrans("OIL", "011")
