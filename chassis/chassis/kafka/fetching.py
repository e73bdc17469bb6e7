"""How long a fetch waits at the broker: long when it asks for all there is, briefly when it leaves something out."""

from typing import Any, Final

# What comes ends the wait at once. Until it ends, a partition that is assigned or resumed meanwhile is not asked for.
WHOLE_WAIT_MS: Final = 200


def wait_longer_when_whole(consumer: Any) -> None:
    """Let a started AIOKafkaConsumer's fetches wait WHOLE_WAIT_MS where they ask for all of a broker's partitions.

    The client has one fetch under way for each broker. A partition that is left out of it, because its last records
    had not been taken yet, has to wait for its end: such a fetch keeps the consumer's own, short limit. A whole one
    misses nothing, so an idle consumer need not ask again and again (written against aiokafka 0.14, which is pinned).
    """
    fetcher = consumer._fetcher  # noqa: SLF001
    plan = fetcher._get_actions_per_node  # noqa: SLF001

    def planned(assignment: Any) -> Any:
        actions = plan(assignment)
        for broker, request in actions[0]:
            asked = sum(len(partitions) for _, partitions in request.topics)
            if asked == sum(fetcher._select_read_replica(place) == broker for place in assignment.tps):  # noqa: SLF001
                request._max_wait_ms = WHOLE_WAIT_MS  # noqa: SLF001
        return actions

    fetcher._get_actions_per_node = planned  # noqa: SLF001
