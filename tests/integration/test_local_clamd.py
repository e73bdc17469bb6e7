"""Intake's scanner and the local server that speaks clamd's protocol, over TCP."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from intake.case.model import Scan
from intake.evidence.scan import ClamdScanner, NoScanner, scanner_at
from janseva_local.clamd import EICAR, LocalClamd


@pytest_asyncio.fixture
async def clamd() -> AsyncIterator[LocalClamd]:
    async with LocalClamd("127.0.0.1", 0, most_bytes=2_000_000) as server:
        yield server


async def test_a_file_is_scanned(clamd: LocalClamd) -> None:
    """Clean, infected wherever the virus stands in it, and unscanned beyond the scanner's limit."""
    scanner = scanner_at(f"127.0.0.1:{clamd.port}")
    assert await scanner.scan(b"a photo" * 200_000) is Scan.CLEAN
    for place in (0, 262_100, 1_000_000):
        assert await scanner.scan(bytes(place) + EICAR + b"end") is Scan.INFECTED
    assert await scanner.scan(bytes(2_000_001)) is Scan.UNSCANNED


@pytest.mark.parametrize(("sent", "answer"), [(b"zPING\0", b"PONG\0"), (b"nPING\n", b"PONG\n"), (b"PING\n", b"PONG\n")])
async def test_commands_end_as_they_began(clamd: LocalClamd, sent: bytes, answer: bytes) -> None:
    """With a null byte or a new line, as clamd's manual says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", clamd.port)
    writer.write(sent)
    assert await reader.read() == answer
    writer.close()


async def test_a_scanner_that_is_away_or_silent_leaves_the_file_unscanned() -> None:
    """Refused, closed in the middle, silent, or answering nonsense: never an error, never called clean."""
    nonsense, silent = asyncio.Event(), asyncio.Event()

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if silent.is_set():
            await asyncio.sleep(0.5)
        elif nonsense.is_set():
            writer.write(b"stream: OK, perhaps\0")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    scanner = ClamdScanner("127.0.0.1", port, longest_s=0.2)
    assert await scanner.scan(b"x") is Scan.UNSCANNED
    nonsense.set()
    assert await scanner.scan(b"x") is Scan.UNSCANNED
    silent.set()
    assert await scanner.scan(b"x") is Scan.UNSCANNED
    server.close()
    await server.wait_closed()
    assert await scanner.scan(b"x") is Scan.UNSCANNED


def test_the_scanners_address() -> None:
    """Empty is no scanner; what is no address does not start."""
    assert isinstance(scanner_at(""), NoScanner)
    assert isinstance(scanner_at("clamd.local:3310"), ClamdScanner)
    assert isinstance(scanner_at("[::1]:3310"), ClamdScanner)
    for wrong in ("clamd", "clamd:0", "clamd:99999", "http://clamd:3310", ":3310"):
        with pytest.raises(ValueError, match="host:port"):
            scanner_at(wrong)


def test_the_local_scanner_stays_on_the_machine() -> None:
    with pytest.raises(ValueError, match="loopback"):
        LocalClamd("0.0.0.0", 0)
