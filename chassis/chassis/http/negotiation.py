"""Choose language and media type by the quality values of Accept-Language and Accept (RFC 9110, 12.4 and 12.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from chassis.bilingual import Language

# Browsers send about ten; the rest of a longer header is not read.
MAX_ENTRIES: Final = 50
_LONGEST_HEADER: Final = 2_000
_QUALITY: Final = re.compile(r"\s*(?:0(?:\.[0-9]{0,6})?|1(?:\.0{0,6})?|\.[0-9]{1,6})\s*")


def language_of(accept_language: str | None, default: Language = "en") -> Language:
    """The better liked of Hindi and English; the first named of two liked alike, `default` if neither is."""
    named: dict[Language, float] = {}
    others: float | None = None
    for tag, quality in _entries(accept_language):
        language = _LANGUAGES.get(tag.partition("-")[0])
        if language is not None:
            named[language] = max(named.get(language, 0.0), quality)
        elif tag == "*" and others is None:
            others = quality
    liked = dict(named)
    for language in (default, _OTHER[default]):
        if language not in named and others is not None:
            liked[language] = others
    best = max(liked, key=lambda language: liked[language], default=default)
    if liked.get(best, 0.0) > 0:
        return best
    # Nothing is liked: at least not the one that was refused by name.
    return _OTHER[default] if named.get(default) == 0 and _OTHER[default] not in named else default


def preferred_type(accept: str | None, offered: Sequence[str]) -> str:
    """The best liked of the offered media types; the first named of those liked alike, the first offered if none is."""
    wanted = list(_entries(accept))
    best, best_rank = offered[0], (0.0, 0, 0)
    for media_type in offered:
        quality, exactness, place = _rank(media_type, wanted)
        if quality > 0 and (quality, exactness, -place) > best_rank:
            best, best_rank = media_type, (quality, exactness, -place)
    return best


_LANGUAGES: Final[dict[str, Language]] = {"hi": "hi", "en": "en"}
_OTHER: Final[dict[Language, Language]] = {"hi": "en", "en": "hi"}


def _rank(media_type: str, wanted: Sequence[tuple[str, float]]) -> tuple[float, int, int]:
    """Its quality by the most exact entry that covers it, how exact that is, and where it stands."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    for index, wider in enumerate(ranges):
        for place, (name, quality) in enumerate(wanted):
            if name == wider:
                return quality, len(ranges) - index, place
    return 0.0, 0, 0


def _entries(header: str | None) -> Iterator[tuple[str, float]]:
    """(name in lower case, quality) of each entry; an unreadable quality counts as 0."""
    for part in (header or "")[:_LONGEST_HEADER].split(",", MAX_ENTRIES)[:MAX_ENTRIES]:
        name, *parameters = part.split(";")
        if name.strip():
            yield name.strip().lower(), _quality(parameters)


def _quality(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return float(value) if _QUALITY.fullmatch(value) else 0.0
    return 1.0
