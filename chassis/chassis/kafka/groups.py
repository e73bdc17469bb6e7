"""Moves what a consumer group has committed: an operator's act, while the group has no members."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError, KafkaError

from chassis.faults import TransientFault
from chassis.kafka.admin import TIMEOUT_MS
from chassis.kafka.offsets import Place
from chassis.kafka.starting import start_whole

_EMPTY: Final = {"Empty", "Dead"}


class GroupHasMembers(Exception):
    """Members would go on from where they are, and commit that."""


class GroupsUnavailable(TransientFault):
    """The brokers did not answer for the group."""


async def has_members(bootstrap: str, group_id: str) -> bool:
    """Whether anybody is a member; a static member that died is one until its session is over. GroupsUnavailable."""
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=TIMEOUT_MS)
    try:
        with _answers():
            await start_whole(client)
            (response,) = await client.describe_consumer_groups([group_id])
    finally:
        await client.close()
    ((_error, _group, state, *_),) = response.groups
    return state not in _EMPTY


async def move_group(bootstrap: str, group_id: str, offsets: Mapping[Place, int]) -> None:
    """Commit these offsets for the group. Raises GroupHasMembers, for the brokers see to that; GroupsUnavailable."""
    places = {TopicPartition(*place): offset for place, offset in offsets.items()}
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, group_id=group_id, enable_auto_commit=False, request_timeout_ms=TIMEOUT_MS
    )
    try:
        with _answers():
            await start_whole(consumer)
            consumer.assign([*places])
            await consumer.commit(places)
    except CommitFailedError as error:
        raise GroupHasMembers(group_id) from error
    finally:
        await consumer.stop()


@contextmanager
def _answers() -> Iterator[None]:
    try:
        yield
    except CommitFailedError:
        raise
    except (KafkaError, OSError) as error:
        raise GroupsUnavailable(type(error).__name__) from error
