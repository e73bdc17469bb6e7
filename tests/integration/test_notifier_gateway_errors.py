"""The HTTP client's errors, on real sockets: what may have been accepted is distinguished from what was not."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from janseva_local.ports import free_port
from notifier.fetch import AiohttpFetcher
from notifier.provider import GatewayOutcomeUnknown, GatewayUnavailable


async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)
    writer.close()


async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.close()


async def accepts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\n0:")
    await writer.drain()
    writer.close()


@pytest.mark.parametrize("handler", [silent, hangs_up])
async def test_a_gateway_that_took_the_request_and_fell_silent_is_unknown(handler: object) -> None:
    """It may have accepted the message: the outcome is unknown, and the error does not quote the address."""
    server = await asyncio.start_server(handler, "127.0.0.1", port := free_port())  # type: ignore[arg-type]
    fetcher = AiohttpFetcher(timeout=timedelta(seconds=0.3), concurrency=2)
    with pytest.raises(GatewayOutcomeUnknown) as raised:
        await fetcher.get(f"http://127.0.0.1:{port}/?text=secret")
    assert "secret" not in repr(raised.value)
    assert raised.value.__cause__ is None
    await fetcher.close()
    server.close()


async def test_a_gateway_that_is_not_there_is_unavailable() -> None:
    """Nobody listened: the message was certainly not accepted and may be repeated."""
    fetcher = AiohttpFetcher(timeout=timedelta(seconds=1), concurrency=2)
    with pytest.raises(GatewayUnavailable):
        await fetcher.get(f"http://127.0.0.1:{free_port()}/")
    await fetcher.close()


async def test_an_answer_is_read_whole() -> None:
    """Status and text come back as they were sent."""
    server = await asyncio.start_server(accepts, "127.0.0.1", port := free_port())
    fetcher = AiohttpFetcher(timeout=timedelta(seconds=1), concurrency=2)
    answer = await fetcher.get(f"http://127.0.0.1:{port}/?text=%E0%A4%95")
    assert (answer.status, answer.text) == (202, "0:")
    await fetcher.close()
    server.close()
