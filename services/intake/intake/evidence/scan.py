"""Asks a virus scanner that speaks clamd's protocol: INSTREAM over TCP.

The library aioclamd goes through a thread for each kB that it sends: ten thousand times for 10 MB.
"""

import asyncio
import re
from typing import Protocol

from chassis.telemetry.logs import get_logger
from intake.case.model import Scan

PIECE = 262_144
# clamd takes seconds for a large PDF; a citizen waits meanwhile.
LONGEST_S = 20.0
_MOST_ANSWER = 4_096
_ADDRESS = re.compile(r"(?:\[([0-9A-Fa-f:]+)\]|([A-Za-z0-9._-]+)):([0-9]{1,5})")

_log = get_logger(__name__)


class Scanner(Protocol):
    @property
    def is_there(self) -> bool:
        """False where no scanner is set up: nothing need be asked."""

    async def scan(self, content: bytes) -> Scan:
        """What the scanner says; UNSCANNED if there is none, or it does not answer in time. Never raises for it."""


class NoScanner:
    is_there = False

    async def scan(self, content: bytes) -> Scan:  # noqa: ARG002  the protocol's
        return Scan.UNSCANNED


class ClamdScanner:
    is_there = True

    def __init__(self, host: str, port: int, *, longest_s: float = LONGEST_S) -> None:
        self._host, self._port, self._longest_s = host, port, longest_s

    async def scan(self, content: bytes) -> Scan:
        try:
            async with asyncio.timeout(self._longest_s):
                answer = await self._instream(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            _log.warning("file_not_scanned", reason=type(error).__name__)
            return Scan.UNSCANNED
        # "stream: OK", "stream: Eicar-Test-Signature FOUND", or an error such as a size beyond the scanner's limit.
        if answer == "stream: OK":
            return Scan.CLEAN
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return Scan.INFECTED
        _log.warning("file_not_scanned", reason="the scanner refused it")
        return Scan.UNSCANNED

    async def _instream(self, content: bytes) -> str:
        reader, writer = await asyncio.open_connection(self._host, self._port, limit=_MOST_ANSWER)
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), PIECE):
                piece = content[start : start + PIECE]
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1].decode("ascii", "replace").strip()
        finally:
            writer.close()


def scanner_at(address: str) -> Scanner:
    """The scanner at `host:port`; none where the address is empty. ValueError for anything else."""
    if not address:
        return NoScanner()
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found[3]) < 65_536:
        raise ValueError("the scanner's address is host:port")
    return ClamdScanner(found[1] or found[2], int(found[3]))
