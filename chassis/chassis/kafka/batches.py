"""Pack many records into few of Kafka's batches: the partition of a key, and runs of records for each partition."""

from __future__ import annotations

import random
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from event_schemas import WireRecord

__all__ = ["RecordHeaders", "Runs", "batches_of", "go_as_batches", "partition_of", "runs_of"]

# Records (key, value, headers) by partition, each run in its order; a value of None deletes in a compacted topic.
RecordHeaders = Sequence[tuple[str, bytes]]
Run = Sequence[tuple[bytes | None, bytes | None, RecordHeaders]]
Runs = Mapping[int, Run]

# Fewer are better off one by one: there the records of several callers share a batch.
FEW = 16
# A record near the limit is refused by its size before it is sent; only the way of single records looks at that.
SMALL_BYTES = 262_144

_SEED, _MULTIPLIER, _MASK = 0x9747B28C, 0x5BD1E995, 0xFFFFFFFF


def go_as_batches(items: Sequence[tuple[str, WireRecord]]) -> bool:
    """Whether these are better given to the client as whole batches than record by record."""
    return len(items) >= FEW and all(len(record.value) < SMALL_BYTES for _, record in items)


def runs_of(records: Iterable[tuple[WireRecord, int | None]], partitions: Sequence[int]) -> Runs:
    """Records of one topic by the partition that is asked for, or that of their key, in their order."""
    runs: defaultdict[int, list[tuple[bytes | None, bytes | None, RecordHeaders]]] = defaultdict(list)
    for record, asked in records:
        runs[partition_of(record.key, partitions) if asked is None else asked].append(record)
    return runs


def partition_of(key: bytes | None, partitions: Sequence[int]) -> int:
    """What Kafka's own clients choose for a key: murmur2 over the topic's partitions; without a key, any."""
    if key is None:
        return random.choice(partitions)  # noqa: S311  to spread load, not a secret
    whole = len(key) & ~3
    found = _SEED ^ len(key)
    for chunk in struct.unpack(f"<{whole >> 2}I", key[:whole]):
        mixed = chunk * _MULTIPLIER & _MASK
        found = (found * _MULTIPLIER ^ (mixed ^ mixed >> 24) * _MULTIPLIER) & _MASK
    rest = key[whole:]
    if rest:
        found = (found ^ int.from_bytes(rest, "little")) * _MULTIPLIER & _MASK
    found = (found ^ found >> 13) * _MULTIPLIER & _MASK
    return partitions[((found ^ found >> 15) & 0x7FFFFFFF) % len(partitions)]


def batches_of(client: Any, records: Run) -> Iterator[Any]:
    """The records in as few of Kafka's batches as they fit in. A batch takes its first record whatever its size."""
    batch = client.create_batch()
    for key, value, headers in records:
        if batch.append(timestamp=None, key=key, value=value, headers=list(headers)) is None:
            yield batch
            batch = client.create_batch()
            batch.append(timestamp=None, key=key, value=value, headers=list(headers))
    if batch.record_count():
        yield batch
