"""Headquarters' wall: the three promises now, from the ledger's own report."""
