"""Where cases and their timeline are kept; the store in memory passes the same tests as the one in MongoDB."""

from intake.case.store.port import (
    CaseFilter,
    CaseStore,
    ChangedCase,
    Counts,
    Page,
    Proof,
    Sort,
    UniqueConflict,
    UniqueField,
)

__all__ = [
    "CaseFilter",
    "CaseStore",
    "ChangedCase",
    "Counts",
    "Page",
    "Proof",
    "Sort",
    "UniqueConflict",
    "UniqueField",
]
