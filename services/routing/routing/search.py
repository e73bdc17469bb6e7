"""Finding stations by name, in English or Hindi, however it is spelt: what sounds alike is compared, not letters."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from chassis.importing.cells import clean_code
from chassis.sounds import Name, fold
from routing.domain import Dataset, StationKind, StationRecord

# Below this a match is a coincidence of letters; found by trying the state's own names misspelt.
LEAST_SCORE: Final = 78.0
# A short word is inside too many names to be looked for inside them.
LEAST_PARTIAL: Final = 4
# What every station's name may be followed by; it distinguishes none.
OF_ANY_STATION: Final = frozenset({"thana", "tana", "ps", "p.s.", "police", "station", "थाना", "पुलिस", "स्टेशन"})

Scores = NDArray[np.float64]


class SearchIndex:
    """The names of one version, folded to how they sound. `districts` are other names of each district."""

    def __init__(self, stations: Sequence[StationRecord], districts: Mapping[str, Sequence[str]] | None = None) -> None:
        self._stations = list(stations)
        self._districts = _spellings(stations, districts or {})
        owners: list[int] = []
        names: list[Name] = []
        for number, station in enumerate(stations):
            texts = (station.name_en, station.name_source, station.name_hi)
            for name in dict.fromkeys(name for text in texts if (name := Name.of(text))):
                owners.append(number)
                names.append(name)
        self._owners = np.array(owners, dtype=np.intp)
        self._sounds = [name.sound for name in names]
        self._bones = [name.bones for name in names]
        self._loose = [name.loose for name in names]
        self._long = np.array([len(sound) for sound in self._sounds])
        self._words = np.array([sound.count(" ") + 1 for sound in self._sounds])
        self._placed = [
            f"{name.sound} {fold(stations[owner].district)}" for name, owner in zip(names, owners, strict=True)
        ]

    @classmethod
    def of_version(cls, dataset: Dataset) -> Self:
        """With the districts' Hindi names, and the English ones of police districts."""
        names: dict[str, list[str]] = {row.district: [row.name_hi] for row in dataset.outlines if row.name_hi}
        for row in dataset.police_districts:
            names.setdefault(row.name, []).extend(name for name in (row.name_en, row.name_hi) if name)
        return cls(dataset.stations, names)

    def find(
        self, *, q: str | None = None, district: str | None = None, kind: StationKind | None = None
    ) -> list[StationRecord]:
        """All that fit, by code; with words to look for, the best first."""
        wanted = self._wanted(district)
        fits = [
            (kind is None or station.kind is kind)
            and (wanted is None or station.district in wanted or station.police_district in wanted)
            for station in self._stations
        ]
        if q is None:
            return [station for station, fit in zip(self._stations, fits, strict=True) if fit]
        code, words = clean_code(q) or q.strip(), Name.of(without_station(q))
        scores = self._scores(words) if words is not None else np.zeros(len(self._stations))
        found = [
            (station.code != code, -score, station)
            for station, fit, score in zip(self._stations, fits, scores.tolist(), strict=True)
            if fit and (score >= LEAST_SCORE or station.code == code)
        ]
        return [station for _, _, station in sorted(found, key=lambda row: (*row[:2], row[2].code))]

    def _wanted(self, district: str | None) -> frozenset[str] | None:
        """The districts that a name means: as it is spelt, else by its sound."""
        if district is None:
            return None
        found = (self._districts.get(key) for key in _keys(district))
        return next((names for names in found if names), frozenset())

    def _scores(self, words: Name) -> Scores:
        """How well the words fit each station, by the best of its names."""
        whole = _ratios(words.sound, self._sounds)
        # "kotwali patna" names a station and its district.
        placed = _ratios(words.sound, self._placed, fuzz.token_sort_ratio) - 2.0
        # Hindi writes no short a, and o, u, v or e, i change places between spellings: compare the bones too.
        bones = _skeletons(words.bones, self._bones) - 3.0
        loose = _skeletons(words.loose, self._loose) - 4.0
        best = np.maximum.reduce([whole, placed, bones, loose])
        if len(words.sound) >= LEAST_PARTIAL:
            part = 0.9 * _ratios(words.sound, self._sounds, fuzz.partial_ratio)
            best = np.maximum(best, np.where(self._long >= len(words.sound), part, 0.0))
            # The words as the beginning of a longer name: "रक्सौल" of Raxaul Bazar.
            best = np.maximum(best, 0.95 * self._beginnings(words))
        if " " in words.sound:
            best = np.maximum(best, 0.85 * self._begun_by(words))
        scores = np.zeros(len(self._stations))
        np.maximum.at(scores, self._owners, best)
        return scores

    def _beginnings(self, words: Name) -> Scores:
        count = words.sound.count(" ") + 1
        heads = [sound.split(" ", count)[:count] if " " in sound else [] for sound in self._sounds]
        return _ratios(words.sound, [" ".join(head) for head in heads])

    def _begun_by(self, words: Name) -> Scores:
        """The words may say more than the name: "फुलवारी शरीफ" of Phulwari."""
        scores = np.zeros(len(self._sounds))
        parts = words.sound.split(" ")
        for count in range(1, len(parts)):
            ratios = _ratios(" ".join(parts[:count]), self._sounds)
            fits = (self._long > LEAST_PARTIAL) & (self._words == count)
            scores = np.maximum(scores, np.where(fits, ratios, 0.0))
        return scores


def without_station(text: str) -> str:
    """The words of a query that name a place; all of them if none does."""
    words = text.split()
    return " ".join(word for word in words if word.casefold() not in OF_ANY_STATION) or text


def _ratios(words: str, names: Sequence[str], scorer: Callable[..., float] = fuzz.ratio) -> Scores:
    table = process.cdist([words], names, scorer=scorer, dtype=np.float64)
    return np.asarray(table[0], dtype=np.float64)


def _skeletons(words: str, names: Sequence[str]) -> Scores:
    """What is left of a short name fits too many: it counts only where it is the same."""
    short = len(words) < LEAST_PARTIAL
    same = np.array([words == name for name in names])
    usable = same | np.array([not short and len(name) >= LEAST_PARTIAL for name in names])
    return np.where(usable, _ratios(words, names), 0.0)


def _spellings(stations: Sequence[StationRecord], more: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    names = {name for station in stations for name in (station.district, station.police_district)}
    for name in sorted(names):
        for spelling in (name, *more.get(name, ())):
            for key in _keys(spelling):
                found.setdefault(key, set()).add(name)
    return {key: frozenset(names) for key, names in found.items()}


def _keys(name: str) -> tuple[str, ...]:
    """As it is spelt, as it sounds, and its consonants: the more exact one first."""
    folded = Name.of(name)
    return (" ".join(name.split()).casefold(), *((folded.sound, f"{folded.bones} ") if folded else ()))
