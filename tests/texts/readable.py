"""What a text for people must be: Hindi in Devanagari, English in Latin letters, no code of a machine in either."""

import re
from collections.abc import Iterator

from chassis.bilingual import Bilingual

# Names of HTTP and of formats that have no other spelling; a developer reads them, in any language.
PROPER_NAMES = frozenset(
    {
        "JSON", "UUID", "Idempotency-Key", "If-Match", "Retry-After", "Authorization", "Bearer", "Allow",
        "Content-Type", "JS", "true", "false",
    }
)  # fmt: skip
PLACEHOLDER = re.compile(r"\{[a-z_]+\}|<[a-z]+>")
LATIN = re.compile(r"[A-Za-z][A-Za-z-]*")
DEVANAGARI = re.compile(r"[\u0900-\u097f]")
CODE = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")
ADDRESS = re.compile(r"/v1/[a-z/]+")


def faults_of(text: Bilingual) -> Iterator[str]:
    """What is wrong with either side, a sentence each."""
    hindi = ADDRESS.sub("", PLACEHOLDER.sub("", text.hi))
    english = ADDRESS.sub("", PLACEHOLDER.sub("", text.en))
    if not DEVANAGARI.search(hindi):
        yield f"no Devanagari: {text.hi!r}"
    yield from (
        f"Latin in Hindi: {latin!r} in {text.hi!r}" for latin in LATIN.findall(hindi) if latin not in PROPER_NAMES
    )
    if not LATIN.search(english):
        yield f"no English: {text.en!r}"
    if DEVANAGARI.search(english):
        yield f"Devanagari in English: {text.en!r}"
    yield from (f"a code in a text: {code!r}" for side in (hindi, english) for code in CODE.findall(side))
    if sorted(PLACEHOLDER.findall(text.hi)) != sorted(PLACEHOLDER.findall(text.en)):
        yield f"other values in Hindi than in English: {text.en!r}"
