"""A few hundred citizens and their officers against the running suite, and a reconciliation of what came of it."""
