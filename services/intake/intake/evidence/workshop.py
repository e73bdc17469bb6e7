"""Has copies made in processes of their own, with bounds of memory, time and number, and with none of our secrets."""

import asyncio
import contextlib
import sys
from typing import Protocol

from chassis.telemetry.logs import get_logger
from intake.evidence import copies
from intake.evidence.faults import Locked, Unreadable

AT_ONCE = 1
LONGEST_S = 30.0

_log = get_logger(__name__)


class CopyMaker(Protocol):
    async def copy_of(self, media_type: str, content: bytes, most_pixels: int | None = None) -> bytes:
        """The file without metadata, a picture with no more pixels. Unreadable if that can't be made, Locked if a
        password would be needed.
        """


class Workshop:
    def __init__(self, *, at_once: int = AT_ONCE, longest_s: float = LONGEST_S) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self._longest_s = longest_s

    async def copy_of(self, media_type: str, content: bytes, most_pixels: int | None = None) -> bytes:
        size = () if most_pixels is None else (str(most_pixels),)
        async with self._turn:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-m", copies.__name__, media_type, *size),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
            )
            try:
                async with asyncio.timeout(self._longest_s):
                    copy, _ = await process.communicate(content)
            except TimeoutError:
                _log.warning("copy_not_made", media_type=media_type, reason="too slow")
                raise Unreadable("its copy took too long") from None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode == copies.LOCKED:
            raise Locked("it opens with a password alone")
        if process.returncode != 0 or not copy:
            _log.warning("copy_not_made", media_type=media_type, reason=f"exit status {process.returncode}")
            raise Unreadable("its reader can't read it")
        return copy
