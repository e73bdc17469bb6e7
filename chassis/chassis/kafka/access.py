"""ACLs in Kafka: for each principal what it may do, in the place of all that was allowed before."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest

from chassis.kafka.aiokafka_patches import send_as_admin, start_deferring_cancellation
from chassis.kafka.clients import make_admin
from chassis.wire import KafkaWire
from event_schemas.access import Grant

# Kafka's numbers, of its protocol.
_RESOURCES: Final = {"topic": 2, "group": 3}
_OPERATIONS: Final = {"Read": 3, "Write": 4, "Describe": 8}
_ANY: Final = 1
_LITERAL: Final = 3
_PREFIXED: Final = 4
_ALLOW: Final = 3


async def allow(bootstrap: str, grants: Mapping[str, Sequence[Grant]], *, wire: KafkaWire | None = None) -> int:
    """The grants by the name of who gets them; how many ACLs they are. Raises KafkaError."""
    admin = make_admin(bootstrap, wire=wire)
    try:
        await start_deferring_cancellation(admin)
        # Without those of before: what a service has ceased to do it may do no more.
        _check(await send_as_admin(admin, DeleteAclsRequest(_ANY, None, _ANY, None, None, _ANY, _ANY)), "filter")
        requests = [
            CreateAclsRequest(
                _RESOURCES[grant.resource],
                grant.name,
                _PREFIXED if grant.prefix else _LITERAL,
                f"User:{name}",
                "*",
                _OPERATIONS[operation],
                _ALLOW,
            )
            for name, granted in grants.items()
            for grant in granted
            for operation in grant.operations
        ]
        answers = await asyncio.gather(*(send_as_admin(admin, request) for request in requests))
        for answer in answers:
            _check(answer, "creation")
    finally:
        await admin.close()
    return len(requests)


def _check(answer: Any, of: str) -> None:
    for code, message, *_ in getattr(answer, f"{of}_responses"):
        if code != 0:
            raise for_code(code)(message)
