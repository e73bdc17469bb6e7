"""Which entries of another register may be the same matter: lost and found, missing and unknown. For the desk alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from rapidfuzz import fuzz

from intake.registers.keys import code_key, sounds_of, trait_key
from intake.registers.kinds import Registers
from intake.registers.model import Entry, LikenessRule, Search
from intake.registers.store import EntryStore

MOST: Final = 20
# So many entries with the same traits are looked at, the newest first.
LOOKED_AT: Final = 300
CERTAIN: Final = 100
# Texts less alike than this are two matters.
LEAST: Final = 35
BY_NUMBER, BY_LIKENESS = "number", "likeness"


@dataclass(frozen=True, slots=True)
class Match:
    """`score` from 0 to 100."""

    entry: Entry
    by: str
    score: int


async def matches_of(registers: Registers, entries: EntryStore, entry: Entry, now: datetime) -> tuple[Match, ...]:
    """The likeliest first; a number in common is certain, whatever else is written."""
    kind = registers.get(entry.kind)
    rule = None if kind is None else kind.like
    if kind is None or rule is None:
        return ()
    found: dict[str, Match] = {}
    for name in rule.codes:
        if isinstance(number := entry.attributes.get(name), str):
            page = await entries.find(Search(rule.register_, (code_key(number),), public_at=now, limit=MOST))
            found |= {other.entry_id: Match(other, BY_NUMBER, CERTAIN) for other in page.entries}
    trait = trait_key(kind, entry.attributes)
    if trait is not None:
        near = timedelta(days=rule.near_days)
        search = Search(
            rule.register_,
            (trait,),
            first=entry.since - near,
            last=entry.since + near,
            public_at=now,
            limit=LOOKED_AT,
        )
        for other in (await entries.find(search)).entries:
            score = likeness(rule, entry, other)
            if score >= LEAST and other.entry_id not in found:
                found[other.entry_id] = Match(other, BY_LIKENESS, score)
    ordered = sorted(found.values(), key=lambda match: (-match.score, match.entry.order))
    return tuple(ordered[:MOST])


def likeness(rule: LikenessRule, one: Entry, other: Entry) -> int:
    """How alike the texts are, as they sound; 0 where a number is too far apart. Another district counts a bit less."""
    for name, apart in rule.near.items():
        first, second = one.attributes.get(name), other.attributes.get(name)
        if isinstance(first, int) and isinstance(second, int) and abs(first - second) > apart:
            return 0
    score = fuzz.token_set_ratio(_texts(rule, one), _texts(rule, other))
    return int(score * (1.0 if one.place == other.place else 0.85))


def _texts(rule: LikenessRule, entry: Entry) -> str:
    texts = (entry.attributes.get(name) for name in rule.compare)
    return " ".join(part for text in texts if isinstance(text, str) for part in sounds_of(text))
