"""Sections of the law as an FIR names them: `BNS 303(2)`, of BNS where no Act is named."""

import csv
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

from chassis.codes import plain_code
from chassis.settings import load_yaml

HERE: Final = Path(__file__).parent
DEFAULT_ACT: Final = "BNS"
MOST: Final = 40

ACTS: Final[frozenset[str]] = frozenset(load_yaml(HERE / "acts.yaml"))
with (HERE / "bns_2023_sections.csv").open(encoding="utf-8", newline="") as _file:
    BNS: Final[frozenset[str]] = frozenset(row["section"] for row in csv.DictReader(_file))

_NEVER: Final[Mapping[str, Any]] = load_yaml(HERE / "never_online.yaml")
NEVER_ACTS: Final = frozenset(_NEVER["acts"])
NEVER_BNS: Final = tuple((one["from"], one["to"]) for one in _NEVER["bns"])

_FORM: Final = re.compile(
    r"(?:(?P<act>[A-Z]{2,12}) )?(?P<number>[0-9]{1,3}[A-Z]{0,2})(?P<part>(?:\([0-9A-Za-z]{1,5}\)){0,4})"
)


def read_section(text: str) -> str:
    """The section with its Act, in one spelling. ValueError if it is written in no known form."""
    found = _FORM.fullmatch(_spaced(plain_code(text)))
    if found is None or (found["act"] or DEFAULT_ACT) not in ACTS:
        raise ValueError("not a section: a number, with the short name of its Act if it is not BNS")
    return f"{found['act'] or DEFAULT_ACT} {found['number']}{found['part']}"


def unknown_sections(sections: Iterable[str]) -> tuple[str, ...]:
    """Those that BNS does not have; sections of other Acts are taken as they are."""
    return tuple(one for one in sections if _act(one) == DEFAULT_ACT and _number(one) not in BNS)


def never_online(sections: Iterable[str]) -> bool:
    """Whether the law keeps an FIR of these sections, as `read_section` writes them, from being put online."""
    return any(_act(one) in NEVER_ACTS or (_act(one) == DEFAULT_ACT and _is_kept_back(one)) for one in sections)


def _is_kept_back(section: str) -> bool:
    number = int("".join(letter for letter in _number(section) if letter.isdigit()))
    return any(first <= number <= last for first, last in NEVER_BNS)


def _spaced(text: str) -> str:
    """`bns  303 (2)` as `BNS 303(2)`: the parts in brackets keep their case."""
    whole, bracket, part = text.partition("(")
    return " ".join(whole.upper().replace(".", " ").split()) + bracket + part.replace(" ", "")


def without_parts(section: str) -> str:
    """`BNS 303` of `BNS 303(2)`."""
    return section.partition("(")[0]


def _act(section: str) -> str:
    return section.partition(" ")[0]


def _number(section: str) -> str:
    return section.partition(" ")[2].partition("(")[0]


Section = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(read_section)]
Sections = Annotated[tuple[Section, ...], Field(min_length=1, max_length=MOST)]
