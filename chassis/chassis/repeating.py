"""Work that a service does again and again beside its requests."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol

from chassis.faults import TransientFault


class Log(Protocol):
    def warning(self, event: str, **fields: str) -> object: ...


async def repeat(
    act: Callable[[], Awaitable[object]],
    every: timedelta,
    log: Log,
    event: str,
    faults: tuple[type[Exception], ...] = (TransientFault,),
) -> None:
    """Act until cancelled, `every` after each end. What one of `faults` kept from being done is logged as `event`, with
    the fault's kind, and the next time does it. Anything else is raised.
    """
    while True:
        try:
            await act()
        except faults as fault:
            log.warning(event, reason=type(fault).__name__)
        await asyncio.sleep(every.total_seconds())
