"""Where cases and their timeline are kept; the store in memory passes the same tests as the one in MongoDB."""

from intake.store.port import CaseFilter, CaseStore, Page, Proof, Taken, TakenBy

__all__ = ["CaseFilter", "CaseStore", "Page", "Proof", "Taken", "TakenBy"]
