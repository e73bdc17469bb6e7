"""Why each case lies where it lies, and how sure that is: routing's own reasons, counted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from event_schemas import AssignedToStation
from janseva_local.demo.evidence import Seen

UNSURE = 0.5
# The columns of the live table and of the summary, in their order.
DOUBTS = ("provisional", "ambiguous", "unsure")


@dataclass(frozen=True, slots=True)
class Decided:
    """First assignments: by reason, and how many are provisional, name others, or are less sure than a coin is."""

    reasons: Counter[str]
    doubts: Counter[str]

    def lines(self) -> Iterator[str]:
        total, doubts = self.reasons.total(), self.doubts
        reasons = ", ".join(f"{count} {reason}" for reason, count in self.reasons.most_common())
        yield f"{total} first assignments: {reasons or 'none'}"
        yield (
            f"doubts: {doubts['provisional']} provisional, {doubts['ambiguous']} may be another station's too, "
            f"{doubts['unsure']} with a confidence under {UNSURE}"
        )


def decided(events: Iterable[Seen]) -> Decided:
    """Counts each case once, however often its assignment lies in the log."""
    first = {
        seen.envelope.event_id: seen.envelope.data
        for seen in events
        if isinstance(seen.envelope.data, AssignedToStation) and seen.envelope.data.assignment_no == 1
    }
    reasons: Counter[str] = Counter(str(data.reason) for data in first.values())
    doubts = Counter(
        {
            "provisional": sum(data.provisional for data in first.values()),
            "ambiguous": sum(bool(data.ambiguous_with) for data in first.values()),
            "unsure": sum(data.confidence < UNSURE for data in first.values()),
        }
    )
    return Decided(reasons, doubts)
