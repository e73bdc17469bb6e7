"""What services and clocks are called inside a sentence: intake's catalogue names the ones, the policies the others."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from event_schemas.values import Value

FILE: Final = Path(__file__).with_name("names.json")


class Name(Value):
    hi: str
    en: str


GROUPS: Final = TypeAdapter(Mapping[str, Mapping[str, Name]])


@cache
def names_by_group() -> Mapping[str, Mapping[str, Name]]:
    """`services` and `clocks`, each by code. The file is written by `make generate`."""
    return GROUPS.validate_json(FILE.read_bytes())
