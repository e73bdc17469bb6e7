"""An answer of the broker that aiokafka doesn't know, and would call UNKNOWN. Importing this module makes it known."""

from aiokafka.errors import BrokerResponseError, kafka_errors


class FencedInstanceId(BrokerResponseError):  # type: ignore[misc]
    """The broker's answer to a member whose name (``group.instance.id``) another one has taken meanwhile."""

    errno = 82
    message = "FENCED_INSTANCE_ID"
    description = "Another worker of the same name has joined the group."


kafka_errors.setdefault(FencedInstanceId.errno, FencedInstanceId)
