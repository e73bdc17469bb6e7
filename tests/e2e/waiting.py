"""Waiting for what must come to pass."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(holds: Callable[[], Awaitable[bool]], *, within_s: float) -> None:
    """Asks four times a second; AssertionError when the time is up."""
    deadline = time.monotonic() + within_s
    while not await holds():
        assert time.monotonic() < deadline, f"did not come to pass within {within_s} s"
        await asyncio.sleep(0.25)
