"""The next due time of every case of the owned partitions. Derived from the table, never the truth itself."""

import asyncio
import heapq
from collections.abc import Collection, Mapping

from sla_monitor.codec import wake_of

SLICE = 20_000


class DeadlineHeaps:
    """One heap a partition. Entries stay when a time changes: who pops one asks the table whether it still holds."""

    def __init__(self) -> None:
        self._heaps: dict[int, list[tuple[int, bytes]]] = {}

    def push(self, partition: int, wake: int, key: bytes) -> None:
        heapq.heappush(self._heaps.setdefault(partition, []), (wake, key))

    def top(self, partition: int) -> int | None:
        """The earliest time, perhaps of an entry that no longer holds."""
        heap = self._heaps.get(partition)
        return heap[0][0] if heap else None

    def pop_due(self, partition: int, now: int) -> tuple[int, bytes] | None:
        """Take the earliest entry out if its time has come."""
        heap = self._heaps.get(partition)
        return heapq.heappop(heap) if heap and heap[0][0] <= now else None

    def sizes(self) -> dict[int, int]:
        return {partition: len(heap) for partition, heap in self._heaps.items()}

    def keep(self, partitions: Collection[int]) -> None:
        """Forget the partitions that are not ours any more."""
        self._heaps = {partition: heap for partition, heap in self._heaps.items() if partition in partitions}

    async def rebuild(self, partition: int, entries: Mapping[bytes, bytes]) -> None:
        """Build the heap anew from the table, in slices: the loop goes on turning. Nobody may write meanwhile."""
        heap: list[tuple[int, bytes]] = []
        for number, (key, value) in enumerate(entries.items(), 1):
            wake = wake_of(value)
            if wake is not None:
                heap.append((wake, key))
            if number % SLICE == 0:
                await asyncio.sleep(0)
        heapq.heapify(heap)
        self._heaps[partition] = heap
