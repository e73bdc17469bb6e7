"""Where cases and their timeline are kept; the store in memory passes the same tests as the one in MongoDB."""

from intake.case.store.port import CaseFilter, CaseStore, Counts, Page, Proof, Sort, UniqueConflict, UniqueField

__all__ = ["CaseFilter", "CaseStore", "Counts", "Page", "Proof", "Sort", "UniqueConflict", "UniqueField"]
