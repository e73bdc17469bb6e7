"""Faust's table of clocks, held by partition: what is revoked is dropped, and only owned keys are ever seen."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from faust.stores.base import Store
from faust.tables.table import Table
from faust.types import TP, EventT

from chassis.kafka.admin import TopicSpec, create_topics
from chassis.kafka.readers import RawRecord
from chassis.telemetry.logs import get_logger
from sla_monitor.settings import Settings

_log = get_logger(__name__)

TABLE = "clocks"


class ClockStore(Store[bytes, bytes]):
    """Case id -> entry, in memory, one dict a partition.

    Faust's own memory store never drops keys written live from a partition that went away. This one also knows up to
    which changelog offset a partition is complete, so that a rebalance doesn't read again what is already here.
    """

    def __post_init__(self) -> None:
        self._partitions: dict[int, dict[bytes, bytes]] = {}
        self._applied: dict[int, int] = {}
        self.changed: set[int] = set()

    def partition(self, number: int) -> Mapping[bytes, bytes]:
        return self._partitions.get(number, {})

    def get_entry(self, partition: int, key: bytes) -> bytes | None:
        return self._partitions.get(partition, {}).get(key)

    def put(self, partition: int, key: bytes, value: bytes | None) -> None:
        """Set or delete in memory; the caller writes the changelog."""
        entries = self._partitions.setdefault(partition, {})
        if value is None:
            entries.pop(key, None)
        else:
            entries[key] = value

    def apply(self, partition: int, records: Iterable[RawRecord], following: int) -> None:
        """Apply some records of the changelog; the memory is then complete up to the offset ``following``.

        No records and a ``following`` of 0 mean a new log: the entries of the partition are dropped.
        """
        if partition not in self._partitions:
            return  # revoked meanwhile
        if following == 0:
            self._partitions[partition] = {}
            self._applied.pop(partition, None)
        entries = self._partitions[partition]
        for record in records:
            if record.value is None:
                entries.pop(record.key, None)  # type: ignore[arg-type]  # a compacted topic has no null keys
            else:
                entries[record.key] = record.value  # type: ignore[index]
            self.changed.add(partition)
        if following > 0:
            self._applied[partition] = max(following - 1, self._applied.get(partition, -1))

    def position(self, partition: int) -> int:
        """The changelog offset from which this memory has to be completed."""
        return self._applied.get(partition, -1) + 1

    def apply_changelog_batch(
        self, batch: Iterable[EventT[Any]], to_key: Callable[[Any], Any], to_value: Callable[[Any], Any]
    ) -> None:
        """What Faust's own recovery reads: the records that came after ours."""
        del to_key, to_value  # keys and values are the raw bytes of the changelog
        for event in batch:
            message: Any = event.message
            self.apply(message.partition, (message,), message.offset + 1)

    def persisted_offset(self, tp: TP) -> int | None:
        """The last changelog offset that this memory holds; None makes Faust read the partition from its start."""
        return self._applied.get(tp.partition)

    def set_persisted_offset(self, tp: TP, offset: int) -> None:
        if tp.partition in self._partitions:
            self._applied[tp.partition] = max(offset, self._applied.get(tp.partition, -1))

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        del revoked, newly_assigned, generation_id
        owned = {tp.partition for tp in assigned if tp.topic == self.table.changelog_topic.get_topic_name()}
        for number in [*self._partitions]:
            if number not in owned:
                del self._partitions[number]
                self._applied.pop(number, None)
        for number in owned:
            if number not in self._partitions:
                self._partitions[number] = {}
                self._applied.pop(number, None)
                self.changed.add(number)

    def reset_state(self) -> None:
        """There is no state outside this memory."""

    async def backup_partition(self, tp: TP | int, flush: bool = True, purge: bool = False, keep: int = 1) -> None:
        """The changelog is the only copy there is."""

    def restore_backup(self, tp: TP | int, latest: bool = True, backup_id: int = 0) -> None:
        """The changelog is the only copy there is."""

    def __len__(self) -> int:
        return sum(map(len, self._partitions.values()))

    def __iter__(self) -> Iterator[bytes]:
        return (key for entries in self._partitions.values() for key in entries)

    def __getitem__(self, key: bytes) -> bytes:
        for entries in self._partitions.values():
            if key in entries:
                return entries[key]
        raise KeyError(key)

    def __setitem__(self, key: bytes, value: bytes) -> None:
        raise TypeError("a clock entry is put into its partition, with the changelog written beside it")

    def __delitem__(self, key: bytes) -> None:
        raise TypeError("a clock entry is put into its partition, with the changelog written beside it")


class ClockTable(Table[bytes, bytes]):
    """A Faust table on a ClockStore: Faust assigns, recovers and rebalances it."""

    def _new_store(self) -> ClockStore:
        return ClockStore(
            "memory://",
            self.app,
            self,
            table_name=self.name,
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            loop=self.loop,
        )


async def ensure_changelog(settings: Settings, partitions: int) -> None:
    """Create the table's changelog if it is not there: compacted, with as many partitions as the cases topic."""
    spec = changelog_of(settings.group, partitions, settings.changelog_replication)
    if await create_topics(settings.kafka_bootstrap, [spec]):
        _log.info("changelog_created", topic=spec.name, partitions=partitions)


def changelog_of(group: str, partitions: int, replication: int = 1) -> TopicSpec:
    """The changelog of a lane's table, for who creates it."""
    config = {"cleanup.policy": "compact", "segment.bytes": str(64 * 1024 * 1024), "min.cleanable.dirty.ratio": "0.3"}
    if replication > 2:
        config["min.insync.replicas"] = "2"
    return TopicSpec(f"{group}-{TABLE}-changelog", partitions, replication, config)
