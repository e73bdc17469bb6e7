"""Find the words of a danger that is happening now in what a citizen wrote, by phrases that are data."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from chassis.bounds import normalized
from chassis.settings import load_yaml

SHIPPED = Path(__file__).parents[1] / "texts" / "danger.yaml"
MAX_CHARACTERS = 20_000
MAX_TOKENS = 2_000
BETWEEN = 3
_TOKEN = re.compile(r"[^\s,;:/|+&()\[\]{}<>\"'.!?=_\u0964\u060c\u061b\u061f\u2010-\u2015-]+")
_NUKTA, _CHANDRABINDU, _ANUSVARA = "\u093c", "\u0901", "\u0902"
_JOINERS = "\u200b\u200c\u200d\ufeff"


def in_danger(text: str) -> bool:
    """Whether one of the shipped phrases stands in the text; looks at its first 2,000 words."""
    return shipped_phrases().found(_tokens(text[:MAX_CHARACTERS]))


class Phrases:
    """Phrases by their first word, so that each word of a text is looked up once."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._whole: Mapping[str, list[Sequence[str]]] = defaultdict(list)
        self._beginnings: list[Sequence[str]] = []
        for phrase in phrases:
            tokens = [_plain(token) for token in phrase.split()]
            if tokens[0].endswith("*"):
                self._beginnings.append(tokens)
            else:
                self._whole[tokens[0]].append(tokens)
        self._prefixes = tuple(tokens[0][:-1] for tokens in self._beginnings)

    def found(self, tokens: Sequence[str]) -> bool:
        return any(
            _follows(tokens, number, phrase[1:])
            for number, token in enumerate(tokens)
            # Few words of a text begin a phrase: the others cost two looks and no more.
            if token in self._whole or token.startswith(self._prefixes)
            for phrase in (
                *self._whole.get(token, ()),
                *(one for one in self._beginnings if token.startswith(one[0][:-1])),
            )
        )


@cache
def shipped_phrases() -> Phrases:
    by_language: Mapping[str, Sequence[str]] = load_yaml(SHIPPED)
    return Phrases(phrase for phrases in by_language.values() for phrase in phrases)


def _follows(tokens: Sequence[str], number: int, rest: Sequence[str]) -> bool:
    """Each word of the rest, in order, with at most BETWEEN others before it."""
    for wanted in rest:
        for place in range(number + 1, min(number + 2 + BETWEEN, len(tokens))):
            if tokens[place] == wanted or (wanted.endswith("*") and tokens[place].startswith(wanted[:-1])):
                number = place
                break
        else:
            return False
    return True


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(_plain(text))[:MAX_TOKENS]


def _plain(text: str) -> str:
    """One spelling: small letters, no nukta, no joiners, chandrabindu as anusvara."""
    folded = text.casefold()
    # translate() looks each letter up in a dict; most texts have none of the four.
    for joiner in _JOINERS:
        folded = folded.replace(joiner, "")
    decomposed = normalized("NFD", folded, MAX_CHARACTERS * 4)
    return decomposed.replace(_NUKTA, "").replace(_CHANDRABINDU, _ANUSVARA)
