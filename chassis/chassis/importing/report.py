"""What an import found: every rejected or suspicious row, by code, so that an operator can put it right."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """A rejected row is not in the version; a suspicious one is, and is worth a look."""

    REJECTED = "rejected"
    SUSPICIOUS = "suspicious"


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` is a line or a feature of the file, or a station's code; `code` is a stable name."""

    severity: Severity
    code: str
    where: str
    detail: str = ""


@dataclass(slots=True)
class Report:
    """Findings with the figures of an import."""

    findings: list[Finding] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def reject(self, code: str, where: str, detail: str = "") -> None:
        self.findings.append(Finding(Severity.REJECTED, code, where, detail))

    def suspect(self, code: str, where: str, detail: str = "") -> None:
        self.findings.append(Finding(Severity.SUSPICIOUS, code, where, detail))

    def counts(self) -> dict[str, int]:
        return dict(sorted(Counter(f"{item.severity}:{item.code}" for item in self.findings).items()))

    def of(self, code: str) -> list[str]:
        return [item.where for item in self.findings if item.code == code]

    def to_document(self, most: int | None = None) -> dict[str, Any]:
        """All findings, or the first so many with their true counts: a database takes 16 MB at once."""
        return {
            "counts": self.counts(),
            "figures": dict(self.figures),
            "findings": [[item.severity.value, item.code, item.where, item.detail] for item in self.findings[:most]],
        }

    def lines(self) -> Iterable[str]:
        """For a terminal: the figures, then each finding."""
        for name, value in self.figures.items():
            yield f"{name:<40} {value:g}"
        for item in self.findings:
            yield f"{item.severity.value:<10} {item.code:<28} {item.where:<14} {item.detail}"
        yield f"{len(self.findings)} findings: " + (
            ", ".join(f"{code} {count}" for code, count in self.counts().items()) or "none"
        )


class ImportRefused(ValueError):
    """The file as a whole can not be imported; what is in force stays as it is."""
