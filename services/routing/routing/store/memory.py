"""Decisions in memory, for tests without a server: the same promises, proved by the same cases."""

from collections.abc import Collection as Ids
from collections.abc import Sequence

from routing.store.decisions import StoredDecision


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

    async def erase_places(self, case_ids: Ids[str]) -> None:
        for key, decision in self.kept.items():
            if decision.case_id in case_ids:
                self.kept[key] = decision._replace(
                    sealed=None, filing=decision.filing._replace(point=None, pincode=None)
                )
