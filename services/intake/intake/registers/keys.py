"""What an entry is found by: names as they sound, in Hindi or English and however spelt; numbers as they are."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from chassis.bounds import normalized
from chassis.codes import bare_code
from chassis.settings import load_yaml
from chassis.sounds import DOUBLED, LONGEST_LATIN, SOUNDS, WORD, latin
from intake.registers.model import SEARCH, Kind, Searched

# Every entry has it: a search without a name is a search by it.
ANY: Final = ""
MOST_OF_AN_ENTRY: Final = 60
MOST_OF_A_SEARCH: Final = 6
LONGEST_QUERY: Final = 200
# A number has digits in it and is not shorter.
LEAST_CODE: Final = 4
# Marks of keys: a number, the consonants of a name, what entries have in common that may be the same matter.
CODE, BONES, TRAIT = "#", "~", "="
_DIGIT: Final = re.compile(r"\d")
# m is not n here, as it is in names of places: Kamal is not Kanal. Before a lip's sound both are written.
_SOUNDS: Final = (("ow", "au"), *((one, other) for one, other in SOUNDS if one != "m"), ("nb", "mb"), ("nf", "mf"))
# v and b, a flapped r and d take each other's place; a is not always written, e and i, o and u are one.
_LOOSE: Final = str.maketrans({"v": "b", "d": "r", "f": "p", "h": None, "e": "i", "o": "u"})
_VOWEL: Final = str.maketrans("", "", "aiu")


def name_keys(text: str) -> tuple[str, ...]:
    """The parts of a name, each as it sounds and by its consonants alone."""
    parts = sounds_of(text)
    return tuple(dict.fromkeys(key for part in parts for key in (part, f"{BONES}{_bones(part)}")))


def sounds_of(text: str) -> tuple[str, ...]:
    """The parts of a text as they sound, in their order."""
    plain = normalized("NFKD", latin(text[: LONGEST_QUERY * 5]), LONGEST_LATIN).casefold()
    parts = (_sound(part) for part in WORD.findall(plain))
    return tuple(dict.fromkeys(part for part in parts if part))


def place_of(district: str) -> str:
    """A district's name in either script as one key."""
    return "".join(sounds_of(district))


def code_key(number: str) -> str:
    return f"{CODE}{bare_code(number[:LONGEST_QUERY])}"


def trait_key(kind: Kind, attributes: Mapping[str, Any]) -> str | None:
    """What an entry and those it may be the same as have in common; None if it does not name all of it."""
    if kind.like is None or any(attributes.get(name) is None for name in kind.like.same):
        return None
    return TRAIT + "|".join(str(attributes[name]) for name in kind.like.same)


def keys_of(kind: Kind, attributes: Mapping[str, Any]) -> tuple[str, ...]:
    """All keys of an entry with these attributes; of a very long text only the first."""
    found: list[str] = [ANY]
    trait = trait_key(kind, attributes)
    if trait is not None:
        found.append(trait)
    for name, field in kind.fields.items():
        value = attributes.get(name)
        if isinstance(value, str) and value and SEARCH in field:
            found += _KEYS_BY[Searched(field[SEARCH])](value)
    return tuple(dict.fromkeys(found))[:MOST_OF_AN_ENTRY]


def search_keys(text: str, *, loose: bool = False) -> tuple[str, ...]:
    """What an entry must have to be found by a text, the rarest first as far as can be known; () for nothing to find.

    `loose`: by consonants alone, for what is spelt like nothing there.
    """
    parts = text[:LONGEST_QUERY].split()
    numbers = [code_key(part) for part in parts if _DIGIT.search(part) and len(bare_code(part)) >= LEAST_CODE]
    names = sounds_of(" ".join(part for part in parts if code_key(part) not in numbers))
    found = [f"{BONES}{_bones(part)}" for part in names] if loose else list(names)
    ordered = sorted(dict.fromkeys(found), key=lambda key: (key.removeprefix(BONES) in _common(), -len(key), key))
    return tuple([*numbers, *ordered][:MOST_OF_A_SEARCH])


def _sound(part: str) -> str:
    heard = _heard(part)
    return _equals().get(heard, heard)


def _heard(part: str) -> str:
    for spelling, sound in _SOUNDS:
        part = part.replace(spelling, sound)
    part = part.translate(_LOOSE)
    for diphthong, vowel in (("ai", "i"), ("au", "u")):
        part = part.replace(diphthong, vowel)
    return DOUBLED.sub(r"\1", part[:1] + part[1:].replace("a", ""))


def _bones(sound: str) -> str:
    """Consonants alone, but for a first vowel: that there is one is heard, and which one is not."""
    bones = DOUBLED.sub(r"\1", sound[1:].translate(_VOWEL))
    return ("a" if sound[:1] in "aiu" else sound[:1]) + bones


def _names(text: str) -> Iterable[str]:
    return name_keys(text)


def _text(text: str) -> Iterable[str]:
    return sounds_of(text)


def _code(text: str) -> Iterable[str]:
    return (code_key(text),)


_KEYS_BY: Final = {Searched.NAME: _names, Searched.TEXT: _text, Searched.CODE: _code}


@cache
def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = load_yaml(Path(__file__).with_name("name_parts.yaml"))
    return data


@cache
def _equals() -> Mapping[str, str]:
    """Parts of names that are one and do not sound alike."""
    groups = [[_heard(latin(part)) for part in group] for group in _data()["equal"]]
    return {part: group[0] for group in groups for part in group}


@cache
def _common() -> frozenset[str]:
    """The sounds of parts that very many names have."""
    return frozenset(_sound(latin(part)) for part in _data()["common"])
