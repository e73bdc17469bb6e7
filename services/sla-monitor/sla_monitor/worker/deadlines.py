"""The next wake (epoch ms) of every case of the owned partitions: an index, rebuilt from the table.

Near times are in a heap, far ones in buckets of a quarter of an hour that hold nothing but keys: a million clocks of
thirty days cost 9 bytes each instead of 96. A bucket is opened when its time comes; the table then has each time.
"""

import heapq
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

BUCKET_MS: Final = 900_000

WakeOf = Callable[[int, bytes], int | None]


@dataclass(slots=True)
class _Partition:
    near: list[tuple[int, bytes]] = field(default_factory=list)
    far: dict[int, list[bytes]] = field(default_factory=dict)
    # The numbers of the buckets as a heap, and the number below which all buckets have been opened.
    numbers: list[int] = field(default_factory=list)
    opened: int = 0

    def push(self, wake: int, key: bytes) -> None:
        number = wake // BUCKET_MS
        if number < self.opened:
            heapq.heappush(self.near, (wake, key))
            return
        bucket = self.far.get(number)
        if bucket is None:
            bucket = self.far[number] = []
            heapq.heappush(self.numbers, number)
        bucket.append(key)


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
        bucket = heap.numbers[0] * BUCKET_MS if heap.numbers else None
        if not heap.near:
            return bucket
        return heap.near[0][0] if bucket is None else min(bucket, heap.near[0][0])

    def pop_due(self, partition: int, now: int, wake_of: WakeOf) -> tuple[int, bytes] | None:
        """Pop the earliest entry (wake, key) if its time has come. ``wake_of`` returns the present wake of a key."""
        heap = self._heaps.get(partition)
        if heap is None:
            return None
        while heap.numbers and heap.numbers[0] * BUCKET_MS <= now:
            number = heapq.heappop(heap.numbers)
            heap.opened = max(heap.opened, number + 1)
            for key in heap.far.pop(number):
                wake = wake_of(partition, key)
                if wake is not None and wake // BUCKET_MS == number:
                    heapq.heappush(heap.near, (wake, key))
        return heapq.heappop(heap.near) if heap.near and heap.near[0][0] <= now else None

    def sizes(self) -> dict[int, int]:
        return {number: len(heap.near) + sum(map(len, heap.far.values())) for number, heap in self._heaps.items()}

    def keep(self, partitions: Collection[int]) -> None:
        """Drop all other partitions."""
        self._heaps = {number: heap for number, heap in self._heaps.items() if number in partitions}

    def rebuild(self, partition: int) -> None:
        """Empty the partition."""
        self._heaps[partition] = _Partition()

    def extend(self, partition: int, entries: Iterable[tuple[int, bytes]]) -> None:
        """Push many: most go to buckets that exist already."""
        heap = self._heaps.setdefault(partition, _Partition())
        push, bucket_of = heap.push, heap.far.get
        for wake, key in entries:
            bucket = bucket_of(wake // BUCKET_MS)
            if bucket is None:
                push(wake, key)
            else:
                bucket.append(key)
