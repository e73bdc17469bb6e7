"""The three kinds of failure: poison (InvalidEvent), transient (TransientFault), and everything else, a bug."""

from __future__ import annotations

from event_schemas import InvalidEvent

__all__ = ["InvalidEvent", "PublishFailed", "RecordTooLarge", "StoreUnavailable", "TransientFault", "UnknownOutcome"]


class TransientFault(Exception):
    """The same work may succeed later. Messages hold no personal data: they are logged."""

    safe_to_log = True


class PublishFailed(TransientFault):
    """Kafka did not acknowledge in time. The record may still arrive: whoever repeats it makes a duplicate."""


class StoreUnavailable(TransientFault):
    """The database could not be reached; nothing was written."""


class UnknownOutcome(TransientFault):
    """The database did not confirm: the write may or may not have happened."""


class RecordTooLarge(Exception):
    """A record over the producer's limit: it will never be accepted, so retrying is pointless (a bug upstream)."""
