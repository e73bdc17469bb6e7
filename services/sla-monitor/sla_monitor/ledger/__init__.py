"""The ledger: every clock round from the case events alone, and the reconciler, audit and report that rest on it."""
