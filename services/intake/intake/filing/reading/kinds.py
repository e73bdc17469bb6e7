"""The kinds of help and the words people use for them, in Hindi, Urdu, English and Hindi in Latin letters."""

import re
from collections.abc import Mapping
from itertools import pairwise

from chassis.bounds import normalized
from chassis.codes import ascii_digits

KINDS = ("police", "ambulance", "fire")

# Whole words; a star stands for any ending. Numbers are those of the old help lines, which people still know.
TERMS: Mapping[str, str] = {
    "police": """
        police polic pulis puliss polis thana thaana daroga cop cops 100 112 पुलिस पोलिस पुलीस थाना दरोगा दारोगा
        पुलिसवाला پولیس پولس تھانہ theft chori robbery loot dakaiti murder hatya चोरी लूट डकैती हत्या چوری
    """,
    "ambulance": """
        ambulance* ambulence* ambulans* amblance* embulance* embulans* doctor daktar daaktar hospital aspatal
        medical medic health accident durghatna injured injury ghayal ghaayal bimar beemar heart stroke delivery
        102 108 एंबुलेंस* एम्बुलेंस* एंबुलेन* एम्बुलेन* एंबुलैंस* एम्बुलैंस* ऐंबुलेंस* ऐम्बुलेंस* एम्बूलेंस* अम्बुलेंस* एंब्युलन्स*
        डॉक्टर डाक्टर अस्पताल चिकित्सा दुर्घटना घायल बीमार हार्टअटैक ایمبولینس* ایمبولنس* ڈاکٹر ہسپتال اسپتال حادثہ زخمی
    """,
    "fire": """
        fire firebrigade* fireengine* firetruck* firefighter* fireservice* damkal damkaal damakal dumkal agnishaman
        agnisaman aag aga aagzani agni agnikand 101 आग अग्नि अग्निशमन अग्निशामक अग्निकांड आगजनी दमकल फायर फ़ायर
        फायरब्रिगेड* آگ آتش دمکل فائر
    """,
}

_BREAKS = re.compile(r"[\s,;:/|+&()\[\]{}<>\"'.!?=_\u0964\u060c\u061b\u2010-\u2015-]+")
MAX_TOKENS = 300
MAX_TOKEN = 40


def _entries() -> tuple[Mapping[str, str], tuple[tuple[str, str], ...]]:
    whole: dict[str, str] = {}
    beginnings: list[tuple[str, str]] = []
    for kind, text in TERMS.items():
        for token in text.split():
            plain = _plain(token.removesuffix("*"))
            if token.endswith("*"):
                beginnings.append((plain, kind))
            else:
                whole[plain] = kind
    return whole, tuple(beginnings)


def _plain(token: str) -> str:
    """One spelling of a short word: compatibility forms, case, nukta and joiners aside; digits of any script."""
    decomposed = normalized("NFKD", token, MAX_TOKEN).casefold()
    return ascii_digits("".join(letter for letter in decomposed if letter not in "\u093c\u200c\u200d\u0640"))


_WHOLE, _BEGINNINGS = _entries()


def kinds_in(text: str) -> frozenset[str]:
    """The kinds of help a short text asks for; empty if it holds no word that is known."""
    tokens = [
        _plain(token) for token in _BREAKS.split(text[:2_000], MAX_TOKENS)[:MAX_TOKENS] if 0 < len(token) <= MAX_TOKEN
    ]
    joined = [first + second for first, second in pairwise(tokens)]
    return frozenset(kind for token in (*tokens, *joined) if (kind := _kind_of(token)) is not None)


def _kind_of(token: str) -> str | None:
    known = _WHOLE.get(token)
    return known or next((kind for beginning, kind in _BEGINNINGS if token.startswith(beginning)), None)
