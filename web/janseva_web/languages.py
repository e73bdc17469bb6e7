"""The languages of the pages: one gettext catalogue each in locale/, found by its name, with nothing to compile."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from gettext import GNUTranslations
from pathlib import Path
from typing import Final, Self

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from prometheus_client import CollectorRegistry, Counter

from chassis.bilingual import LANGUAGES, Language

SHIPPED: Final = Path(__file__).with_name("locale")
# Hindi first; what another language lacks is shown in it.
DEFAULT: Final[Language] = "hi"
# The languages in which the services answer.
ANSWERED: Final = LANGUAGES
INDIA: Final = timezone(timedelta(hours=5, minutes=30))
LONGEST_HEADER: Final = 500


@dataclass(frozen=True, slots=True)
class PageLanguage:
    """One language: its texts by key, its direction, its dates and numbers."""

    code: str
    locale: Locale
    catalogue: GNUTranslations
    keys: frozenset[str]
    fallback: PageLanguage | None = None
    missing: Counter | None = field(default=None, repr=False)

    @property
    def direction(self) -> str:
        return str(self.locale.text_direction)

    @property
    def own_name(self) -> str:
        """As its speakers write it."""
        return str(self.locale.get_display_name(self.code) or self.code)

    @property
    def asked(self) -> str:
        """The Accept-Language for the services' own texts."""
        return self.code if self.code in ANSWERED else f"{self.code}, {DEFAULT};q=0.9"

    @property
    def filed(self) -> Language:
        """The language of a case's messages."""
        return next((one for one in ANSWERED if one == self.code), DEFAULT)

    def text(self, key: str, **values: object) -> str:
        """The text of a key, {names} filled in. A missing one is counted and shown in Hindi."""
        return self._holder(key).catalogue.gettext(key).format_map(values) if values else self._plain(key)

    def plural(self, key: str, number: int, **values: object) -> str:
        """The text of a key in the form that the number asks for; {number} is written as the language does."""
        holder = self._holder(key)
        filled = {"number": self.number(number), **values}
        return holder.catalogue.ngettext(key, key, number).format_map(filled)

    def has(self, key: str) -> bool:
        return key in self.keys or (self.fallback is not None and self.fallback.has(key))

    def of(self, names: Mapping[str, str] | None) -> str:
        """Of a text that a service gave in several languages, this one, else Hindi."""
        return (names or {}).get(self.code) or (names or {}).get(DEFAULT) or next(iter((names or {}).values()), "")

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self.locale)

    def percent(self, share: float) -> str:
        return format_percent(share, "#,##0%", locale=self.locale)

    def moment(self, at: datetime) -> str:
        """Day and time by India's clock."""
        return format_datetime(at.astimezone(INDIA), "d MMMM y, h:mm a", locale=self.locale)

    def day(self, at: date) -> str:
        """The day of a moment by India's clock, or a day as it is."""
        day = at.astimezone(INDIA).date() if isinstance(at, datetime) else at
        return format_date(day, "d MMMM y", locale=self.locale)

    def span(self, seconds: float) -> str:
        """A length of time in its two largest units: `29 days 4 hours`."""
        left, parts = round(abs(seconds)), list[str]()
        for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
            count, left = divmod(left, size)
            if count and len(parts) < 2:
                parts.append(_counted(count, unit, self.locale))
            elif parts:
                break
        return " ".join(parts) or _counted(0, "minute", self.locale)

    def _plain(self, key: str) -> str:
        return self._holder(key).catalogue.gettext(key)

    def _holder(self, key: str) -> PageLanguage:
        if key in self.keys or self.fallback is None:
            return self
        if self.missing is not None:
            self.missing.labels(self.code).inc()
        return self.fallback


class Languages:
    """All languages that have a file."""

    def __init__(self, languages: Sequence[PageLanguage]) -> None:
        self._languages = {language.code: language for language in languages}

    @classmethod
    def load(cls, registry: CollectorRegistry | None = None, folder: Path = SHIPPED) -> Self:
        """Errors: OSError; babel's for a file that is no catalogue."""
        missing = None if registry is None else _counter(registry)
        first = _read(folder / f"{DEFAULT}.po", None, None)
        others = (path for path in sorted(folder.glob("*.po")) if path.stem != DEFAULT)
        return cls([first, *(_read(path, first, missing) for path in others)])

    def __iter__(self) -> Iterator[PageLanguage]:
        return iter(self._languages.values())

    def get(self, code: str) -> PageLanguage | None:
        return self._languages.get(code)

    def choose(self, chosen: str | None, accepted: str | None) -> PageLanguage:
        """What the visitor chose, else Hindi unless the browser names one of ours before it."""
        found = self._languages.get(chosen or "")
        if found is not None:
            return found
        for part in (accepted or "")[:LONGEST_HEADER].split(","):
            found = self._languages.get(part.partition(";")[0].strip().partition("-")[0].lower())
            # Browsers are delivered in English: that alone is no choice.
            if found is not None and found.code != "en":
                return found
        return self._languages[DEFAULT]

    def lacking(self) -> Iterator[tuple[str, str]]:
        """(language, key) of every text that a language lacks."""
        wanted = self._languages[DEFAULT].keys
        for language in self:
            yield from ((language.code, key) for key in sorted(wanted - language.keys))


def _counter(registry: CollectorRegistry) -> Counter:
    return Counter(
        "janseva_web_texts_missing",
        "Texts shown in Hindi as their language lacks them",
        ["language"],
        registry=registry,
    )


def _read(path: Path, fallback: PageLanguage | None, missing: Counter | None) -> PageLanguage:
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=path.stem)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    written = (message for message in catalogue if message.id and all(_forms(message.string)))
    keys = frozenset(message.id[0] if isinstance(message.id, tuple | list) else message.id for message in written)
    return PageLanguage(path.stem, Locale.parse(path.stem), GNUTranslations(compiled), keys, fallback, missing)


def _forms(text: str | Sequence[str] | None) -> Sequence[str]:
    return (text or "",) if text is None or isinstance(text, str) else text


def _counted(count: int, unit: str, locale: Locale) -> str:
    sizes = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
    size = sizes.get(unit, timedelta(seconds=1))
    # A threshold beyond all counts keeps babel from going on to weeks and months.
    return format_timedelta(size * count, granularity=unit, threshold=10_000_000, locale=locale)  # type: ignore[arg-type]
