"""How a name sounds, in Hindi or English and however it is spelt: what sounds alike becomes the same letters."""

import re
from dataclasses import dataclass
from typing import Final, Self

from chassis.bounds import normalized

# The longest name of a file has 200 characters; a Devanagari letter becomes four Latin ones at most.
LONGEST_NAME: Final = 1_000
LONGEST_LATIN: Final = 8 * LONGEST_NAME
_LETTERS: Final = "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसहळ"
_SOUNDS: Final = "k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h l"
CONSONANTS: Final = dict(zip(_LETTERS, _SOUNDS.split(" "), strict=True))
VOWELS: Final = dict(
    zip("अआइईउऊएऐओऔऋऑऍ", ["a", "a", "i", "i", "u", "u", "e", "ai", "o", "au", "ri", "o", "e"], strict=True)
)
SIGNS: Final = dict(zip("ािीुूेैोौृॉॅ", ["a", "i", "i", "u", "u", "e", "ai", "o", "au", "ri", "o", "e"], strict=True))
NASALS: Final = frozenset("ंँ")
VIRAMA: Final = "्"
NUKTA: Final = "़"
# Written j and ny, spoken gy.
GYA: Final = "ज्ञ"
# With the dot below, and as often written without it within a word, these are the flapped r of Garkha and Barh.
FLAPPED: Final = {"ड": "r", "ढ": "rh"}
# Spellings of one sound in the names of Bihar; longer ones first.
SOUNDS: Final = (
    ("ksh", "ks"),
    ("x", "ks"),
    ("ck", "k"),
    ("gny", "gy"),
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
    ("rh", "r"),
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
# Letters that take each other's place between spellings: b and v, a flapped r and d, f and p; h is often not heard.
LOOSE: Final = str.maketrans({"v": "b", "d": "r", "f": "p", "h": None, "e": "i", "o": "u", " ": None})
WORD: Final = re.compile(r"[a-z0-9]+")
LAST_A: Final = re.compile(r"a+h?$")
DOUBLED: Final = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it sounds, the consonants that all spellings have, and a form where letters often mistaken are one."""

    sound: str
    bones: str
    loose: str

    @classmethod
    def of(cls, text: str) -> Self | None:
        sound = fold(text)
        if not sound:
            return None
        plain = DOUBLED.sub(r"\1", sound.translate(LOOSE).replace("au", "u").replace("ai", "i"))
        return cls(sound, DOUBLED.sub(r"\1", sound.translate(BONES)), plain)


def fold(text: str) -> str:
    """A name as it sounds: 'मुज़फ़्फ़रपुर', 'Mujaffarpur' and 'MUZAFFARPUR' become one word."""
    plain = normalized("NFKD", latin(text), LONGEST_LATIN).casefold()
    return " ".join(_sound(word) for word in WORD.findall(plain))


def latin(text: str) -> str:
    """Devanagari letter by letter as Latin ones; everything else stays."""
    out: list[str] = []
    inherent = False
    letters = normalized("NFD", text, LONGEST_NAME).replace(GYA, "ग्य")
    for place, letter in enumerate(letters):
        if letter in CONSONANTS:
            out.append(("a" if inherent else "") + _consonant(letters, place))
            inherent = True
        elif letter in SIGNS or letter == VIRAMA:
            out.append(SIGNS.get(letter, ""))
            inherent = False
        elif letter in NASALS:
            out.append("an" if inherent else "n")
            inherent = False
        elif letter != NUKTA:
            # A word's last consonant has no vowel of its own in Hindi as it is spoken.
            out.append(VOWELS.get(letter, normalized("NFC", letter, 1)))
            inherent = False
    return "".join(out)


def _consonant(letters: str, place: int) -> str:
    letter, before = letters[place], letters[place - 1 : place]
    if letter in FLAPPED and (letters[place + 1 : place + 2] == NUKTA or _within_a_word(before)):
        return FLAPPED[letter]
    return CONSONANTS[letter]


def _within_a_word(before: str) -> bool:
    """After a vowel; a doubled consonant and one after a nasal are no flapped ones."""
    return before in SIGNS or before in VOWELS or before in CONSONANTS if before else False


def _sound(word: str) -> str:
    for spelling, sound in SOUNDS:
        word = word.replace(spelling, sound)
    word = DOUBLED.sub(r"\1", word)
    return LAST_A.sub("", word) or word
