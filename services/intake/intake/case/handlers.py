"""Applies derived events to the cases, a batch at a time."""

from collections.abc import Sequence

from chassis.kafka.consumer import Outgoing, Received
from intake.case.derived import derive
from intake.case.store import CaseStore


class DerivedHandler:
    """Repeatable: every event is guarded by its own number, so a batch handled twice changes nothing."""

    def __init__(self, store: CaseStore) -> None:
        self._store = store

    async def __call__(self, batch: Sequence[Received]) -> Sequence[Outgoing]:
        await self._store.apply_derived([derive(received.envelope.event_id, received.data) for received in batch])
        return ()
