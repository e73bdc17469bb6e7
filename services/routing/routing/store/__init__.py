"""What routing keeps in its database."""

from routing.store.decisions import Decisions, MongoDecisions, StoredDecision

__all__ = ["Decisions", "MongoDecisions", "StoredDecision"]
