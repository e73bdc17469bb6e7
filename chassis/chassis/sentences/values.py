"""The values that a text's variables take, from an event's facts and its case's. Every code is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from chassis.bilingual import Language
from event_schemas.times import read_time

from .code_names import CodeNames
from .facts import LIST_SEPARATOR, Facts, title_of

INDIA: Final = ZoneInfo("Asia/Kolkata")
# Names of offices read "SP Office, Araria": the place stands behind the comma.
_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]+")

Value = Callable[[Facts, CodeNames, Language], str]


class Values(Mapping[str, str]):
    """All variables of an event, each worked out when a text asks for it."""

    def __init__(self, facts: Facts, code_names: CodeNames, language: Language) -> None:
        self._facts, self._code_names, self.language = facts, code_names, language

    def __getitem__(self, name: str) -> str:
        return VALUES[name](self._facts, self._code_names, self.language)

    def __iter__(self) -> Iterator[str]:
        return iter(VALUES)

    def known(self, names: Iterable[str]) -> bool:
        """Whether the facts that these variables can't do without are there: older events hold fewer."""
        return all(self._facts.get(_NEEDED[name]) for name in names if name in _NEEDED)

    def __len__(self) -> int:
        return len(VALUES)


def office(facts: Facts, code_names: CodeNames, language: Language) -> str:
    """The office a case lies with: a station by its name, an office by its title and place."""
    post = facts.get("officer_post", "")
    title, station = title_of(post), facts.get("station", "")
    pattern = code_names.name("offices", title if station else "default", language)
    name = _name_of_office(facts, language) if title == "SHO" else _place_of_office(facts, language)
    return pattern.format(name=name).strip(" ,")


def by(facts: Facts, code_names: CodeNames, language: Language) -> str:
    """Who did it: the office the case lies with, else the officer's title."""
    title, _, place = facts.get("by_post", "").partition(":")
    if place and place == facts.get("station_code"):
        return office(facts, code_names, language)
    return code_names.name("posts", title, language)


def place(facts: Facts, code_names: CodeNames, language: Language) -> str:
    """Where a hearing is held; a code that is not the case's own office is not shown."""
    where = facts.get("place", "")
    if where == facts.get("station_code"):
        return office(facts, code_names, language)
    if not where or _CODE.fullmatch(where):
        return code_names.name("offices", "default", language)
    return where


def when(facts: Facts, code_names: CodeNames, language: Language) -> str:
    """The appointed time by India's day and hour, such as "Tue 01.12.2026, 10:30"."""
    return _moment(facts["starts_at"], code_names, language)


def _moment(written: str, code_names: CodeNames, language: Language) -> str:
    at = read_time(written).astimezone(INDIA)
    day = code_names.name("weekdays", str(at.isoweekday()), language)
    clock = f"{at:%H:%M}"
    return f"{day} {at:%d.%m.%Y}, {clock} बजे" if language == "hi" else f"{day} {at:%d.%m.%Y}, {clock}"


def due(facts: Facts, _code_names: CodeNames, _language: Language) -> str:
    return f"{read_time(facts['due_at']).astimezone(INDIA):%d.%m.%Y %H:%M}"


def _name_of_office(facts: Facts, language: Language) -> str:
    """In Devanagari where the text is Hindi and routing knows the name."""
    return (facts.get("station_hi") if language == "hi" else None) or facts.get("station", "")


def _place_of_office(facts: Facts, language: Language) -> str:
    _, _, behind = _name_of_office(facts, language).partition(", ")
    return behind or facts.get("police_district", "").title()


def _named(group: str, fact: str) -> Value:
    return lambda facts, code_names, language: code_names.name(group, facts.get(fact, ""), language)


def _plain(fact: str) -> Value:
    return lambda facts, _code_names, _language: facts[fact]


def _day(fact: str) -> Value:
    return lambda facts, _code_names, _language: f"{read_time(facts[fact]).astimezone(INDIA):%d.%m.%Y}"


def _title(fact: str) -> Value:
    return lambda facts, code_names, language: code_names.name("posts", title_of(facts.get(fact, "")), language)


def _closing_reason(facts: Facts, code_names: CodeNames, language: Language) -> str:
    """The reason if it has a name, else the outcome."""
    named = code_names.names("closing_reasons")
    code = next((facts[name] for name in ("reason_code", "outcome") if facts.get(name) in named), "")
    return code_names.name("closing_reasons", code, language)


def _documents(facts: Facts, code_names: CodeNames, language: Language) -> str:
    """The papers asked for, by name."""
    codes = facts.get("documents", "").split(LIST_SEPARATOR)
    return ", ".join(dict.fromkeys(code_names.name("documents", code, language) for code in codes))


def _link(facts: Facts, _code_names: CodeNames, _language: Language) -> str:
    return facts.get("join_url") or facts.get("verify_url", "")


VALUES: Final[Mapping[str, Value]] = {
    "tracking_number": _plain("tracking_number"),
    "service": _named("services", "service_code"),
    "office": office,
    "station": office,
    "by": by,
    "responsible": _title("escalate_to"),
    "kind": _named("responder_kinds", "kind"),
    "helper": _named("helpers", "helped_by"),
    "unit": _plain("unit"),
    "clock": _named("clocks", "clock"),
    "due": due,
    "level": _plain("level"),
    "when": when,
    "place": place,
    "link": _link,
    "hearing_outcome": _named("hearing_outcomes", "outcome"),
    "finding": _named("findings", "finding"),
    "verification": _named("verification_outcomes", "outcome"),
    "asker": _named("askers", "service_code"),
    "decision": _named("dispute_decisions", "decision"),
    "how": _named("emergency_outcomes", "how"),
    "certificate": _named("certificates", "kind"),
    "refusal_reason": _named("refusal_reasons", "reason_code"),
    "pause_reason": _named("pause_reasons", "reason_code"),
    "decline_reason": _named("fir_decline_reasons", "reason_code"),
    "closing_reason": _closing_reason,
    "reopening_reason": _named("reopening_reasons", "reason_code"),
    "reopens_until": _day("reopens_until"),
    "fir_number": _plain("fir_number"),
    "previous_fir": _plain("previous_fir"),
    "documents": _documents,
    "visitor": _named("visitors", "visitor"),
    "visit_by": lambda facts, code_names, language: _moment(facts["visit_by"], code_names, language),
    "visit_outcome": _named("visit_outcomes", "outcome"),
}
"""By the name of the variable. A text may use no other."""

# Variables that have no common name to fall back on, with the fact they show.
_NEEDED: Final[Mapping[str, str]] = {
    "tracking_number": "tracking_number",
    "unit": "unit",
    "due": "due_at",
    "level": "level",
    "when": "starts_at",
    "visit_by": "visit_by",
    "fir_number": "fir_number",
    "previous_fir": "previous_fir",
    "reopening_reason": "reason_code",
    "reopens_until": "reopens_until",
}
