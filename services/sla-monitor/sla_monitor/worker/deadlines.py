"""The next due time of every case of the owned partitions. Derived from the table, never the truth itself.

Near times lie in a heap, far ones in drawers of a quarter of an hour that hold nothing but keys: a million clocks of
thirty days cost 9 bytes each instead of 96. A drawer is opened when its time comes; the table then says each time.
"""

import heapq
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

DRAWER_MS: Final = 900_000

WakeOf = Callable[[int, bytes], int | None]


@dataclass(slots=True)
class _Partition:
    near: list[tuple[int, bytes]] = field(default_factory=list)
    far: dict[int, list[bytes]] = field(default_factory=dict)
    # The numbers of the drawers as a heap, and how many of them have been opened for ever.
    numbers: list[int] = field(default_factory=list)
    opened: int = 0

    def push(self, wake: int, key: bytes) -> None:
        number = wake // DRAWER_MS
        if number < self.opened:
            heapq.heappush(self.near, (wake, key))
            return
        drawer = self.far.get(number)
        if drawer is None:
            drawer = self.far[number] = []
            heapq.heappush(self.numbers, number)
        drawer.append(key)


class DeadlineHeaps:
    """One heap a partition. Entries stay when a time changes: who pops one asks the table whether it still holds."""

    def __init__(self) -> None:
        self._heaps: dict[int, _Partition] = {}

    def push(self, partition: int, wake: int, key: bytes) -> None:
        self._heaps.setdefault(partition, _Partition()).push(wake, key)

    def top(self, partition: int) -> int | None:
        """The earliest time, or a time shortly before it; perhaps of an entry that no longer holds."""
        heap = self._heaps.get(partition)
        if heap is None:
            return None
        drawer = heap.numbers[0] * DRAWER_MS if heap.numbers else None
        if not heap.near:
            return drawer
        return heap.near[0][0] if drawer is None else min(drawer, heap.near[0][0])

    def pop_due(self, partition: int, now: int, wake_of: WakeOf) -> tuple[int, bytes] | None:
        """Take the earliest entry out if its time has come. ``wake_of`` tells the present time of a key."""
        heap = self._heaps.get(partition)
        if heap is None:
            return None
        while heap.numbers and heap.numbers[0] * DRAWER_MS <= now:
            number = heapq.heappop(heap.numbers)
            heap.opened = max(heap.opened, number + 1)
            for key in heap.far.pop(number):
                wake = wake_of(partition, key)
                if wake is not None and wake // DRAWER_MS == number:
                    heapq.heappush(heap.near, (wake, key))
        return heapq.heappop(heap.near) if heap.near and heap.near[0][0] <= now else None

    def sizes(self) -> dict[int, int]:
        return {number: len(heap.near) + sum(map(len, heap.far.values())) for number, heap in self._heaps.items()}

    def keep(self, partitions: Collection[int]) -> None:
        """Forget the partitions that are not ours any more."""
        self._heaps = {number: heap for number, heap in self._heaps.items() if number in partitions}

    def rebuild(self, partition: int) -> None:
        """Begin anew with nothing."""
        self._heaps[partition] = _Partition()

    def extend(self, partition: int, entries: Iterable[tuple[int, bytes]]) -> None:
        """Push many: most go to drawers that are there already."""
        heap = self._heaps.setdefault(partition, _Partition())
        push, drawer_of = heap.push, heap.far.get
        for wake, key in entries:
            drawer = drawer_of(wake // DRAWER_MS)
            if drawer is None:
                push(wake, key)
            else:
                drawer.append(key)
