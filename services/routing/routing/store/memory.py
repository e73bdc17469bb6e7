"""Decisions in memory, for tests without a server: the same promises, proved by the same cases."""

from collections.abc import Collection as Ids
from collections.abc import Mapping, Sequence
from datetime import datetime

from routing.store.decisions import StoredDecision, placeless


class MemoryDecisions:
    def __init__(self) -> None:
        self.kept: dict[str, StoredDecision] = {}

    async def settle(self, proposals: Sequence[StoredDecision]) -> Sequence[StoredDecision]:
        return [self.kept.setdefault(proposal.id, proposal) for proposal in proposals]

    async def of_cases(self, case_ids: Ids[str]) -> dict[str, list[StoredDecision]]:
        found: dict[str, list[StoredDecision]] = {case_id: [] for case_id in case_ids}
        for decision in sorted(self.kept.values(), key=lambda item: item.assignment_no):
            if decision.case_id in found:
                found[decision.case_id].append(decision)
        return found

    async def erase_places(self, erased: Mapping[str, datetime], now: datetime) -> None:
        del now
        for key, decision in self.kept.items():
            if decision.case_id in erased:
                self.kept[key] = placeless(decision)
