"""Starting a Kafka client so that a cancellation leaves nothing open behind it."""

import asyncio
from datetime import timedelta
from typing import Any, Final

_PATIENCE: Final = timedelta(seconds=5)


async def start_whole(client: Any) -> None:
    """``client.start()``, but a cancellation is obeyed only once it is through (or after five seconds).

    aiokafka forgets a connection whose first answer it was waiting for when it was cancelled; the caller's stop() can
    close only what it knows. Raises what start() raises.
    """
    starting = asyncio.ensure_future(client.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting], timeout=_PATIENCE.total_seconds())
        if not starting.done():
            starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        raise
