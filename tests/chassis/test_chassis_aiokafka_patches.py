"""The private parts of aiokafka that the chassis uses are those of the version they were read in."""

import ast
import asyncio
import inspect
from pathlib import Path
from typing import Any

import aiokafka
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import ProducerClosed, for_code
from aiokafka.producer.message_accumulator import MessageAccumulator
from aiokafka.producer.sender import Sender
from aiokafka.protocol.fetch import FetchRequest

from chassis.kafka import aiokafka_patches
from chassis.kafka.aiokafka_patches import FencedInstanceId, position_of, refuse_new_records

CHASSIS = Path(__file__).resolve().parents[2] / "chassis" / "chassis"
# prometheus_client's, not aiokafka's: an addition to many buckets at once.
NOT_AIOKAFKAS = frozenset({"telemetry/metrics.py"})


def test_the_patches_were_read_in_the_version_that_is_installed() -> None:
    """Another version of aiokafka has to be read before it is used."""
    assert aiokafka.__version__ == aiokafka_patches.VERSION


@pytest.mark.parametrize(
    ("function", "uses"),
    [
        (Fetcher._get_actions_per_node, ("_select_read_replica", "FetchRequest", "fetch_requests")),  # noqa: SLF001
        (GroupCoordinator.fetch_committed_offsets, ("_do_fetch_commit_offsets",)),
        (Sender.start, ("sender_task", "_fail_all", "add_done_callback")),
        (AIOKafkaProducer.send, ("_message_accumulator",)),
        (AIOKafkaProducer.stop, ("_closed",)),
        (MessageAccumulator.add_message, ("_closed", "ProducerClosed")),
        (AIOKafkaConsumer.start, ("_fetcher", "_coordinator", "_subscription", "_client")),
    ],
)
def test_the_patched_functions_use_the_names_that_the_patches_use(function: Any, uses: tuple[str, ...]) -> None:
    """A name that has moved inside of aiokafka would let a patch do nothing, without an error."""
    assert [name for name in uses if name not in inspect.getsource(function)] == []


def test_a_fetch_request_has_the_limit_that_is_lengthened() -> None:
    """The broker's wait is read from this attribute when the request is encoded."""
    arguments = dict.fromkeys(inspect.signature(FetchRequest.__init__).parameters, 0)
    arguments.pop("self")
    assert "_max_wait_ms" in vars(FetchRequest(**{**arguments, "topics": []}))


async def test_a_consumer_has_the_parts_that_are_read() -> None:
    """The metadata of one topic is asked of the client, the position of a partition of the subscription."""
    consumer: Any = AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1")
    partition = TopicPartition("t", 0)
    assert inspect.iscoroutinefunction(consumer._client._wait_on_metadata)  # noqa: SLF001
    assert isinstance(consumer._subscription, SubscriptionState)  # noqa: SLF001
    consumer.assign([partition])
    assert position_of(consumer, partition) is None
    consumer._subscription.seek(partition, 7)  # noqa: SLF001  without a broker
    assert position_of(consumer, partition) == 7
    await consumer.stop()


async def test_a_producer_that_is_given_up_refuses_records() -> None:
    """Both flags are set, a record that comes later is refused, and a waiting caller has its error at once."""
    producer: Any = AIOKafkaProducer(bootstrap_servers="127.0.0.1:1")
    assert (producer._closed, producer._message_accumulator._closed) == (False, False)  # noqa: SLF001
    assert producer._sender.sender_task is None  # noqa: SLF001
    waiting = asyncio.get_running_loop().create_future()
    refuse_new_records(producer, [waiting])
    assert (producer._closed, producer._message_accumulator._closed) == (True, True)  # noqa: SLF001
    assert type(waiting.exception()).__name__ == "KafkaError"
    with pytest.raises(ProducerClosed):
        await producer._message_accumulator.add_message(TopicPartition("t", 0), b"k", b"v", 1.0)  # noqa: SLF001


def test_a_fenced_member_is_named() -> None:
    """The broker's error 82 is known by its name, and aiokafka does not know it by itself yet."""
    assert for_code(82) is FencedInstanceId
    assert FencedInstanceId.__module__ == aiokafka_patches.__name__


def test_private_parts_of_the_client_are_used_in_one_module_alone() -> None:
    """In the rest of the chassis every `_name` that is read of an object is its own."""
    found = {
        (str(path.relative_to(CHASSIS)), node.attr)
        for path in sorted(CHASSIS.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.endswith("__")
        if not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls", "os", "Tracing"})
    }
    assert {file for file, _ in found} - NOT_AIOKAFKAS == {"kafka/aiokafka_patches.py"}
