"""A local virus scanner that speaks clamd's protocol (PING, VERSION, INSTREAM over TCP) and knows one virus, EICAR.

For development and tests: it binds to loopback. What EICAR is: https://www.eicar.org/download-anti-malware-testfile/.
"""

import asyncio
from typing import Self

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# As clamd's StreamMaxLength is by default.
MOST_BYTES = 100 * 2**20
_LONGEST_COMMAND = 64


class LocalClamd:
    """Answers for as long as the context lasts; `port` 0 takes any that is free."""

    def __init__(self, host: str, port: int, *, most_bytes: int = MOST_BYTES) -> None:
        if host not in LOOPBACK:
            raise ValueError("the local scanner binds to loopback only")
        self._host, self._port, self._most_bytes = host, port, most_bytes
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port in use."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._answer, self._host, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            command, end = await _command(reader)
            answer = {"PING": "PONG", "VERSION": "ClamAV 0 (local, EICAR alone)"}.get(command, "UNKNOWN COMMAND")
            if command == "INSTREAM":
                answer = await self._scan(reader)
            writer.write(answer.encode() + end)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # The client went away, or speaks something else: clamd closes too.
            return
        finally:
            writer.close()

    async def _scan(self, reader: asyncio.StreamReader) -> str:
        """Chunks, each behind its length in four bytes, until one of length 0."""
        content = bytearray()
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            if len(content) + length > self._most_bytes:
                return "INSTREAM size limit exceeded. ERROR"
            content += await reader.readexactly(length)
        return "stream: Eicar-Test-Signature FOUND" if EICAR in content else "stream: OK"


async def _command(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """The command and how its answer ends: `zPING` ends with a null byte, `nPING` and `PING` with a new line."""
    first = await reader.readexactly(1)
    end = b"\0" if first == b"z" else b"\n"
    rest = (await reader.readuntil(end))[:-1]
    if len(rest) > _LONGEST_COMMAND:
        raise asyncio.LimitOverrunError("too long for a command", len(rest))
    text = rest if first in (b"z", b"n") else first + rest
    return text.decode("ascii", "replace").strip(), end
