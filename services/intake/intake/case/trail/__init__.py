"""The audit trail of a case: who acted on it and who read it, each entry chained to the one before."""
