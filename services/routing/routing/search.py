"""Finding stations by name, in English or Hindi, however it is spelt: what sounds alike is compared, not letters."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from rapidfuzz import fuzz

from routing.domain import StationKind, StationRecord
from routing.importing.words import clean_code

# Below this a match is a coincidence of letters; found by trying the state's own names misspelt.
LEAST_SCORE: Final = 78.0
# A short word is inside too many names to be looked for inside them.
LEAST_PARTIAL: Final = 4

_LETTERS: Final = "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह"
_SOUNDS: Final = "k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h"
CONSONANTS: Final = dict(zip(_LETTERS, _SOUNDS.split(" "), strict=True))
VOWELS: Final = dict(zip("अआइईउऊएऐओऔऋ", ["a", "a", "i", "i", "u", "u", "e", "ai", "o", "au", "ri"], strict=True))
SIGNS: Final = dict(zip("ािीुूेैोौृ", ["a", "i", "i", "u", "u", "e", "ai", "o", "au", "ri"], strict=True))
NASALS: Final = frozenset("ंँ")
VIRAMA: Final = "्"
NUKTA: Final = "़"
# Spellings of one sound in the names of Bihar; longer ones first.
SOUNDS: Final = (
    ("chh", "c"),
    ("ch", "c"),
    ("sh", "s"),
    ("ph", "f"),
    ("kh", "k"),
    ("gh", "g"),
    ("jh", "j"),
    ("th", "t"),
    ("dh", "d"),
    ("bh", "b"),
    ("ee", "i"),
    ("oo", "u"),
    ("ou", "au"),
    ("z", "j"),
    ("w", "v"),
    ("y", "i"),
    ("q", "k"),
    ("m", "n"),
)
BONES: Final = str.maketrans({"a": None, "e": "i", "o": "u", "v": "u", " ": None})
WORD: Final = re.compile(r"[a-z0-9]+")
DOUBLED: Final = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it sounds, and the consonants that every spelling of it has."""

    sound: str
    bones: str

    @classmethod
    def of(cls, text: str) -> Self | None:
        sound = fold(text)
        return cls(sound, DOUBLED.sub(r"\1", sound.translate(BONES))) if sound else None


class SearchIndex:
    """The names of one version, folded to how they sound."""

    def __init__(self, stations: Sequence[StationRecord]) -> None:
        self._rows = [
            (
                station,
                tuple(
                    {
                        name
                        for text in (station.name_en, station.name_source, station.name_hi)
                        if (name := Name.of(text))
                    }
                ),
                fold(station.district),
            )
            for station in stations
        ]

    def find(
        self, *, q: str | None = None, district: str | None = None, kind: StationKind | None = None
    ) -> list[StationRecord]:
        """All that fit, by code; with words to look for, the best first."""
        wanted = district.strip().casefold() if district else None
        rows = [
            row
            for row in self._rows
            if (kind is None or row[0].kind is kind)
            and (wanted is None or wanted in {row[0].district.casefold(), row[0].police_district.casefold()})
        ]
        if q is None:
            return [station for station, _, _ in rows]
        code, words = clean_code(q) or q.strip(), Name.of(q)
        if words is None:
            return [station for station, _, _ in rows if station.code == code]
        scored = [(_score(words, names, place), station) for station, names, place in rows if station.code != code]
        best = sorted(
            ((score, station) for score, station in scored if score >= LEAST_SCORE),
            key=lambda item: (-item[0], item[1].code),
        )
        exact = [station for station, _, _ in rows if station.code == code]
        return [*exact, *(station for _, station in best)]


def fold(text: str) -> str:
    """A name as it sounds: 'मुज़फ़्फ़रपुर', 'Mujaffarpur' and 'MUZAFFARPUR' become one word."""
    plain = unicodedata.normalize("NFKD", latin(text)).casefold()
    return " ".join(_sound(word) for word in WORD.findall(plain))


def latin(text: str) -> str:
    """Devanagari letter by letter as Latin ones; everything else stays."""
    out: list[str] = []
    inherent = False
    for letter in unicodedata.normalize("NFD", text):
        if letter in CONSONANTS:
            out.append(("a" if inherent else "") + CONSONANTS[letter])
            inherent = True
        elif letter in SIGNS or letter == VIRAMA:
            out.append(SIGNS.get(letter, ""))
            inherent = False
        elif letter in NASALS:
            out.append("an" if inherent else "n")
            inherent = False
        elif letter != NUKTA:
            # A word's last consonant has no vowel of its own in Hindi as it is spoken.
            out.append(VOWELS.get(letter, letter))
            inherent = False
    return "".join(out)


def _sound(word: str) -> str:
    for spelling, sound in SOUNDS:
        word = word.replace(spelling, sound)
    word = DOUBLED.sub(r"\1", word)
    return word.rstrip("a") or word


def _score(words: Name, names: Sequence[Name], place: str) -> float:
    return max((_score_one(words, name, place) for name in names), default=0.0)


def _score_one(words: Name, name: Name, place: str) -> float:
    whole = fuzz.ratio(words.sound, name.sound)
    # "kotwali patna" names a station and its district.
    placed = fuzz.token_sort_ratio(words.sound, f"{name.sound} {place}") - 2.0
    inside = LEAST_PARTIAL <= len(words.sound) <= len(name.sound)
    part = 0.9 * fuzz.partial_ratio(words.sound, name.sound) if inside else 0.0
    # Hindi writes no short a, and o, u, v or e, i change places between spellings: compare the bones too.
    bones = fuzz.ratio(words.bones, name.bones) - 3.0
    if min(len(words.bones), len(name.bones)) < LEAST_PARTIAL and words.bones != name.bones:
        bones = 0.0
    return max(whole, placed, part, bones)
