"""Writes a romanised name in Devanagari, with the probability that each letter is the one meant.

What a Latin letter may stand for is data (`romanization.csv`), and so are words that names are made of
(`name_words.csv`). Which of them it stands for beside which letters is learned from names known in both scripts.
Romanisation loses the length of vowels and which t and d is meant: it does not give back more than half of all names,
so a spelling is only as good as its `confidence`, and `accuracy.py` measures what that is worth.
"""

import csv
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, Self

DATA: Final = Path(__file__).parent
WORD: Final = re.compile(r"[a-z]+")
HINDI_WORD: Final = re.compile(r"[\u0900-\u097f]+")
NOTHING: Final = "-"
VIRAMA: Final = "\u094d"
NUKTA: Final = "\u093c"
VOWEL_SIGNS: Final = frozenset("ािीुूृेैोौ")
VOWELS: Final = frozenset("अआइईउऊऋएऐओऔ")
LONG_A: Final = "ा"
# How much what is known of a letter in less narrow surroundings counts beside what was seen in narrower ones.
PRIOR: Final = 2.0
LIKELIEST: Final = 8
LEAST_WORD, LEAST_REST = 3, 2
LONG_WORD: Final = 5
AT_AN_END, WITHIN = -0.01, -0.3
KNOWN_WHOLE: Final = 0.95
LATIN_VOWELS: Final = frozenset("aeiou")

Pair = tuple[str, str]
Context = tuple[str, str, str]


class Spelled(NamedTuple):
    """A name in Devanagari, and the probability that all its letters are right."""

    text: str
    confidence: float


class Speller:
    """What each Latin letter stood for, beside which letters, in names known in both scripts."""

    def __init__(self, seen: Mapping[Context, Counter[str]], words: Mapping[str, str]) -> None:
        self._seen = seen
        self._words = words

    @classmethod
    def learned_from(cls, names: Iterable[Pair]) -> Self:
        seen: defaultdict[Context, Counter[str]] = defaultdict(Counter)
        known = [pair for name in names for pair in word_pairs(name)]
        for latin, hindi in (*known, *known_words().items()):
            start = 1
            for letters, output in aligned(latin, hindi) or ():
                for context in _contexts(f"^{latin}$", start, start + len(letters)):
                    seen[context][output] += 1
                start += len(letters)
        return cls(seen, known_words())

    def spell(self, name: str) -> Spelled | None:
        """None for a name with a word that the letters can not write."""
        words = [self._word(word) for word in WORD.findall(name.casefold())]
        if not words or any(word is None for word in words):
            return None
        found = [word for word in words if word is not None]
        text = unicodedata.normalize("NFC", " ".join(word.text for word in found))
        return Spelled(text, math.prod(word.confidence for word in found))

    def _word(self, latin: str) -> Spelled | None:
        """The likeliest outputs of its letters, and of known words in it, that are possible one after the other."""
        whole = len(latin)
        if latin in self._words:
            return Spelled(self._words[latin], KNOWN_WHOLE)
        paths: defaultdict[int, list[tuple[float, str]]] = defaultdict(list, {0: [(0.0, "")]})
        for start in range(whole):
            best = sorted(paths.pop(start, ()), reverse=True)[:LIKELIEST]
            steps = [*self._letters(latin, start), *self._known(latin, start)] if best else []
            for chance, text in best:
                for end, output, more in steps:
                    written = _joined(text, output)
                    if written is not None and not (end == whole and written.endswith(VIRAMA)):
                        paths[end].append((chance + more, written))
        if not paths[whole]:
            return None
        chance, text = max(paths[whole])
        return Spelled(text, min(1.0, math.exp(chance)))

    def _letters(self, latin: str, start: int) -> Iterator[tuple[int, str, float]]:
        letters = next((found for found in longest_first() if latin.startswith(found, start)), "")
        if letters:
            end = start + len(letters)
            for output, chance in self._chances(f"^{latin}$", start + 1, end + 1).items():
                yield end, output, math.log(chance)

    def _known(self, latin: str, start: int) -> Iterator[tuple[int, str, float]]:
        whole = len(latin)
        for length in range(LEAST_WORD, whole - start + 1):
            end = start + length
            hindi = self._words.get(latin[start:end])
            at_the_start = start == 0 and (end == whole or whole - end > LEAST_REST)
            at_the_end = end == whole and start >= LEAST_REST
            if hindi is None or _cut_through(latin, end):
                continue
            if at_the_start or at_the_end or length >= LONG_WORD:
                yield end, hindi, AT_AN_END if start == 0 or end == whole else WITHIN

    def _chances(self, latin: str, start: int, end: int) -> dict[str, float]:
        """Of each output, from the widest surroundings to the narrowest."""
        chances: dict[str, float] = {}
        for context in reversed(list(_contexts(latin, start, end))):
            seen = self._seen.get(context)
            if seen:
                total = seen.total() + (PRIOR if chances else 0.0)
                outputs = sorted({*chances, *seen})
                chances = {one: (seen[one] + PRIOR * chances.get(one, 0.0)) / total for one in outputs}
        return {output: chance for output, chance in chances.items() if chance > 0}


def word_pairs(name: Pair) -> Iterator[Pair]:
    """Word by word where both scripts have as many, else as one word."""
    latin, hindi = WORD.findall(name[0].casefold()), HINDI_WORD.findall(unicodedata.normalize("NFD", name[1]))
    if len(latin) == len(hindi):
        yield from zip(latin, hindi, strict=True)
    elif latin and hindi:
        yield "".join(latin), "".join(hindi)


def aligned(latin: str, hindi: str) -> tuple[Pair, ...] | None:
    """Which letters of a word became what; None if they are not two spellings of one word."""
    outputs = alphabet()

    @cache
    def rest(start: int, written: int) -> tuple[float, tuple[Pair, ...]] | None:
        if start == len(latin):
            return (0.0, ()) if written == len(hindi) else None
        best = None
        for letters in outputs:
            if not latin.startswith(letters, start):
                continue
            for output in outputs[letters]:
                if not hindi.startswith(output, written):
                    continue
                after = rest(start + len(letters), written + len(output))
                # The fewest steps; a letter that leaves nothing, other than a short a, is the last resort.
                cost = 1.0 - 0.01 * len(letters) + (0.3 if not output and letters != "a" else 0.0)
                if after is not None and (best is None or after[0] + cost < best[0]):
                    best = after[0] + cost, ((letters, output), *after[1])
        return best

    found = rest(0, 0)
    return None if found is None else found[1]


@cache
def alphabet() -> Mapping[str, tuple[str, ...]]:
    """What each Latin letter or group of letters may stand for; consonants also without their vowel."""
    with (DATA / "romanization.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["latin"], unicodedata.normalize("NFD", row["devanagari"]).split()) for row in csv.DictReader(file)]
    return {latin: tuple(dict.fromkeys(form for one in outputs for form in _forms(one))) for latin, outputs in rows}


@cache
def longest_first() -> tuple[str, ...]:
    """The letters of the alphabet as they are read in a word; the last ones of the file only serve alignment."""
    return tuple(sorted(alphabet(), key=lambda letters: (-len(letters), letters)))


@cache
def known_words() -> Mapping[str, str]:
    with (DATA / "name_words.csv").open(encoding="utf-8", newline="") as file:
        return {row["latin"]: unicodedata.normalize("NFD", row["devanagari"]) for row in csv.DictReader(file)}


def _forms(output: str) -> tuple[str, ...]:
    if output == NOTHING:
        return ("",)
    consonant = output[-1] not in VOWEL_SIGNS | VOWELS and output[-1] not in "ंँः"
    return (output, output + VIRAMA) if consonant else (output,)


def _joined(text: str, output: str) -> str | None:
    """The text with more letters; None where they can not stand one after the other."""
    if not output:
        return text
    after_consonant = bool(text) and (text[-1] == NUKTA or "\u0915" <= text[-1] <= "\u0939")
    if output[0] in VOWEL_SIGNS and not after_consonant:
        return text + "आ" + output[1:] if output[0] == LONG_A and not text.endswith(VIRAMA) else None
    if output[0] in VOWELS and text and text[-1] not in VOWEL_SIGNS | VOWELS:
        return None
    if output[0] in "ंँः" and (not text or text.endswith(VIRAMA)):
        return None
    return text + output


def _contexts(latin: str, start: int, end: int) -> Iterator[Context]:
    """The surroundings of some letters, the narrowest first; a word is written between ^ and $."""
    letters = latin[start:end]
    two, one = latin[max(0, start - 2) : start], latin[start - 1 : start]
    yield letters, two, latin[end : end + 3]
    yield letters, one, latin[end : end + 3]
    yield letters, two, latin[end : end + 1]
    yield letters, one, latin[end : end + 1]
    yield letters, "*", latin[end : end + 2]
    yield letters, _kind(one), _kind(latin[end : end + 1])
    yield letters, "*", "*"


def _cut_through(latin: str, end: int) -> bool:
    """Whether a word that ends there would take a sound apart: Hat-hauri, Bagh-ela."""
    rest = latin[end : end + 1]
    return rest == "h" or (rest in LATIN_VOWELS and latin[end - 1] not in LATIN_VOWELS) if rest else False


def _kind(letter: str) -> str:
    return letter if letter in "^$" else "vowel" if letter in LATIN_VOWELS else "consonant"
