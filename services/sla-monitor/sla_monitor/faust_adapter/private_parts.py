"""Every private part of Faust, and of the aiokafka below it, that this room uses: where it is, and what for.

An upgrade changes READ_IN only after each part was read again in the new version; a test compares both with what is
installed, and this list with the code.
"""

from dataclasses import dataclass
from typing import Final

READ_IN: Final = {"faust-streaming": "0.15.3", "aiokafka": "0.14.0"}
"""The versions in which the parts were read, by distribution."""


@dataclass(frozen=True, slots=True)
class PrivatePart:
    """``owner`` is ``module:class``; ``use`` starts with "calls", "reads" or "overrides"."""

    owner: str
    name: str
    use: str


_CONSUMER: Final = "faust.transport.consumer:Consumer"
_THREAD_CONSUMER: Final = "faust.transport.consumer:ThreadDelegateConsumer"
_AIOKAFKA_THREAD: Final = "faust.transport.drivers.aiokafka:AIOKafkaConsumerThread"
_AIOKAFKA_CONSUMER: Final = "aiokafka.consumer.consumer:AIOKafkaConsumer"
_COORDINATOR: Final = "aiokafka.consumer.group_coordinator:GroupCoordinator"
_TABLES: Final = "faust.tables.manager:TableManager"

PRIVATE_PARTS: Final = (
    PrivatePart(_CONSUMER, "_add_gap", "overrides: the processor itself refuses a gap in the offsets"),
    PrivatePart(_CONSUMER, "_buffered_partitions", "reads: which partitions a fetch may yield"),
    PrivatePart(_CONSUMER, "_committed_offset", "reads: no public method returns the committed offsets"),
    PrivatePart(_CONSUMER, "_filter_tps_with_pending_acks", "overrides: handled is one offset a partition"),
    PrivatePart(_CONSUMER, "_get_active_partitions", "calls: with none active, Faust would sleep a second"),
    PrivatePart(_CONSUMER, "_getmany", "overrides: a copy of the active partitions, which Faust changes meanwhile"),
    PrivatePart(_CONSUMER, "_new_offset", "overrides: handled is one offset a partition"),
    PrivatePart(_CONSUMER, "_read_offset", "reads: where reading starts after the seek"),
    PrivatePart(_CONSUMER, "_to_message", "calls: a changelog's record as a message"),
    PrivatePart(_CONSUMER, "_wait_next_records", "calls and overrides: a shorter wait for a fetch"),
    PrivatePart(_THREAD_CONSUMER, "_new_consumer_thread", "overrides: a thread whose consumer fetches promptly"),
    PrivatePart(_THREAD_CONSUMER, "_thread", "reads: the thread that owns aiokafka's consumer"),
    PrivatePart(_AIOKAFKA_THREAD, "_consumer", "reads: aiokafka's consumer, None before its start"),
    PrivatePart(_AIOKAFKA_THREAD, "_create_worker_consumer", "overrides: sets the wait of a fetch"),
    PrivatePart(_AIOKAFKA_THREAD, "_ensure_consumer", "calls: aiokafka's consumer"),
    PrivatePart(_AIOKAFKA_CONSUMER, "_coordinator", "reads: the member's state in the group"),
    PrivatePart(_AIOKAFKA_CONSUMER, "_fetch_max_wait_ms", "sets: read at the start; Faust fixes it at 1.5 s"),
    PrivatePart(_COORDINATOR, "_coordination_task", "reads: the error with which the client left the group"),
    PrivatePart(_COORDINATOR, "_pending_exception", "reads: the error that the client keeps for its next caller"),
    PrivatePart("faust.tables.base:Collection", "_new_store", "overrides: the table's store is ClockStore"),
    PrivatePart(_TABLES, "_recovery", "reads and sets: the recovery is BulkRecovery"),
    PrivatePart(_TABLES, "_update_channels", "calls: on_start without Faust's second of sleep"),
)
