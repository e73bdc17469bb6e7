"""What the demo has seen so far, for the live table."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    counts: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    doubts: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, number: int = 1) -> None:
        self.counts[what] += number

    def refused(self, what: str) -> None:
        self.problems[what] += 1
