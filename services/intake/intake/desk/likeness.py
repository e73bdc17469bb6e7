"""Emergencies beside each other, for the desk: possible duplicates, and floods from one source or number."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intake.case.model import Case
from intake.case.states import Family
from intake.case.store import CaseStore
from intake.filing.duplicates import FLOOD, flood_keys, is_flood, like_keys, possible_duplicates

AT_ONCE = 20
FLOOD_SUSPECTED = "flood_suspected"


@dataclass(frozen=True, slots=True)
class Likeness:
    """`group` is the source or number that so many emergencies share; the desk's list can be narrowed to it."""

    possible_duplicates: tuple[str, ...] = ()
    group: str | None = None

    @property
    def flags(self) -> tuple[str, ...]:
        return () if self.group is None else (FLOOD_SUSPECTED,)


NONE = Likeness()


async def likeness_of(store: CaseStore, cases: Sequence[Case]) -> Mapping[str, Likeness]:
    """Of the emergencies among the cases: one look-up for all their keys, and a bounded count for each group."""
    emergencies = [case for case in cases if case.family is Family.EMERGENCY]
    if not emergencies:
        return {}
    keys = frozenset[str]().union(*(like_keys(case) for case in emergencies))
    traces, floods = await asyncio.gather(store.traces(keys), _floods(store, emergencies))
    found = {}
    for case in emergencies:
        group = next((group for group in flood_keys(case).items() if group in floods), None)
        found[str(case.case_id)] = Likeness(possible_duplicates(case, traces), None if group is None else group[0])
    return found


async def _floods(store: CaseStore, cases: Sequence[Case]) -> frozenset[tuple[str, tuple[str, ...]]]:
    """The groups, each with its stretches of time, in which there are too many."""
    wanted = sorted({group for case in cases for group in flood_keys(case).items()})
    found: set[tuple[str, tuple[str, ...]]] = set()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        counts = await asyncio.gather(*(store.count(keys, max(FLOOD.values()) + 1) for _, keys in some))
        found |= {group for group, count in zip(some, counts, strict=True) if is_flood(group[0], count)}
    return frozenset(found)
