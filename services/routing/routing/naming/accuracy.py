"""How often the rule table writes a name as its witnesses do, each name spelled by a table that has not seen it."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from routing.naming.speller import Pair, Speller

PARTS: Final = 10
# Spellings that differ in these alone are one: chandrabindu, a nasal before a consonant, the dots of loan letters.
NASAL: Final = re.compile("[ङञणनम]्(?=[कखगघचछजझटठडढतथदधपफबभ])")
LOAN: Final = re.compile("([कखगजफ])़")


class Tried(NamedTuple):
    """One name, spelled by rules that were learned without it."""

    latin: str
    hindi: str
    spelled: str
    confidence: float

    @property
    def right(self) -> bool:
        return same(self.spelled, self.hindi)


class Accuracy(NamedTuple):
    """Of the names at or above a confidence: their share of all, and the share of them that is right."""

    confidence: float
    share: float
    right: float


def held_out(names: Iterable[Pair]) -> list[Tried]:
    """Each name by a speller that learned from nine tenths of the others, none with its Hindi name."""
    rows = sorted(set(names))
    part_of = {hindi: number % PARTS for number, hindi in enumerate(sorted({plain(hindi) for _, hindi in rows}))}
    tried = []
    for part in range(PARTS):
        speller = Speller.learned_from(row for row in rows if part_of[plain(row[1])] != part)
        for latin, hindi in (row for row in rows if part_of[plain(row[1])] == part):
            spelled = speller.spell(latin)
            tried.append(Tried(latin, hindi, *(spelled or ("", 0.0))))
    return tried


def at_least(tried: Sequence[Tried], confidence: float) -> Accuracy:
    sure = [one for one in tried if one.confidence >= confidence]
    right = sum(one.right for one in sure)
    return Accuracy(confidence, len(sure) / len(tried), right / len(sure) if sure else 0.0)


def same(one: str, other: str) -> bool:
    return plain(one) == plain(other)


def plain(hindi: str) -> str:
    """A spelling without the choices that name nothing else."""
    text = unicodedata.normalize("NFD", hindi).replace("ँ", "ं")
    return LOAN.sub(r"\1", NASAL.sub("ं", text)).replace(" ", "")
