"""Tells of events that Kafka deleted before a group had read them: its members would pass over them without a word."""

from collections.abc import Collection
from typing import Any

from chassis.telemetry.logs import get_logger
from chassis.telemetry.metrics import ConsumerMetrics

_log = get_logger(__name__)


class DeletedUnread:
    """Compares, for partitions just taken over, what the group has committed with where their logs begin."""

    def __init__(self, group_id: str, metrics: ConsumerMetrics) -> None:
        self._group_id, self._metrics = group_id, metrics
        self._told: dict[tuple[str, int], int] = {}

    async def tell(self, consumer: Any, partitions: Collection[Any]) -> None:
        """Before any commit of their new owner: that would cover the gap. Raises KafkaError.

        What this process has told it does not tell at each rebalance until something behind it is committed.
        """
        # One request for all; the client's public method asks for one partition at a time.
        committed = await consumer._coordinator.fetch_committed_offsets([*partitions])  # noqa: SLF001
        begins = await consumer.beginning_offsets([*partitions])
        for place in sorted(partitions):
            read_up_to = committed[place].offset if place in committed else -1
            begin = begins[place]
            told = self._told.get((place.topic, place.partition), -1)
            if not 0 <= read_up_to < begin or told >= begin:
                continue
            self._told[place.topic, place.partition] = begin
            gap = {"topic": place.topic, "partition": place.partition, "from": read_up_to, "to": begin}
            _log.error("events_lost", group_id=self._group_id, **gap)
            self._metrics.lost.labels(place.topic, self._group_id).inc(begin - max(read_up_to, told))
