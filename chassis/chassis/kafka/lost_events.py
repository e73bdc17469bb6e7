"""Report events that Kafka deleted before a group had read them: its members pass over such a gap without an error."""

from collections.abc import Collection
from typing import Any

from aiokafka import TopicPartition

from chassis.kafka.aiokafka_patches import committed_offsets
from chassis.telemetry.logs import get_logger
from chassis.telemetry.metrics import ConsumerMetrics

_log = get_logger(__name__)


class LostEventDetector:
    """Compares a group's committed offsets with the first offsets of the logs, for partitions just assigned."""

    def __init__(self, group_id: str, metrics: ConsumerMetrics) -> None:
        self._group_id, self._metrics = group_id, metrics
        # By partition: up to which offset losses are reported. Not again at each rebalance, as long as the group has
        # committed nothing behind them.
        self._reported: dict[TopicPartition, int] = {}

    async def report(self, consumer: Any, partitions: Collection[TopicPartition]) -> None:
        """Log and count each gap. To be called before the new owner's first commit, which would cover it.

        Raises KafkaError.
        """
        committed = await committed_offsets(consumer, partitions)
        first = await consumer.beginning_offsets([*partitions])
        for partition in sorted(partitions):
            begin, reported = first[partition], self._reported.get(partition, -1)
            read_up_to = committed.get(partition, -1)
            if not 0 <= read_up_to < begin or reported >= begin:
                continue
            self._reported[partition] = begin
            gap = {"topic": partition.topic, "partition": partition.partition, "from": read_up_to, "to": begin}
            _log.error("events_lost", group_id=self._group_id, **gap)
            self._metrics.lost.labels(partition.topic, self._group_id).inc(begin - max(read_up_to, reported))
