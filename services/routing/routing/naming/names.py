"""Hindi names of stations and districts from the sources: a witness, a place and its parts, the same name elsewhere, or
the rule table; each with its origin and how far it can be trusted. What none of them gives stays Latin.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from routing.naming.accuracy import at_least, held_out
from routing.naming.speller import Speller

Row = Mapping[str, str]

WORDS: Final = re.compile(r"[A-Z./]+")
# How sure a spelling is by its witnesses: several that agree, one alone or some that disagree. Estimates, not measured.
AGREED, DOUBTFUL = 0.95, 0.7
# A place with a part such as "mufassil" is put together here: how the police write it is not shown by any source.
COMPOSED, ELSEWHERE = 0.85, 0.6
# A Latin name that is this much like its witness's is the same name.
ALIKE: Final = 85.0
LEAST_RULE: Final = 0.85
KINDS: Final = ("station", "block", "town", "district")


class HindiName(NamedTuple):
    """`origin`: witnessed, parts, rule, or "" where there is no Hindi name."""

    text: str = ""
    origin: str = ""
    confidence: float = 0.0


class Witnesses:
    """The spellings of the sources, by station."""

    def __init__(self, names: Sequence[Row], parts: Sequence[Row]) -> None:
        self._rows = list(names)
        self._parts = {
            tuple(part.split()): row["part_hi"] for row in parts for part in row["part_en"].split(";") if part
        }
        self._whole = {code for row in parts for code in row["whole_station_codes"].split(";") if code}
        self._of = _by_code(names, "matched_station_codes")
        self._elsewhere = _by_code(names, "same_name_elsewhere_codes")

    def of_station(self, code: str, name: str) -> HindiName:
        words = WORDS.findall(name.upper())
        if code in self._whole and (whole := self._of_parts(words)) is not None:
            return HindiName(" ".join(whole), "parts", AGREED)
        found = max(self._composed(words, self._of[code]), default=None, key=lambda row: row[0])
        if found is not None:
            score, text, row, alone = found
            sure = _trusted(row) if score >= ALIKE else DOUBTFUL
            return HindiName(text, "witnessed", sure) if alone else HindiName(text, "parts", min(sure, COMPOSED))
        if self._elsewhere[code]:
            return HindiName(self._elsewhere[code][0]["name_hi"], "witnessed", ELSEWHERE)
        return HindiName()

    def of_district(self, name: str) -> HindiName:
        """A revenue district, or a police district that is named by a town or a block."""
        alike = [
            (_alike(name.upper(), row["name_en"]), -KINDS.index(row["kind"]), row["name_hi"]) for row in self._rows
        ]
        score, _, text = max(alike)
        return HindiName(text, "witnessed", AGREED) if score >= ALIKE else HindiName()

    def _composed(self, words: Sequence[str], rows: Sequence[Row]) -> Iterator[tuple[float, str, Row, bool]]:
        """Each way to see a witness's place in the name, with nothing but known parts around it."""
        for start in range(len(words)):
            for end in range(len(words), start, -1):
                before, after = self._of_parts(words[:start]), self._of_parts(words[end:])
                if before is None or after is None:
                    continue
                place = " ".join(words[start:end])
                for row in rows:
                    score = _alike(place, row["name_en"]) - 3.0 * (len(before) + len(after))
                    yield score, " ".join((*before, row["name_hi"], *after)), row, not (before or after)

    def _of_parts(self, words: Sequence[str]) -> list[str] | None:
        """The words as known parts, of two words before those of one; None if one is not known."""
        out: list[str] = []
        rest = list(words)
        while rest:
            length = next((count for count in (2, 1) if tuple(rest[:count]) in self._parts), 0)
            if not length:
                return None
            out.append(self._parts[tuple(rest[:length])])
            rest = rest[length:]
        return out


def hindi_names(stations: Sequence[Row], witnesses: Witnesses) -> dict[str, HindiName]:
    """By code (`ps_cd`). What the rule table alone can write is taken where it is sure."""
    found = {row["ps_cd"]: witnesses.of_station(row["ps_cd"], row["name"]) for row in stations}
    known = [(row["name"], found[row["ps_cd"]].text) for row in stations if found[row["ps_cd"]].origin == "witnessed"]
    measured = round(at_least(held_out(known), LEAST_RULE).right, 2)
    speller = Speller.learned_from(known)
    for row in stations:
        if not found[row["ps_cd"]].text:
            spelled = speller.spell(row["name"])
            if spelled is not None and spelled.confidence >= LEAST_RULE:
                found[row["ps_cd"]] = HindiName(spelled.text, "rule", measured)
    return found


def _by_code(rows: Sequence[Row], column: str) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda item: KINDS.index(item["kind"])):
        for code in filter(None, row[column].split(";")):
            found[code].append(row)
    return found


def _trusted(row: Row) -> float:
    return AGREED if int(row["witnesses"]) > 1 and not row["other_forms"] else DOUBTFUL


def _alike(place: str, witness: str) -> float:
    one, other = place, " ".join(witness.upper().split())
    return max(fuzz.ratio(one, other), fuzz.ratio(one.replace(" ", ""), other.replace(" ", "")))
